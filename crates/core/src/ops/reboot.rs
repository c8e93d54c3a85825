use serde::{Deserialize, Serialize};

use super::{Force, Rules, ServerRules, Step, Verdict, power_of};
use crate::model::{Activity, FaultKind, Power, Server};
use crate::world::World;

/// Restart a running server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reboot {
    pub force: Force,
}

impl Rules for Reboot {
    fn name(&self) -> &'static str {
        "reboot"
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        match self.force {
            Force::Soft => &[Step::Reboot(Force::Soft)],
            Force::SoftThenHard => &[Step::Reboot(Force::SoftThenHard)],
            Force::Hard => &[Step::Reboot(Force::Hard)],
        }
    }
}

impl ServerRules for Reboot {
    fn activity(&self) -> Activity {
        match self.force {
            Force::Soft | Force::SoftThenHard => Activity::Rebooting,
            Force::Hard => Activity::RebootingHard,
        }
    }

    fn admit(&self, server: &Server, _world: &World) -> Verdict {
        match power_of(server) {
            Err(kind) => Verdict::refuse(kind),
            Ok(Power::Stopped) => Verdict::refuse(FaultKind::ServerStopped),
            Ok(Power::Running) => Verdict::Admit,
        }
    }
}
