use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::nic_mint::{NicMint, NicOrder, ports_are_free};
use super::{Rules, ServerRules, Step, Verdict, power_of};
use crate::chance::Chance;
use crate::limits::NICS_MAX;
use crate::model::{Activity, Fault, FaultKind, Nic, ProjectId, Server, SubJobId};
use crate::world::World;

/// Give a server more interfaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddNics {
    pub orders: Vec<NicOrder>,
    /// What the orders came to, chosen when it is planned.
    #[serde(default)]
    pub nics: Vec<Nic>,
}

impl AddNics {
    pub fn new(orders: Vec<NicOrder>) -> AddNics {
        AddNics { orders, nics: Vec::new() }
    }

    pub(super) fn choose(
        &mut self,
        world: &World,
        project: ProjectId,
        sub: SubJobId,
        chance: &mut Chance,
    ) -> Result<(), Fault> {
        let mut mint = NicMint::new(world, project, &self.orders);
        let nics = self.orders.iter().map(|order| mint.mint(order, sub, chance));
        self.nics = nics.collect::<Result<_, _>>()?;
        Ok(())
    }
}

impl Rules for AddNics {
    fn name(&self) -> &'static str {
        "add_nics"
    }

    fn check(&self, world: &World, project: ProjectId) -> Result<(), Fault> {
        if self.orders.is_empty() {
            return Err(FaultKind::NoTargets.into());
        }
        ports_are_free(&self.orders, world, project)
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Nics]
    }
}

impl ServerRules for AddNics {
    fn activity(&self) -> Activity {
        Activity::ChangingNics
    }

    fn admit(&self, server: &Server, world: &World) -> Verdict {
        if let Err(kind) = power_of(server) {
            return Verdict::refuse(kind);
        }
        if server.details.nics.len() + self.orders.len() > NICS_MAX {
            return Verdict::refuse(FaultKind::TooManyNics);
        }
        let network = server.details.network;
        match NicOrder::check_all(&self.orders, world, server.project, network) {
            Ok(()) => Verdict::Admit,
            Err(fault) => Verdict::Refuse(fault),
        }
    }

    /// What is chosen is for one server alone.
    fn targets_max(&self) -> usize {
        1
    }

    fn nics_ordered(&self) -> &[Nic] {
        &self.nics
    }

    fn settle(&self, server: &mut Server) {
        Arc::make_mut(&mut server.details).nics.extend(self.nics.iter().cloned());
    }
}
