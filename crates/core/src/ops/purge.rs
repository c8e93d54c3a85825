use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict};
use crate::model::{Activity, Server};
use crate::world::World;

/// Take servers out of the recycle bin for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purge {}

impl Rules for Purge {
    fn name(&self) -> &'static str {
        "purge"
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Remove]
    }
}

impl ServerRules for Purge {
    fn activity(&self) -> Activity {
        Activity::Deleting
    }

    fn of_bin(&self) -> bool {
        true
    }

    fn admit(&self, _server: &Server, _world: &World) -> Verdict {
        Verdict::Admit
    }
}
