use serde::{Deserialize, Serialize};

use super::{Force, Rules, ServerRules, Step, Verdict, power_of};
use crate::model::{Activity, Server};
use crate::world::World;

/// Bring servers up again on another host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redeploy {
    /// Because of scheduled events, which this carries out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub scheduled: bool,
}

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
