use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict};
use crate::model::{Activity, FaultKind, Phase, Power, Server};
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
        match (server.phase, server.power) {
            (Phase::Creating, _) => Verdict::refuse(FaultKind::ServerBusy),
            (Phase::Broken, _) => Verdict::refuse(FaultKind::ServerBroken),
            (Phase::Ready, Power::Running) => Verdict::AlreadySo(FaultKind::ServerRunning.into()),
            (Phase::Ready, Power::Stopped) => Verdict::Admit,
        }
    }
}
