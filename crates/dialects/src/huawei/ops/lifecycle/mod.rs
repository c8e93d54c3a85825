//! Where a server lives and how it is paid for: migration, redeployment, change of charge mode.
//!
//! Deliberately absent: dedicated hosts themselves, which are another service's. Their ids are
//! remembered and shown, and a server that moves to one moves to another of the hosts there are.

mod change_charge_mode;
mod migrate;
mod redeploy;

use std::borrow::Cow;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    Migrate(Cow<'a, str>),
    Redeploy(Cow<'a, str>),
    ChangeChargeMode,
}

/// The operation of a method and the parts of a path.
pub(in crate::huawei) fn find<'a>(method: &str, parts: &[Cow<'a, str>]) -> Option<Route<'a>> {
    let words: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    match (method, words.as_slice()) {
        ("POST", ["v1", _, "cloudservers", _, "migrate"]) => Some(Route::Migrate(parts[3].clone())),
        ("POST", ["v1", _, "cloudservers", _, "actions", "redeploy"]) => {
            Some(Route::Redeploy(parts[3].clone()))
        }
        ("POST", ["v1", _, "cloudservers", "actions", "change-charge-mode"]) => {
            Some(Route::ChangeChargeMode)
        }
        _ => None,
    }
}

pub(in crate::huawei) fn decode(call: &Call<'_>, route: Route<'_>) -> Result<Action, Row> {
    match route {
        Route::Migrate(id) => migrate::decode(call, &id),
        Route::Redeploy(id) => Ok(redeploy::decode(call, &id)),
        Route::ChangeChargeMode => change_charge_mode::decode(call),
    }
}
