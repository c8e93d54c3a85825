use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::limits::BACKENDS_MAX;
use crate::model::{Fault, FaultKind, LoadBalancer, Member, Membership, ProjectId};
use crate::world::World;

/// Put servers behind listeners or their rules, each with a port of its own, or give those already there another
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
        for Membership { listener: _, rule: _, member } in &self.members {
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
        for one in &self.members {
            if let Err(fault) = balancer.members_at(one.place()) {
                return Verdict::refuse(fault);
            }
        }
        let there = balancer.backends.len() + balancer.members().count();
        if there + self.members.len() > BACKENDS_MAX {
            return Verdict::refuse(FaultKind::QuotaExceeded);
        }
        Verdict::Admit
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        for one in &self.members {
            let Some(members) = balancer.members_at_mut(one.place()) else { continue };
            let Member { server, port, weight, since: _ } = one.member;
            match members.iter_mut().find(|old| old.is_at(server, port)) {
                Some(old) => old.weight = weight,
                None => members.push(one.member.clone()),
            }
        }
    }
}
