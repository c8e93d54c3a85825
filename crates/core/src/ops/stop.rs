use serde::{Deserialize, Serialize};

use super::{Force, Rules, ServerRules, Step, Verdict, power_of};
use crate::model::{Activity, FaultKind, Power, Server};
use crate::world::World;

/// Power off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub force: Force,
}

impl Rules for Stop {
    fn name(&self) -> &'static str {
        "stop"
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        match self.force {
            Force::Soft => &[Step::Stop(Force::Soft)],
            Force::SoftThenHard => &[Step::Stop(Force::SoftThenHard)],
            Force::Hard => &[Step::Stop(Force::Hard)],
        }
    }
}

impl ServerRules for Stop {
    fn activity(&self) -> Activity {
        Activity::Stopping
    }

    fn admit(&self, server: &Server, _world: &World) -> Verdict {
        match power_of(server) {
            Err(kind) => Verdict::refuse(kind),
            Ok(Power::Stopped) => Verdict::AlreadySo(FaultKind::ServerStopped.into()),
            Ok(Power::Running) => Verdict::Admit,
        }
    }
}
