use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::nic_mint::NicOrder;
use super::{Rules, ServerRules, Step, Verdict, power_of};
use crate::limits::NICS_MAX;
use crate::model::{Activity, Fault, FaultKind, Nic, PortId, ProjectId, Server, ServerId};
use crate::world::World;

/// Take an interface with a life of its own from one server and then give it to another. Its targets
/// are both, in that order; they take turns, and without the first there is no second. One that cannot
/// be given to the second is free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveNic {
    pub port: PortId,
    pub from: ServerId,
    /// The interface as it is, found when it is planned.
    #[serde(default)]
    nic: Vec<Nic>,
}

impl MoveNic {
    pub const fn new(port: PortId, from: ServerId) -> MoveNic {
        MoveNic { port, from, nic: Vec::new() }
    }

    pub(super) fn choose(&mut self, world: &World, project: ProjectId) {
        self.nic = world.nic(project, self.port).map(|(_, nic)| nic.clone()).into_iter().collect();
    }

    fn fault(&self, kind: FaultKind) -> Fault {
        Fault::with(kind, self.port.to_string())
    }
}

impl Rules for MoveNic {
    fn name(&self) -> &'static str {
        "move_nic"
    }

    fn check(&self, world: &World, project: ProjectId) -> Result<(), Fault> {
        if world.interface(project, self.port).is_none() {
            return Err(self.fault(FaultKind::NicNotFound));
        }
        if world.port_ordered(project, self.port) {
            return Err(self.fault(FaultKind::NicTaken));
        }
        Ok(())
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Nics]
    }
}

impl ServerRules for MoveNic {
    fn activity(&self) -> Activity {
        Activity::ChangingNics
    }

    fn admit(&self, server: &Server, world: &World) -> Verdict {
        if let Err(kind) = power_of(server) {
            return Verdict::refuse(kind);
        }
        let has = server.details.nics.iter().any(|nic| nic.port == self.port);
        if server.id == self.from {
            return if has {
                Verdict::Admit
            } else {
                Verdict::Refuse(self.fault(FaultKind::NicNotFound))
            };
        }
        if has {
            return Verdict::Refuse(self.fault(FaultKind::NicTaken));
        }
        if server.details.nics.len() >= NICS_MAX {
            return Verdict::refuse(FaultKind::TooManyNics);
        }
        let order = NicOrder { port: Some(self.port), ..NicOrder::default() };
        match order.check(world, server.project, server.details.network) {
            Ok(()) => Verdict::Admit,
            Err(fault) => Verdict::Refuse(fault),
        }
    }

    fn targets_max(&self) -> usize {
        2
    }

    fn nics_ordered(&self) -> &[Nic] {
        &self.nic
    }

    fn settle(&self, server: &mut Server) {
        let nics = &mut Arc::make_mut(&mut server.details).nics;
        nics.retain(|nic| nic.port != self.port);
        if server.id != self.from {
            nics.extend(self.nic.iter().cloned());
        }
    }
}
