use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::model::{Fault, FaultKind, LoadBalancer, Membership, ProjectId};
use crate::world::World;

/// Give servers behind listeners or their rules another weight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeighMembers {
    pub members: Vec<Membership>,
}

impl Rules for WeighMembers {
    fn name(&self) -> &'static str {
        "weigh_members"
    }

    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        if self.members.is_empty() { Err(FaultKind::NoTargets.into()) } else { Ok(()) }
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for WeighMembers {
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        Membership::all_there(&self.members, balancer)
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        for one in &self.members {
            let members = balancer.members_at_mut(one.place()).into_iter().flatten();
            let mut old = members.filter(|old| old.is_at(one.member.server, one.member.port));
            if let Some(old) = old.next() {
                old.weight = one.member.weight;
            }
        }
    }
}
