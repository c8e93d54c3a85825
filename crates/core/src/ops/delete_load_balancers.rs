use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::model::LoadBalancer;
use crate::world::World;

/// Take load balancers away for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteLoadBalancers {}

impl Rules for DeleteLoadBalancers {
    fn name(&self) -> &'static str {
        "delete_load_balancers"
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Unbalance]
    }
}

impl BalancerRules for DeleteLoadBalancers {
    fn heeds_state(&self) -> bool {
        false
    }

    fn admit(&self, _balancer: &LoadBalancer, _world: &World) -> Verdict {
        Verdict::Admit
    }

    fn settle(&self, _balancer: &mut LoadBalancer) {}
}
