//! What a client said of an instance that only this vendor's APIs show again, under one name in all
//! of them.

use regiment_core::model::Server;

pub const BANDWIDTH: &str = "tencent_v2/bandwidth";
/// `PayByHour` or `PayByTraffic`.
pub const BANDWIDTH_TYPE: &str = "tencent_v2/bandwidthType";
pub const PROJECT: &str = "tencent_v2/projectId";

pub fn hint<'s>(server: &'s Server, name: &str) -> Option<&'s str> {
    let hints = &server.details.hints;
    if hints.is_empty() {
        return None;
    }
    hints.get(name).map(|value| &**value)
}

/// 0 when nothing, or no number, was said.
pub fn number(server: &Server, name: &str) -> u32 {
    hint(server, name).and_then(|value| value.parse().ok()).unwrap_or(0)
}
