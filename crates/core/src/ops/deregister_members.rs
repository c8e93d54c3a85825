use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::model::{Fault, FaultKind, LoadBalancer, Membership, ProjectId};
use crate::world::World;

/// Take servers from behind listeners or their rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeregisterMembers {
    pub members: Vec<Membership>,
}

impl Rules for DeregisterMembers {
    fn name(&self) -> &'static str {
        "deregister_members"
    }

    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        if self.members.is_empty() { Err(FaultKind::NoTargets.into()) } else { Ok(()) }
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for DeregisterMembers {
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        Membership::all_there(&self.members, balancer)
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        for one in &self.members {
            if let Some(members) = balancer.members_at_mut(one.place()) {
                members.retain(|old| !old.is_at(one.member.server, one.member.port));
            }
        }
    }
}

impl Membership {
    /// The verdict on an order that needs each of these to be so already.
    pub(super) fn all_there<'m>(
        members: impl IntoIterator<Item = &'m Membership>,
        balancer: &LoadBalancer,
    ) -> Verdict {
        for one in members {
            let there = match balancer.members_at(one.place()) {
                Ok(there) => there,
                Err(fault) => return Verdict::refuse(fault),
            };
            if !there.iter().any(|old| old.is_at(one.member.server, one.member.port)) {
                let server = one.member.server.to_string();
                return Verdict::refuse(Fault::with(FaultKind::BackendNotFound, server));
            }
        }
        Verdict::Admit
    }
}
