use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict, power_of};
use crate::model::{Activity, FaultKind, Power, Server};
use crate::world::World;

/// Power on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {}

impl Rules for Start {
    fn name(&self) -> &'static str {
        "start"
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Run]
    }
}

impl ServerRules for Start {
    fn activity(&self) -> Activity {
        Activity::Starting
    }

    fn admit(&self, server: &Server, _world: &World) -> Verdict {
        match power_of(server) {
            Err(kind) => Verdict::refuse(kind),
            Ok(Power::Running) => Verdict::AlreadySo(FaultKind::ServerRunning.into()),
            Ok(Power::Stopped) => Verdict::Admit,
        }
    }
}
