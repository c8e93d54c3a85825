use serde::{Deserialize, Serialize};

use super::resize::has_room_for;
use super::{Force, Rules, ServerRules, Step, Verdict, power_of};
use crate::model::{Activity, FaultKind, Server};
use crate::world::World;

/// Give resized servers the flavor back that they had. A running one is stopped for it and runs
/// again after. Nothing is kept free meanwhile: where there is no room for the old flavor any more,
/// it fails and the new one stays, still to be confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevertResize {}

impl Rules for RevertResize {
    fn name(&self) -> &'static str {
        "revert_resize"
    }

    fn steps(&self, was_running: bool) -> &'static [Step] {
        if was_running {
            &[Step::Stop(Force::SoftThenHard), Step::Shape, Step::Run]
        } else {
            &[Step::Shape]
        }
    }
}

impl ServerRules for RevertResize {
    fn activity(&self) -> Activity {
        Activity::RevertingResize
    }

    fn admit(&self, server: &Server, world: &World) -> Verdict {
        if let Err(kind) = power_of(server) {
            return Verdict::refuse(kind);
        }
        let Some(old) = &server.details.resized_from else {
            return Verdict::refuse(FaultKind::NothingResized);
        };
        match world.flavor(old) {
            None => Verdict::refuse(FaultKind::FlavorNotFound),
            Some(old) if !has_room_for(world, server, old) => {
                Verdict::refuse(FaultKind::QuotaExceeded)
            }
            Some(_) => Verdict::Admit,
        }
    }

    fn heeds_resize(&self) -> bool {
        false
    }
}
