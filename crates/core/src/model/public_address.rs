use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{GatewayId, PortId, ProjectId, PublicAddressId, Time};

/// An address of the outside that leads to a private one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicAddress {
    pub id: PublicAddressId,
    pub project: ProjectId,
    pub address: Ipv4Addr,
    pub name: Arc<str>,
    /// Whose lines it is reached over, in the word the client used.
    pub line: Arc<str>,
    /// Whether it is its project's, and stays when what it leads to goes; else it goes with it.
    pub kept: bool,
    /// May say of an interface that is gone: then it leads nowhere.
    pub leads_to: Option<LeadsTo>,
    /// The gateway whose network goes out under it; then it leads to nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serves: Option<GatewayId>,
    pub created_at: Time,
    pub updated_at: Time,
}

/// The private end of a public address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadsTo {
    pub port: PortId,
    pub address: Ipv4Addr,
}
