use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::limits::BACKENDS_MAX;
use crate::model::{Fault, FaultKind, LoadBalancer, Member, Membership, ProjectId};
use crate::world::World;

/// Put servers behind listeners, each with a port of its own, or give those already there another
/// weight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterMembers {
    pub members: Vec<Membership>,
}

impl Rules for RegisterMembers {
    fn name(&self) -> &'static str {
        "register_members"
    }

    fn check(&self, world: &World, project: ProjectId) -> Result<(), Fault> {
        if self.members.is_empty() {
            return Err(FaultKind::NoTargets.into());
        }
        for Membership { listener: _, member } in &self.members {
            if world.server(member.server).is_none_or(|server| server.project != project) {
                return Err(Fault::with(FaultKind::ServerNotFound, member.server.to_string()));
            }
        }
        Ok(())
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for RegisterMembers {
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        if self.members.iter().any(|one| balancer.listener(one.listener).is_none()) {
            return Verdict::refuse(FaultKind::ListenerNotFound);
        }
        let there: usize = balancer.listeners.iter().map(|one| one.members.len()).sum();
        if balancer.backends.len() + there + self.members.len() > BACKENDS_MAX {
            return Verdict::refuse(FaultKind::QuotaExceeded);
        }
        Verdict::Admit
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        for Membership { listener, member } in &self.members {
            let Some(listener) = balancer.listeners.iter_mut().find(|one| one.id == *listener)
            else {
                continue;
            };
            let Member { server, port, weight, since: _ } = member;
            match listener.members.iter_mut().find(|old| old.is_at(*server, *port)) {
                Some(old) => old.weight = *weight,
                None => listener.members.push(member.clone()),
            }
        }
    }
}
