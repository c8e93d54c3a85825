use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    FaultKind, ListenerId, LoadBalancerId, NetworkId, ProjectId, RuleId, ServerId, SubJobId, Tag,
    Time,
};

/// What a client said that only its own dialect shows again.
pub type Hints = BTreeMap<Arc<str>, Arc<str>>;

/// Who can reach a load balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reach {
    Public,
    Private,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Protocol {
    Http,
    Https,
    Tcp,
    Udp,
    /// TCP that is decrypted here.
    Tls,
}

impl Protocol {
    /// Whether it forwards by rules, and not by the listener.
    pub const fn has_rules(self) -> bool {
        match self {
            Protocol::Http | Protocol::Https => true,
            Protocol::Tcp | Protocol::Udp | Protocol::Tls => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BalancerState {
    Creating,
    Ready,
    Broken,
}

/// A front for servers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancer {
    pub id: LoadBalancerId,
    pub project: ProjectId,
    pub order: u64,
    pub name: Arc<str>,
    pub reach: Reach,
    /// Whether it routes by domain and path; else it only forwards ports.
    pub routes: bool,
    pub domain: Arc<str>,
    pub address: Ipv4Addr,
    #[serde(default)]
    pub network: Option<Arc<str>>,
    #[serde(default)]
    pub subnet: Option<Arc<str>>,
    pub state: BalancerState,
    #[serde(default)]
    pub busy: Option<SubJobId>,
    pub created_at: Time,
    pub updated_at: Time,
    #[serde(default)]
    pub listeners: Vec<Listener>,
    /// Behind every listener that has a backend port.
    #[serde(default)]
    pub backends: Vec<Backend>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<NetworkId>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hints: Hints,
}

impl LoadBalancer {
    /// Its domain below that of all: the id keeps it apart from others with the same beginning.
    pub fn domain_of(prefix: &str, id: LoadBalancerId) -> Arc<str> {
        format!("{prefix}-{}", id.0).into()
    }

    pub fn listener(&self, id: ListenerId) -> Option<&Listener> {
        self.listeners.iter().find(|listener| listener.id == id)
    }

    /// Whether it can be asked for something: it is made, and nothing runs on it.
    pub fn is_free(&self) -> bool {
        self.busy.is_none() && self.state == BalancerState::Ready
    }

    pub(crate) fn listener_mut(&mut self, id: ListenerId) -> Option<&mut Listener> {
        self.listeners.iter_mut().find(|listener| listener.id == id)
    }

    /// Every rule, with its listener.
    pub fn rules(&self) -> impl Iterator<Item = (&Listener, &ForwardingRule)> {
        self.listeners.iter().flat_map(|listener| listener.rules.iter().map(move |r| (listener, r)))
    }

    pub fn rule(&self, id: RuleId) -> Option<(&Listener, &ForwardingRule)> {
        self.rules().find(|(_, rule)| rule.id == id)
    }

    pub(crate) fn rule_mut(&mut self, id: RuleId) -> Option<&mut ForwardingRule> {
        self.listeners.iter_mut().flat_map(|one| &mut one.rules).find(|rule| rule.id == id)
    }

    /// What is at a place; a fault when there is no such place, or none that has members.
    pub fn members_at(&self, place: Place) -> Result<&[Member], FaultKind> {
        let listener = self.listener(place.listener).ok_or(FaultKind::ListenerNotFound)?;
        let Some(id) = place.rule else {
            return if listener.protocol.has_rules() {
                Err(FaultKind::ListenerUnfit)
            } else {
                Ok(&listener.members)
            };
        };
        listener.rule(id).map(|rule| &*rule.members).ok_or(FaultKind::RuleNotFound)
    }

    pub(crate) fn members_at_mut(&mut self, place: Place) -> Option<&mut Vec<Member>> {
        let listener = self.listener_mut(place.listener)?;
        match place.rule {
            Some(id) => {
                listener.rules.iter_mut().find(|rule| rule.id == id).map(|r| &mut r.members)
            }
            None => Some(&mut listener.members),
        }
    }

    /// Every list of members it has.
    pub(crate) fn members_mut(&mut self) -> impl Iterator<Item = &mut Vec<Member>> {
        self.listeners.iter_mut().flat_map(|listener| {
            let of_rules = listener.rules.iter_mut().map(|rule| &mut rule.members);
            std::iter::once(&mut listener.members).chain(of_rules)
        })
    }

    /// Members of its listeners and of their rules.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.listeners.iter().flat_map(Listener::all_members)
    }

    /// Whether it forwards to the server, by whichever way.
    pub fn forwards_to(&self, server: ServerId) -> bool {
        self.backends.iter().any(|backend| backend.server == server)
            || self.members().any(|member| member.server == server)
    }

    /// Forgets the redirections to rules that are no more.
    pub(crate) fn keep_redirections(&mut self) {
        let there: BTreeSet<RuleId> = self.rules().map(|(_, rule)| rule.id).collect();
        for rule in self.listeners.iter_mut().flat_map(|one| &mut one.rules) {
            rule.redirection.take_if(|way| !there.contains(&way.to));
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    pub id: ListenerId,
    pub name: Arc<str>,
    pub port: u16,
    /// Where the load balancer's own backends listen; 0 when it has no use for them.
    pub backend_port: u16,
    pub protocol: Protocol,
    /// How a backend is chosen, in the client's word for it.
    pub scheduler: Arc<str>,
    /// 0 = no stickiness.
    pub session_s: u32,
    pub health: HealthCheck,
    #[serde(default)]
    pub certificate: Option<Arc<str>>,
    /// By what clients are known; absent when they need no certificate.
    #[serde(default)]
    pub client_certificate: Option<Arc<str>>,
    /// Behind this listener alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
    /// Where it forwards to, by domain and path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<ForwardingRule>,
    /// The domain that answers for those that no rule has; one of the rules', when there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_domain: Option<Arc<str>>,
    /// When it was ordered.
    #[serde(default)]
    pub created_at: Option<Time>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hints: Hints,
}

impl Listener {
    pub fn rule(&self, id: RuleId) -> Option<&ForwardingRule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The rule for a domain and a path, as they were ordered.
    pub fn rule_for(&self, domain: &str, path: &str) -> Option<&ForwardingRule> {
        self.rules.iter().find(|rule| *rule.domain == *domain && *rule.path == *path)
    }

    pub fn has_domain(&self, domain: &str) -> bool {
        self.rules.iter().any(|rule| *rule.domain == *domain)
    }

    /// Its own members and its rules'.
    pub fn all_members(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().chain(self.rules.iter().flat_map(|rule| &rule.members))
    }

    /// Certificates are a domain's: all its rules have the newest.
    pub(crate) fn add_rule(&mut self, mut rule: ForwardingRule) {
        let same = self.rules.iter_mut().filter(|old| old.domain == rule.domain);
        for old in same {
            match &rule.certificates {
                Some(_) => old.certificates.clone_from(&rule.certificates),
                None => rule.certificates.clone_from(&old.certificates),
            }
        }
        self.rules.push(rule);
    }

    /// The first rule's domain stands in for a default that is no more.
    pub(crate) fn keep_default_domain(&mut self) {
        let kept = self.default_domain.take().filter(|domain| self.has_domain(domain));
        self.default_domain = kept.or_else(|| self.rules.first().map(|rule| rule.domain.clone()));
    }
}

/// Where a listener of HTTP or HTTPS forwards what is asked of a domain, at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForwardingRule {
    pub id: RuleId,
    pub domain: Arc<str>,
    pub path: Arc<str>,
    /// How a member is chosen, in the client's word for it.
    pub scheduler: Arc<str>,
    /// 0 = no stickiness.
    pub session_s: u32,
    pub health: HealthCheck,
    /// The domain's own, the same in all its rules; absent where the listener's serve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificates: Option<Certificates>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
    /// Where clients are sent instead of to a member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirection: Option<Redirection>,
    /// Whether it was not ordered itself, but came with a redirection.
    #[serde(default)]
    pub automatic: bool,
    /// When it was ordered.
    pub created_at: Option<Time>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hints: Hints,
}

/// The certificate that is shown, and the one by which clients are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificates {
    pub own: Arc<str>,
    pub of_clients: Option<Arc<str>>,
}

/// Where a rule sends its clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirection {
    pub to: RuleId,
    /// The HTTP status they are told.
    pub code: u16,
    pub keeps_path: bool,
    /// Whether it is from HTTP to HTTPS, with all of a domain.
    pub automatic: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    pub on: bool,
    pub timeout_s: u32,
    pub interval_s: u32,
    pub healthy_after: u32,
    pub unhealthy_after: u32,
    /// Bit mask of accepted classes, 1xx = 1 … 5xx = 16.
    pub http_codes: u32,
    pub http_path: Arc<str>,
    #[serde(default)]
    pub probe: Probe,
}

/// What a health check sends and expects, as far as a client said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Probe {
    /// How it is made, in the client's word for it.
    pub kind: Option<Arc<str>>,
    /// Another port than the member's own.
    pub port: Option<u16>,
    pub http_domain: Option<Arc<str>>,
    pub http_method: Option<Arc<str>>,
    pub http_version: Option<Arc<str>>,
    /// How `send` and `expect` are written.
    pub context: Option<Arc<str>>,
    pub send: Option<Arc<str>>,
    pub expect: Option<Arc<str>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backend {
    pub server: ServerId,
    pub weight: u32,
}

/// A port of a server behind one listener or one of its rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub server: ServerId,
    pub port: u16,
    pub weight: u32,
    pub since: Time,
}

impl Member {
    /// Whether both are the same.
    pub fn is_at(&self, server: ServerId, port: u16) -> bool {
        self.server == server && self.port == port
    }
}

/// Where members are: at a listener that has no rules, or at a rule of one that has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub listener: ListenerId,
    pub rule: Option<RuleId>,
}

impl From<ListenerId> for Place {
    fn from(listener: ListenerId) -> Place {
        Place { listener, rule: None }
    }
}

/// A member and where it is, or is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub listener: ListenerId,
    /// Of a listener that has rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    pub member: Member,
}

impl Membership {
    pub const fn of(place: Place, member: Member) -> Membership {
        Membership { listener: place.listener, rule: place.rule, member }
    }

    pub const fn place(&self) -> Place {
        Place { listener: self.listener, rule: self.rule }
    }
}
