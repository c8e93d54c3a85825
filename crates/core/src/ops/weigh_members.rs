use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::model::{Fault, FaultKind, LoadBalancer, Membership, ProjectId};
use crate::world::World;

/// Give servers behind listeners another weight.
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
        for Membership { listener, member } in &self.members {
            let listener = balancer.listeners.iter_mut().find(|one| one.id == *listener);
            let members = listener.map(|listener| listener.members.iter_mut());
            let old =
                members.and_then(|mut all| all.find(|old| old.is_at(member.server, member.port)));
            if let Some(old) = old {
                old.weight = member.weight;
            }
        }
    }
}
