use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::model::{
    Certificates, Fault, FaultKind, ForwardingRule, Hints, ListenerId, LoadBalancer,
};
use crate::world::World;

/// Give a domain of a listener another name in all its rules, or other ways; what is absent stays
/// as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeDomain {
    pub listener: ListenerId,
    pub domain: Arc<str>,
    pub new_name: Option<Arc<str>>,
    pub certificates: Option<Certificates>,
    /// The domain that is to answer for unknown ones from now on, by the name it then has.
    pub default_domain: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Hints::is_empty")]
    pub hints: Hints,
}

impl Rules for ChangeDomain {
    fn name(&self) -> &'static str {
        "change_domain"
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl ChangeDomain {
    /// Whether nothing but the name is another.
    pub fn only_renames(&self) -> bool {
        let ChangeDomain { listener: _, domain: _, new_name, certificates, default_domain, hints } =
            self;
        new_name.is_some() && certificates.is_none() && default_domain.is_none() && hints.is_empty()
    }

    fn is_of(&self, rule: &ForwardingRule) -> bool {
        rule.domain == self.domain
    }
}

impl BalancerRules for ChangeDomain {
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        let Some(listener) = balancer.listener(self.listener) else {
            return Verdict::refuse(FaultKind::ListenerNotFound);
        };
        let not_found =
            |domain: &Arc<str>| Verdict::refuse(Fault::with(FaultKind::RuleNotFound, &**domain));
        if !listener.has_domain(&self.domain) {
            return not_found(&self.domain);
        }
        if let Some(name) = self.new_name.as_ref().filter(|name| **name != self.domain) {
            let mut ours = listener.rules.iter().filter(|rule| self.is_of(rule));
            if let Some(rule) = ours.find(|rule| listener.rule_for(name, &rule.path).is_some()) {
                let spelled = format!("{name}{}", rule.path);
                return Verdict::refuse(Fault::with(FaultKind::RuleExists, spelled));
            }
        }
        match &self.default_domain {
            Some(domain)
                if !listener.has_domain(domain) && self.new_name.as_ref() != Some(domain) =>
            {
                not_found(domain)
            }
            Some(_) | None => Verdict::Admit,
        }
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        let Some(listener) = balancer.listener_mut(self.listener) else { return };
        let ChangeDomain { listener: _, domain, new_name, certificates, default_domain, hints } =
            self;
        let name = new_name.as_ref().unwrap_or(domain);
        for rule in listener.rules.iter_mut().filter(|rule| self.is_of(rule)) {
            rule.domain = name.clone();
        }
        // What bears the name now has the same ways, whether it had the name before or not.
        let first = listener.rules.iter().find(|rule| rule.domain == *name);
        let certificates =
            certificates.clone().or_else(|| first.and_then(|rule| rule.certificates.clone()));
        for rule in listener.rules.iter_mut().filter(|rule| rule.domain == *name) {
            rule.certificates.clone_from(&certificates);
            rule.hints.extend(hints.iter().map(|(name, said)| (name.clone(), said.clone())));
        }
        if listener.default_domain.as_ref() == Some(domain) {
            listener.default_domain = Some(name.clone());
        }
        if default_domain.is_some() {
            listener.default_domain.clone_from(default_domain);
        }
        listener.keep_default_domain();
    }
}
