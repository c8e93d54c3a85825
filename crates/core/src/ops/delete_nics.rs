use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict, power_of};
use crate::model::{Activity, Fault, FaultKind, PortId, ProjectId, Server};
use crate::world::World;

/// Take interfaces from a server; the first one stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteNics {
    pub ports: Vec<PortId>,
}

impl Rules for DeleteNics {
    fn name(&self) -> &'static str {
        "delete_nics"
    }

    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        if self.ports.is_empty() { Err(FaultKind::NoTargets.into()) } else { Ok(()) }
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Nics]
    }
}

impl ServerRules for DeleteNics {
    fn activity(&self) -> Activity {
        Activity::ChangingNics
    }

    fn admit(&self, server: &Server, _world: &World) -> Verdict {
        if let Err(kind) = power_of(server) {
            return Verdict::refuse(kind);
        }
        for port in &self.ports {
            let found = server.details.nics.iter().position(|nic| nic.port == *port);
            let kind = match found {
                None => FaultKind::NicNotFound,
                Some(0) => FaultKind::NicIsPrimary,
                Some(_) => continue,
            };
            return Verdict::Refuse(Fault::with(kind, port.to_string()));
        }
        Verdict::Admit
    }

    fn settle(&self, server: &mut Server) {
        let details = Arc::make_mut(&mut server.details);
        details.nics.retain(|nic| !self.ports.contains(&nic.port));
    }
}
