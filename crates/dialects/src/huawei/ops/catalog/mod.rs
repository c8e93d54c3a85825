//! What is sold: where each flavor still has room, how it is paid for, and what a server may become.
//!
//! Deliberately absent: prices, and limits of what a project may buy, which are its quota's. The plain
//! list of flavors is in [`flavors`](super::flavors).

use std::borrow::Cow;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;

mod flavor_capacity;
mod resize_flavors;
mod sell_policies;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    ResizeFlavors,
    SellPolicies,
    FlavorCapacity(Cow<'a, str>),
}

pub(in crate::huawei) fn find<'a>(method: &str, parts: &[Cow<'a, str>]) -> Option<Route<'a>> {
    let words: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    match (method, words.as_slice()) {
        ("GET", ["v1", _, "cloudservers", "resize_flavors"]) => Some(Route::ResizeFlavors),
        ("GET", ["v1", _, "cloudservers", "flavor-sell-policies"]) => Some(Route::SellPolicies),
        ("GET", ["v1", _, "cloudservers", "flavors", _, "resources"]) => {
            Some(Route::FlavorCapacity(parts[4].clone()))
        }
        _ => None,
    }
}

pub(in crate::huawei) fn decode(call: &Call<'_>, route: Route<'_>) -> Result<Action, Row> {
    match route {
        Route::ResizeFlavors => resize_flavors::decode(call),
        Route::SellPolicies => sell_policies::decode(call),
        Route::FlavorCapacity(flavor) => flavor_capacity::decode(call, &flavor),
    }
}
