use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::create_rules::spelled;
use super::{BalancerRules, Rules, Step, Verdict};
use crate::limits::{LISTENERS_MAX, RULES_MAX};
use crate::model::{
    Fault, FaultKind, ForwardingRule, Hints, Listener, ListenerId, LoadBalancer, ProjectId,
    Protocol, Redirection, RuleId, Time,
};
use crate::world::World;

/// The port of plain HTTP that sends clients on.
const PORT: u16 = 80;

/// Have plain HTTP send the clients of whole domains to a listener of HTTPS, each path to the same
/// path. The listener at port 80 and its rules are made where there are none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedirectToHttps {
    pub listener: ListenerId,
    pub domains: Vec<DomainWay>,
    /// Chosen when the order is planned.
    #[serde(default)]
    pub mint: Mint,
}

/// How the clients of one domain are sent on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainWay {
    pub domain: Arc<str>,
    pub code: u16,
    pub keeps_path: bool,
}

/// The ids and the age of what is made, as far as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mint {
    pub listener: Option<ListenerId>,
    pub rules: Vec<RuleId>,
    pub at: Option<Time>,
}

impl Rules for RedirectToHttps {
    fn name(&self) -> &'static str {
        "redirect_to_https"
    }

    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        if self.domains.is_empty() { Err(FaultKind::NoTargets.into()) } else { Ok(()) }
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

fn plain(balancer: &LoadBalancer) -> Option<&Listener> {
    balancer.listeners.iter().find(|one| one.port == PORT && one.protocol != Protocol::Udp)
}

impl RedirectToHttps {
    /// The rules to whose like clients are sent, each with its domain's way.
    fn ends<'b>(
        &'b self,
        balancer: &'b LoadBalancer,
    ) -> impl Iterator<Item = (&'b DomainWay, &'b ForwardingRule)> {
        let rules = balancer.listener(self.listener).into_iter().flat_map(|one| &one.rules);
        rules.filter_map(|rule| {
            self.domains.iter().find(|way| way.domain == rule.domain).map(|way| (way, rule))
        })
    }

    /// How many rules it will make at the most.
    pub(crate) fn rules_count(&self, balancer: &LoadBalancer) -> usize {
        self.ends(balancer).count()
    }

    fn refused(&self, balancer: &LoadBalancer) -> Result<(), Fault> {
        let https = balancer.listener(self.listener).ok_or(FaultKind::ListenerNotFound)?;
        if https.protocol != Protocol::Https {
            return Err(FaultKind::ListenerUnfit.into());
        }
        if let Some(way) = self.domains.iter().find(|way| !https.has_domain(&way.domain)) {
            return Err(Fault::with(FaultKind::RuleNotFound, &*way.domain));
        }
        let plain = plain(balancer);
        if plain.is_some_and(|one| one.protocol != Protocol::Http) {
            return Err(Fault::with(FaultKind::PortInUse, PORT.to_string()));
        }
        if plain.is_none() && balancer.listeners.len() >= LISTENERS_MAX {
            return Err(FaultKind::QuotaExceeded.into());
        }
        let mut count = plain.map_or(0, |one| one.rules.len());
        for (_, end) in self.ends(balancer) {
            let from = plain.and_then(|one| one.rule_for(&end.domain, &end.path));
            count += usize::from(from.is_none());
            let is_end = |id: RuleId| {
                balancer.rules().any(|(_, rule)| rule.redirection.iter().any(|way| way.to == id))
            };
            let unfit = from.is_some_and(|from| {
                is_end(from.id) || from.redirection.iter().any(|way| way.to != end.id)
            });
            if unfit || end.redirection.is_some() {
                return Err(Fault::with(FaultKind::RedirectionUnfit, spelled(end)));
            }
        }
        if count > RULES_MAX { Err(FaultKind::QuotaExceeded.into()) } else { Ok(()) }
    }

    fn new_listener(&self, https: &Listener) -> Option<Listener> {
        Some(Listener {
            id: self.mint.listener?,
            name: https.name.clone(),
            port: PORT,
            backend_port: 0,
            protocol: Protocol::Http,
            scheduler: https.scheduler.clone(),
            session_s: https.session_s,
            health: https.health.clone(),
            certificate: None,
            client_certificate: None,
            members: Vec::new(),
            rules: Vec::new(),
            default_domain: None,
            created_at: self.mint.at,
            hints: Hints::new(),
        })
    }
}

impl BalancerRules for RedirectToHttps {
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        match self.refused(balancer) {
            Ok(()) => Verdict::Admit,
            Err(fault) => Verdict::Refuse(fault),
        }
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        let ends: Vec<(DomainWay, ForwardingRule)> =
            self.ends(balancer).map(|(way, rule)| (way.clone(), rule.clone())).collect();
        let Some(https) = balancer.listener(self.listener).cloned() else { return };
        let port = match plain(balancer) {
            Some(found) => found.id,
            None => {
                let Some(new) = self.new_listener(&https) else { return };
                let id = new.id;
                balancer.listeners.push(new);
                id
            }
        };
        let Some(plain) = balancer.listener_mut(port) else { return };
        for ((way, end), new) in ends.into_iter().zip(&self.mint.rules) {
            let DomainWay { domain: _, code, keeps_path } = way;
            let to = Redirection { to: end.id, code, keeps_path, automatic: true };
            let mut rules = plain.rules.iter_mut();
            match rules.find(|rule| rule.domain == end.domain && rule.path == end.path) {
                Some(rule) => rule.redirection = Some(to),
                None => plain.rules.push(ForwardingRule {
                    id: *new,
                    certificates: None,
                    members: Vec::new(),
                    redirection: Some(to),
                    automatic: true,
                    created_at: self.mint.at,
                    hints: Hints::new(),
                    domain: end.domain,
                    path: end.path,
                    scheduler: end.scheduler,
                    session_s: end.session_s,
                    health: end.health,
                }),
            }
        }
        plain.keep_default_domain();
    }
}
