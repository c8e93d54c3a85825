use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::model::LoadBalancer;
use crate::world::World;

/// Show one certificate wherever another was shown, or asked of clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplaceCertificate {
    pub old: Arc<str>,
    pub new: Arc<str>,
}

impl Rules for ReplaceCertificate {
    fn name(&self) -> &'static str {
        "replace_certificate"
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for ReplaceCertificate {
    fn admit(&self, _balancer: &LoadBalancer, _world: &World) -> Verdict {
        Verdict::Admit
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        let replace = |place: &mut Arc<str>| {
            if *place == self.old {
                *place = self.new.clone();
            }
        };
        for listener in &mut balancer.listeners {
            listener.certificate.iter_mut().for_each(replace);
            listener.client_certificate.iter_mut().for_each(replace);
            for certificates in
                listener.rules.iter_mut().filter_map(|one| one.certificates.as_mut())
            {
                replace(&mut certificates.own);
                certificates.of_clients.iter_mut().for_each(replace);
            }
        }
    }
}
