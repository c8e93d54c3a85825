use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::model::{Fault, FaultKind, ListenerId, LoadBalancer, ProjectId, RuleId};
use crate::world::World;

/// Have a listener forward by some domains and paths no longer. What was behind their rules alone
/// is let go, and nothing sends clients to them any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteRules {
    pub listener: ListenerId,
    pub rules: Vec<RuleId>,
    /// The domain that is to answer for unknown ones from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_domain: Option<Arc<str>>,
}

impl Rules for DeleteRules {
    fn name(&self) -> &'static str {
        "delete_rules"
    }

    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        if self.rules.is_empty() { Err(FaultKind::NoTargets.into()) } else { Ok(()) }
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for DeleteRules {
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        let Some(listener) = balancer.listener(self.listener) else {
            return Verdict::refuse(FaultKind::ListenerNotFound);
        };
        if self.rules.iter().any(|id| listener.rule(*id).is_none()) {
            return Verdict::refuse(FaultKind::RuleNotFound);
        }
        let mut left = listener.rules.iter().filter(|rule| !self.rules.contains(&rule.id));
        match &self.default_domain {
            Some(domain) if !left.any(|rule| rule.domain == *domain) => {
                Verdict::refuse(Fault::with(FaultKind::RuleNotFound, &**domain))
            }
            Some(_) | None => Verdict::Admit,
        }
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        let Some(listener) = balancer.listener_mut(self.listener) else { return };
        listener.rules.retain(|rule| !self.rules.contains(&rule.id));
        if self.default_domain.is_some() {
            listener.default_domain.clone_from(&self.default_domain);
        }
        listener.keep_default_domain();
        balancer.keep_redirections();
    }
}
