use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{NetworkId, Nic, ProjectId, Time};

/// An interface with a life of its own. A server that is given it has it among its own, under the
/// same port; it is free while none has, and again when that server loses it or is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    pub project: ProjectId,
    /// The network its subnet is in.
    pub vpc: NetworkId,
    pub name: Arc<str>,
    pub description: Arc<str>,
    /// As servers are given it. Its addresses are nobody else's, in a server or not.
    pub nic: Nic,
    pub created_at: Time,
}
