use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::model::{Fault, FaultKind, ListenerId, LoadBalancer, ProjectId};
use crate::world::World;

/// Close ports of a load balancer. What was behind them alone is let go, and nothing sends clients to
/// their rules any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteListeners {
    pub listeners: Vec<ListenerId>,
}

impl Rules for DeleteListeners {
    fn name(&self) -> &'static str {
        "delete_listeners"
    }

    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        if self.listeners.is_empty() { Err(FaultKind::NoTargets.into()) } else { Ok(()) }
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for DeleteListeners {
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        if self.listeners.iter().any(|id| balancer.listener(*id).is_none()) {
            return Verdict::refuse(FaultKind::ListenerNotFound);
        }
        Verdict::Admit
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        balancer.listeners.retain(|listener| !self.listeners.contains(&listener.id));
        balancer.keep_redirections();
    }
}
