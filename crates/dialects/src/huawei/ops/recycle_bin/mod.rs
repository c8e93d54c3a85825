//! The recycle bin: what becomes of deleted servers, and those that are in it.
//!
//! Deliberately absent: the bin itself, which is the core's. That nothing else finds what is in it
//! is decided there.

mod delete_recycle_bin_server;
mod list_recycle_bin_servers;
mod revert_recycle_bin_server;
mod show_recycle_bin;
mod show_recycle_bin_server;
mod update_recycle_bin;
mod update_recycle_bin_policy;

use std::borrow::Cow;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    Show,
    Update,
    UpdatePolicy,
    ListServers,
    ShowServer(Cow<'a, str>),
    DeleteServer(Cow<'a, str>),
    RevertServer(Cow<'a, str>),
}

/// The operation of a method and the parts of a path.
pub(in crate::huawei) fn find<'a>(method: &str, parts: &[Cow<'a, str>]) -> Option<Route<'a>> {
    let words: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    let ["v1", _, "recycle-bin", rest @ ..] = words.as_slice() else { return None };
    let server = || parts[4].clone();
    match (method, rest) {
        ("GET", []) => Some(Route::Show),
        ("PUT", []) => Some(Route::Update),
        ("PUT", ["policy"]) => Some(Route::UpdatePolicy),
        ("GET", ["cloudservers"]) => Some(Route::ListServers),
        ("GET", ["cloudservers", _]) => Some(Route::ShowServer(server())),
        ("DELETE", ["cloudservers", _]) => Some(Route::DeleteServer(server())),
        ("POST", ["cloudservers", _, "actions", "revert"]) => Some(Route::RevertServer(server())),
        _ => None,
    }
}

pub(in crate::huawei) fn decode(call: &Call<'_>, route: Route<'_>) -> Result<Action, Row> {
    match route {
        Route::Show => Ok(show_recycle_bin::decode(call)),
        Route::Update => update_recycle_bin::decode(call),
        Route::UpdatePolicy => update_recycle_bin_policy::decode(call),
        Route::ListServers => list_recycle_bin_servers::decode(call),
        Route::ShowServer(id) => Ok(show_recycle_bin_server::decode(call, &id)),
        Route::DeleteServer(id) => Ok(delete_recycle_bin_server::decode(call, &id)),
        Route::RevertServer(id) => Ok(revert_recycle_bin_server::decode(call, &id)),
    }
}
