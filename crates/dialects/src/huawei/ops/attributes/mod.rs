//! What is said of one server and can be said anew: its name and description, its metadata, the
//! time at which it is taken away, whether it is recovered, and how it may ask for its metadata.
//! Deliberately absent: whatever a machine must be asked for.

pub(super) mod auto_recovery;
pub(super) mod auto_terminate_time;
pub(super) mod metadata;
pub(super) mod metadata_options;
pub(super) mod server_monitor;
pub(super) mod update_server;

use std::borrow::Cow;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    UpdateServer(Cow<'a, str>),
    UpdateMetadata(Cow<'a, str>),
    /// The server, and the key.
    DeleteMetadata(Cow<'a, str>, Cow<'a, str>),
    ShowMetadataOptions(Cow<'a, str>),
    UpdateMetadataOptions(Cow<'a, str>),
    SetTerminateTime(Cow<'a, str>),
    ShowAutoRecovery(Cow<'a, str>),
    RegisterAutoRecovery(Cow<'a, str>),
    RegisterMonitor(Cow<'a, str>),
}

/// The operation of what follows the project in a path.
pub(in crate::huawei) fn find<'a>(
    version: &str,
    method: &str,
    rest: &[Cow<'a, str>],
) -> Option<Route<'a>> {
    let words: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
    let ("v1", ["cloudservers", _, below @ ..]) = (version, words.as_slice()) else { return None };
    let id = rest[1].clone();
    Some(match (method, below) {
        ("PUT", []) => Route::UpdateServer(id),
        ("POST", ["metadata"]) => Route::UpdateMetadata(id),
        ("DELETE", ["metadata", _]) => Route::DeleteMetadata(id, rest[3].clone()),
        ("GET", ["metadata-options"]) => Route::ShowMetadataOptions(id),
        ("PUT", ["metadata-options"]) => Route::UpdateMetadataOptions(id),
        ("POST", ["actions", "update-auto-terminate-time"]) => Route::SetTerminateTime(id),
        ("GET", ["autorecovery"]) => Route::ShowAutoRecovery(id),
        ("PUT", ["autorecovery"]) => Route::RegisterAutoRecovery(id),
        _ => return None,
    })
}

pub(in crate::huawei) fn decode(call: &Call<'_>, route: &Route<'_>) -> Result<Action, Row> {
    match route {
        Route::UpdateServer(id) => update_server::decode(call, id),
        Route::UpdateMetadata(id) => metadata::decode_update(call, id),
        Route::DeleteMetadata(id, key) => Ok(metadata::decode_delete(call, id, key)),
        Route::ShowMetadataOptions(id) => Ok(metadata_options::decode_show(call, id)),
        Route::UpdateMetadataOptions(id) => metadata_options::decode_update(call, id),
        Route::SetTerminateTime(id) => auto_terminate_time::decode(call, id),
        Route::ShowAutoRecovery(id) => Ok(auto_recovery::decode_show(call, id)),
        Route::RegisterAutoRecovery(id) => auto_recovery::decode_register(call, id),
        Route::RegisterMonitor(id) => server_monitor::decode(call, id),
    }
}
