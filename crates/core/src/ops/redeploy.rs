use serde::{Deserialize, Serialize};

use super::{Force, Rules, ServerRules, Step, Verdict, power_of};
use crate::model::{Activity, Server};
use crate::world::World;

/// Bring servers up again on another host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redeploy {}

impl Rules for Redeploy {
    fn name(&self) -> &'static str {
        "redeploy"
    }

    fn steps(&self, was_running: bool) -> &'static [Step] {
        if was_running {
            &[Step::Stop(Force::SoftThenHard), Step::Place, Step::Run]
        } else {
            &[Step::Place]
        }
    }
}

impl ServerRules for Redeploy {
    fn activity(&self) -> Activity {
        Activity::Migrating
    }

    fn admit(&self, server: &Server, _world: &World) -> Verdict {
        match power_of(server) {
            Ok(_) => Verdict::Admit,
            Err(kind) => Verdict::refuse(kind),
        }
    }
}
