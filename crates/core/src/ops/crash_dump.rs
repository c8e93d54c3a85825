use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict, power_of};
use crate::model::{Activity, FaultKind, Power, Server};
use crate::world::World;

/// Make the kernel of a running server write down its memory and start anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrashDump {}

impl Rules for CrashDump {
    fn name(&self) -> &'static str {
        "crash_dump"
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Crash]
    }
}

impl ServerRules for CrashDump {
    fn activity(&self) -> Activity {
        Activity::Dumping
    }

    fn admit(&self, server: &Server, _world: &World) -> Verdict {
        match power_of(server) {
            Err(kind) => Verdict::refuse(kind),
            Ok(Power::Stopped) => Verdict::refuse(FaultKind::ServerStopped),
            Ok(Power::Running) => Verdict::Admit,
        }
    }
}
