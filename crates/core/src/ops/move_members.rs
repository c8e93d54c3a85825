use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::model::{Fault, FaultKind, LoadBalancer, Membership, ProjectId};
use crate::world::World;

/// Forward to other ports of the same servers, with the same weights unless another is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveMembers {
    pub moves: Vec<Move>,
}

/// A member, and the port it is to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    pub from: Membership,
    pub port: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
}

impl Rules for MoveMembers {
    fn name(&self) -> &'static str {
        "move_members"
    }

    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        if self.moves.is_empty() { Err(FaultKind::NoTargets.into()) } else { Ok(()) }
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for MoveMembers {
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        let there = Membership::all_there(self.moves.iter().map(|one| &one.from), balancer);
        if there != Verdict::Admit {
            return there;
        }
        // Two members cannot be in one place; which ones move is looked at as a whole.
        let mut after = balancer.clone();
        self.settle(&mut after);
        for one in &self.moves {
            let server = one.from.member.server;
            let members = after.members_at(one.from.place()).unwrap_or_default();
            if members.iter().filter(|member| member.is_at(server, one.port)).count() > 1 {
                return Verdict::refuse(Fault::with(FaultKind::PortInUse, one.port.to_string()));
            }
        }
        Verdict::Admit
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        // All are found before any is moved: one may take the place that another leaves.
        let mut found = Vec::with_capacity(self.moves.len());
        for Move { from, port, weight } in &self.moves {
            let members = balancer.members_at(from.place()).unwrap_or_default();
            let at = members.iter().position(|old| old.is_at(from.member.server, from.member.port));
            found.extend(at.map(|at| (from.place(), at, *port, *weight)));
        }
        for (place, at, port, weight) in found {
            if let Some(members) = balancer.members_at_mut(place) {
                let member = &mut members[at];
                member.port = port;
                member.weight = weight.unwrap_or(member.weight);
            }
        }
    }
}
