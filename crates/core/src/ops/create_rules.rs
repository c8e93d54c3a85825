use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::limits::RULES_MAX;
use crate::model::{Fault, FaultKind, ForwardingRule, ListenerId, LoadBalancer, ProjectId};
use crate::world::World;

/// Have a listener forward by more domains and paths. The rules' ids are chosen when the order is
/// planned, since clients are told them at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateRules {
    pub listener: ListenerId,
    pub rules: Vec<ForwardingRule>,
    /// The domain that is to answer for unknown ones from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_domain: Option<Arc<str>>,
}

/// The story of a fault about a rule.
pub(super) fn spelled(rule: &ForwardingRule) -> String {
    format!("{}{}", rule.domain, rule.path)
}

impl Rules for CreateRules {
    fn name(&self) -> &'static str {
        "create_rules"
    }

    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        if self.rules.is_empty() {
            return Err(FaultKind::NoTargets.into());
        }
        for (index, new) in self.rules.iter().enumerate() {
            let mut before = self.rules[..index].iter();
            if before.any(|old| old.domain == new.domain && old.path == new.path) {
                return Err(Fault::with(FaultKind::RuleExists, spelled(new)));
            }
        }
        Ok(())
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for CreateRules {
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        let Some(listener) = balancer.listener(self.listener) else {
            return Verdict::refuse(FaultKind::ListenerNotFound);
        };
        if !balancer.routes || !listener.protocol.has_rules() {
            return Verdict::refuse(FaultKind::ListenerUnfit);
        }
        if listener.rules.len() + self.rules.len() > RULES_MAX {
            return Verdict::refuse(FaultKind::QuotaExceeded);
        }
        match self.rules.iter().find(|new| listener.rule_for(&new.domain, &new.path).is_some()) {
            Some(new) => Verdict::refuse(Fault::with(FaultKind::RuleExists, spelled(new))),
            None => Verdict::Admit,
        }
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        let Some(listener) = balancer.listener_mut(self.listener) else { return };
        for new in &self.rules {
            listener.add_rule(new.clone());
        }
        if self.default_domain.is_some() {
            listener.default_domain.clone_from(&self.default_domain);
        }
        listener.keep_default_domain();
    }
}
