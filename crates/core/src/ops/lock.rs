use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict};
use crate::model::{Activity, Server};
use crate::world::World;

/// Lock servers against other orders, or unlock them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    pub locked: bool,
}

impl Rules for Lock {
    fn name(&self) -> &'static str {
        if self.locked { "lock" } else { "unlock" }
    }

    /// No machine has to be asked.
    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[]
    }
}

impl ServerRules for Lock {
    fn activity(&self) -> Activity {
        Activity::Locking
    }

    fn admit(&self, _server: &Server, _world: &World) -> Verdict {
        Verdict::Admit
    }

    fn heeds_lock(&self) -> bool {
        false
    }

    fn heeds_work(&self) -> bool {
        false
    }

    fn heeds_resize(&self) -> bool {
        false
    }

    fn settle(&self, server: &mut Server) {
        Arc::make_mut(&mut server.details).locked = self.locked;
    }
}
