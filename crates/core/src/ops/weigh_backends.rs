use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::model::{Backend, Fault, FaultKind, LoadBalancer, ProjectId};
use crate::world::World;

/// Give servers behind a load balancer another weight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeighBackends {
    pub backends: Vec<Backend>,
}

impl Rules for WeighBackends {
    fn name(&self) -> &'static str {
        "weigh_backends"
    }

    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        if self.backends.is_empty() { Err(FaultKind::NoTargets.into()) } else { Ok(()) }
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for WeighBackends {
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        let behind = |wanted: &Backend| {
            balancer.backends.iter().any(|backend| backend.server == wanted.server)
        };
        match self.backends.iter().find(|wanted| !behind(wanted)) {
            Some(Backend { server, weight: _ }) => {
                Verdict::refuse(Fault::with(FaultKind::BackendNotFound, server.to_string()))
            }
            None => Verdict::Admit,
        }
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        for Backend { server, weight } in &self.backends {
            if let Some(old) = balancer.backends.iter_mut().find(|old| old.server == *server) {
                old.weight = *weight;
            }
        }
    }
}
