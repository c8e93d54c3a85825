//! What a client said of an instance that only this vendor's APIs show again, under one name in all
//! of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use regiment_core::model::{Server, Time};

pub const BANDWIDTH: &str = "tencent_v2/bandwidth";
/// `PayByHour` or `PayByTraffic`.
pub const BANDWIDTH_TYPE: &str = "tencent_v2/bandwidthType";
pub const PROJECT: &str = "tencent_v2/projectId";
/// Until when something is paid for in advance, in milliseconds; what lacks it is paid by use.
pub const DEADLINE: &str = "tencent_v2/deadline";

pub type Hints = BTreeMap<Arc<str>, Arc<str>>;

pub fn deadline(hints: &Hints) -> Option<Time> {
    hints.get(DEADLINE)?.parse().ok().map(Time)
}

/// 0 when nothing, or no number, was said.
pub fn number_in(hints: &Hints, name: &str) -> u32 {
    hints.get(name).and_then(|value| value.parse().ok()).unwrap_or(0)
}

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
