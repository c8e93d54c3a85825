use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ListenerId, LoadBalancerId, ProjectId, ServerId, SubJobId, Tag, Time};

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

    /// Whether it forwards to the server, by whichever way.
    pub fn forwards_to(&self, server: ServerId) -> bool {
        self.backends.iter().any(|backend| backend.server == server)
            || self.listeners.iter().any(|one| one.members.iter().any(|one| one.server == server))
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
    /// When it was ordered.
    #[serde(default)]
    pub created_at: Option<Time>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hints: Hints,
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

/// A port of a server behind one listener.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub server: ServerId,
    pub port: u16,
    pub weight: u32,
    pub since: Time,
}

impl Member {
    /// Whether both are the same place.
    pub fn is_at(&self, server: ServerId, port: u16) -> bool {
        self.server == server && self.port == port
    }
}

/// A member and the listener it is, or is to be, behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub listener: ListenerId,
    pub member: Member,
}
