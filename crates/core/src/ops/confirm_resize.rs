use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict, power_of};
use crate::model::{Activity, FaultKind, Server};
use crate::world::World;

/// Keep the new flavor of resized servers: there is no way back after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmResize {}

impl Rules for ConfirmResize {
    fn name(&self) -> &'static str {
        "confirm_resize"
    }

    /// The machine has its new shape already.
    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[]
    }
}

impl ServerRules for ConfirmResize {
    fn activity(&self) -> Activity {
        Activity::ConfirmingResize
    }

    fn admit(&self, server: &Server, _world: &World) -> Verdict {
        match power_of(server) {
            Err(kind) => Verdict::refuse(kind),
            Ok(_) if server.details.resized_from.is_none() => {
                Verdict::refuse(FaultKind::NothingResized)
            }
            Ok(_) => Verdict::Admit,
        }
    }

    fn heeds_resize(&self) -> bool {
        false
    }

    fn settle(&self, server: &mut Server) {
        Arc::make_mut(&mut server.details).resized_from = None;
    }
}
