use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::nic_mint::{NicMint, NicOrder};
use super::{Force, Rules, Running, ServerRules, Step, Verdict, at_rest};
use crate::chance::Chance;
use crate::model::{Activity, Fault, FaultKind, NetworkId, Nic, ProjectId, Server, SubJobId};
use crate::world::World;

/// Move a server to another network: a new interface there takes the place of its only one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeNetwork {
    pub network: NetworkId,
    pub order: NicOrder,
    /// What the order came to, chosen when it is planned.
    #[serde(default)]
    pub nic: Option<Nic>,
    #[serde(default)]
    pub while_running: Running,
}

impl ChangeNetwork {
    pub fn new(network: NetworkId, order: NicOrder) -> ChangeNetwork {
        ChangeNetwork { network, order, nic: None, while_running: Running::Stays }
    }

    pub(super) fn choose(
        &mut self,
        world: &World,
        project: ProjectId,
        sub: SubJobId,
        chance: &mut Chance,
    ) -> Result<(), Fault> {
        let mut mint = NicMint::new(world, project, std::slice::from_ref(&self.order));
        self.nic = Some(mint.mint(&self.order, sub, chance)?);
        Ok(())
    }
}

impl Rules for ChangeNetwork {
    fn name(&self) -> &'static str {
        "change_network"
    }

    fn check(&self, world: &World, project: ProjectId) -> Result<(), Fault> {
        if let Some(port) = self.order.port
            && world.port_in_use(project, port)
        {
            return Err(Fault::with(FaultKind::NicTaken, port.to_string()));
        }
        self.order.check(world, project, Some(self.network))
    }

    fn steps(&self, was_running: bool) -> &'static [Step] {
        match self.while_running {
            Running::Restarts if was_running => {
                &[Step::Stop(Force::SoftThenHard), Step::Nics, Step::Run]
            }
            Running::Refuses | Running::Restarts | Running::Stays => &[Step::Nics],
        }
    }
}

impl ServerRules for ChangeNetwork {
    fn activity(&self) -> Activity {
        Activity::ChangingNics
    }

    fn admit(&self, server: &Server, _world: &World) -> Verdict {
        if let Err(kind) = at_rest(server, self.while_running != Running::Refuses) {
            return Verdict::refuse(kind);
        }
        match server.details.nics.len() {
            0 => Verdict::refuse(FaultKind::NicNotFound),
            1 => Verdict::Admit,
            _ => Verdict::refuse(FaultKind::HasMoreNics),
        }
    }

    /// What is chosen is for one server alone.
    fn targets_max(&self) -> usize {
        1
    }

    fn nics_ordered(&self) -> &[Nic] {
        self.nic.as_slice()
    }

    fn settle(&self, server: &mut Server) {
        let details = Arc::make_mut(&mut server.details);
        details.network = Some(self.network);
        details.security_groups.clone_from(&self.order.security_groups);
        details.nics = self.nic.iter().cloned().collect();
    }
}
