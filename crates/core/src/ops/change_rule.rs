use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::model::{Fault, FaultKind, HealthCheck, Hints, ListenerId, LoadBalancer, RuleId};
use crate::world::World;

/// Have a rule work in another way, or for another path; what is absent stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRule {
    pub listener: ListenerId,
    pub rule: RuleId,
    pub path: Option<Arc<str>>,
    pub scheduler: Option<Arc<str>>,
    pub session_s: Option<u32>,
    pub health: Option<HealthCheck>,
    #[serde(default, skip_serializing_if = "Hints::is_empty")]
    pub hints: Hints,
}

impl Rules for ChangeRule {
    fn name(&self) -> &'static str {
        "change_rule"
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for ChangeRule {
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        let Some(listener) = balancer.listener(self.listener) else {
            return Verdict::refuse(FaultKind::ListenerNotFound);
        };
        let Some(rule) = listener.rule(self.rule) else {
            return Verdict::refuse(FaultKind::RuleNotFound);
        };
        let path = self.path.as_deref().unwrap_or(&rule.path);
        match listener.rule_for(&rule.domain, path) {
            Some(other) if other.id != rule.id => Verdict::refuse(Fault::with(
                FaultKind::RuleExists,
                format!("{}{path}", rule.domain),
            )),
            Some(_) | None => Verdict::Admit,
        }
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        let Some(rule) = balancer.rule_mut(self.rule) else { return };
        let ChangeRule { listener: _, rule: _, path, scheduler, session_s, health, hints } = self;
        if let Some(path) = path {
            rule.path = path.clone();
        }
        if let Some(scheduler) = scheduler {
            rule.scheduler = scheduler.clone();
        }
        if let Some(session_s) = session_s {
            rule.session_s = *session_s;
        }
        if let Some(health) = health {
            rule.health = health.clone();
        }
        rule.hints.extend(hints.iter().map(|(name, said)| (name.clone(), said.clone())));
    }
}
