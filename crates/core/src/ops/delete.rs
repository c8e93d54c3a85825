use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict};
use crate::model::{Activity, Server};
use crate::world::World;

/// Take a server away for good, in whatever state it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delete {
    /// Also the data disks that would outlive the server.
    pub volumes: bool,
    /// Also the public address.
    pub public_address: bool,
}

impl Rules for Delete {
    fn name(&self) -> &'static str {
        "delete"
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Remove]
    }
}

impl ServerRules for Delete {
    fn activity(&self) -> Activity {
        Activity::Deleting
    }

    fn admit(&self, _server: &Server, _world: &World) -> Verdict {
        Verdict::Admit
    }

    fn heeds_resize(&self) -> bool {
        false
    }
}
