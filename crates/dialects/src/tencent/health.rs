//! What is checked of what is behind a load balancer, and whether it answers. No packet flows here: a
//! server that runs is taken to answer.

use regiment_core::model::{HealthCheck, Phase, Power, Probe, Server};

/// What a listener checks when nobody says.
pub fn usual() -> HealthCheck {
    HealthCheck {
        on: true,
        timeout_s: 2,
        interval_s: 5,
        healthy_after: 3,
        unhealthy_after: 3,
        http_codes: 31,
        http_path: "/".into(),
        probe: Probe::default(),
    }
}

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
