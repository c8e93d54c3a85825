use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ListenerId, LoadBalancerId, ProjectId, ServerId, SubJobId, Time};

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
    #[serde(default)]
    pub backends: Vec<Backend>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    pub id: ListenerId,
    pub name: Arc<str>,
    pub port: u16,
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
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backend {
    pub server: ServerId,
    pub weight: u32,
}
