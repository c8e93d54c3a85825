use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::model::{Fault, FaultKind, LoadBalancer, ProjectId, ServerId};
use crate::world::World;

/// Take servers from behind a load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeregisterBackends {
    pub servers: Vec<ServerId>,
}

impl Rules for DeregisterBackends {
    fn name(&self) -> &'static str {
        "deregister_backends"
    }

    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        if self.servers.is_empty() { Err(FaultKind::NoTargets.into()) } else { Ok(()) }
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for DeregisterBackends {
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        let stranger = self
            .servers
            .iter()
            .find(|id| !balancer.backends.iter().any(|backend| backend.server == **id));
        match stranger {
            Some(id) => Verdict::refuse(Fault::with(FaultKind::BackendNotFound, id.to_string())),
            None => Verdict::Admit,
        }
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        balancer.backends.retain(|backend| !self.servers.contains(&backend.server));
    }
}
