use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict};
use crate::model::{Activity, FaultKind, Server};
use crate::world::World;

/// Take servers back out of the recycle bin, stopped as they lie in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restore {}

impl Rules for Restore {
    fn name(&self) -> &'static str {
        "restore"
    }

    /// The machine was there all the time.
    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[]
    }
}

impl ServerRules for Restore {
    fn activity(&self) -> Activity {
        Activity::Restoring
    }

    fn of_bin(&self) -> bool {
        true
    }

    /// What lies in the bin is not counted against the quota, so there must be room for it.
    fn admit(&self, server: &Server, world: &World) -> Verdict {
        let shape = world
            .flavor(&server.flavor)
            .map_or((0, 0), |flavor| (i64::from(flavor.vcpus), i64::from(flavor.ram_mib)));
        if world.has_room(server.project, 1, shape.0, shape.1) {
            Verdict::Admit
        } else {
            Verdict::refuse(FaultKind::QuotaExceeded)
        }
    }

    fn settle(&self, server: &mut Server) {
        Arc::make_mut(&mut server.details).recycled = None;
    }
}
