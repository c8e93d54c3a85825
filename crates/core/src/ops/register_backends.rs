use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::limits::BACKENDS_MAX;
use crate::model::{Backend, Fault, FaultKind, LoadBalancer, ProjectId};
use crate::world::World;

/// Put servers behind a load balancer, or give those already there another weight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterBackends {
    pub backends: Vec<Backend>,
}

impl Rules for RegisterBackends {
    fn name(&self) -> &'static str {
        "register_backends"
    }

    fn check(&self, world: &World, project: ProjectId) -> Result<(), Fault> {
        if self.backends.is_empty() {
            return Err(FaultKind::NoTargets.into());
        }
        for backend in &self.backends {
            if world.server(backend.server).is_none_or(|server| server.project != project) {
                return Err(Fault::with(FaultKind::ServerNotFound, backend.server.to_string()));
            }
        }
        Ok(())
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for RegisterBackends {
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        if balancer.backends.len() + self.backends.len() > BACKENDS_MAX {
            return Verdict::refuse(FaultKind::QuotaExceeded);
        }
        Verdict::Admit
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        for backend in &self.backends {
            match balancer.backends.iter_mut().find(|old| old.server == backend.server) {
                Some(old) => old.weight = backend.weight,
                None => balancer.backends.push(backend.clone()),
            }
        }
    }
}
