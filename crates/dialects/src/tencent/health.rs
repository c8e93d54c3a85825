//! Whether what is behind a load balancer answers. No packet flows here: a server that runs is taken
//! to answer.

use regiment_core::model::{Phase, Power, Server};

/// The vendor's word for it.
pub const fn detail(server: &Server) -> &'static str {
    match (server.phase, server.power) {
        (Phase::Creating, _) => "Unknown",
        (Phase::Ready, Power::Running) => "Alive",
        (Phase::Ready, Power::Stopped) | (Phase::Broken, _) => "Dead",
    }
}

pub const fn is_alive(server: &Server) -> bool {
    match (server.phase, server.power) {
        (Phase::Ready, Power::Running) => true,
        (Phase::Ready, Power::Stopped) | (Phase::Creating | Phase::Broken, _) => false,
    }
}
