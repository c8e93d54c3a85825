//! Disks of servers: attaching and detaching, one server or many, and what a server has. Disks with
//! a life of their own are listed and shown by [`evs`](crate::huawei::evs).
//!
//! Deliberately absent: attaching as a system disk, since the boot disk never leaves its server.

mod attach_shared_volume;
mod attach_volume;
mod block_devices;
mod detach_volume;
mod detach_volume_from_many;
mod update_block_device;
mod volume_attachments;
mod volume_quota;

use std::borrow::Cow;
use std::sync::Arc;

use regiment_core::model::{ProjectId, Server, ServerId, VolumeId};
use regiment_core::view::View;

use crate::huawei::Call;
use crate::huawei::faults::{Row, no_such_server};
use crate::{Action, Answer};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    Attach(Cow<'a, str>),
    Detach(Cow<'a, str>, Cow<'a, str>),
    AttachShared(Cow<'a, str>),
    DetachFromMany(Cow<'a, str>),
    ListBlockDevices(Cow<'a, str>),
    ShowBlockDevice(Cow<'a, str>, Cow<'a, str>),
    UpdateBlockDevice(Cow<'a, str>, Cow<'a, str>),
    ListAttachments(Cow<'a, str>),
    Quota(Cow<'a, str>),
}

/// The operation of a method and a path's parts.
pub(in crate::huawei) fn find<'a>(method: &str, parts: &[Cow<'a, str>]) -> Option<Route<'a>> {
    let words: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    let [version, _, rest @ ..] = words.as_slice() else { return None };
    let part = |at: usize| parts[at + 2].clone();
    Some(match (*version, method, rest) {
        ("v1", "POST", ["cloudservers", _, "attachvolume"]) => Route::Attach(part(1)),
        ("v1", "DELETE", ["cloudservers", _, "detachvolume", _]) => Route::Detach(part(1), part(3)),
        ("v1", "POST", ["batchaction", "attachvolumes", _]) => Route::AttachShared(part(2)),
        ("v1", "POST", ["batchaction", "detachvolumes", _]) => Route::DetachFromMany(part(2)),
        ("v1", "GET", ["cloudservers", _, "block_device"]) => Route::ListBlockDevices(part(1)),
        ("v1", "GET", ["cloudservers", _, "block_device", _]) => {
            Route::ShowBlockDevice(part(1), part(3))
        }
        ("v1", "PUT", ["cloudservers", _, "block_device", _]) => {
            Route::UpdateBlockDevice(part(1), part(3))
        }
        ("v1", "GET", ["cloudservers", _, "os-volume_attachments"]) => {
            Route::ListAttachments(part(1))
        }
        ("v1", "GET", ["cloudservers", _, "appendvolumequota"]) => Route::Quota(part(1)),
        _ => return None,
    })
}

pub(in crate::huawei) fn decode(call: &Call<'_>, route: &Route<'_>) -> Result<Action, Row> {
    match route {
        Route::Attach(server) => attach_volume::decode(call, server),
        Route::Detach(server, volume) => detach_volume::decode(call, server, volume),
        Route::AttachShared(volume) => attach_shared_volume::decode(call, volume),
        Route::DetachFromMany(volume) => detach_volume_from_many::decode(call, volume),
        Route::ListBlockDevices(server) => Ok(block_devices::decode_list(call, server)),
        Route::ShowBlockDevice(server, volume) => {
            Ok(block_devices::decode_show(call, server, volume))
        }
        Route::UpdateBlockDevice(server, volume) => {
            update_block_device::decode(call, server, volume)
        }
        Route::ListAttachments(server) => Ok(volume_attachments::decode(call, server)),
        Route::Quota(server) => Ok(volume_quota::decode(call, server)),
    }
}

/// The caller's server that a path names.
fn server_of<'v>(view: &View<'v>, project: ProjectId, words: &str) -> Result<&'v Server, Row> {
    ServerId::parse_dashed(words)
        .and_then(|id| view.world.server(id))
        .filter(|server| server.project == project)
        .ok_or_else(|| no_such_server(words))
}

/// An answer that is read off one server.
fn look_at(
    call: &Call<'_>,
    server: &str,
    look: impl FnOnce(&Server) -> Result<Answer, Row> + Send + 'static,
) -> Action {
    let (reply, project, words) = (call.reply, call.caller.project, server.to_owned());
    Action::look(move |view| {
        server_of(view, project, &words).and_then(look).unwrap_or_else(|row| reply.refuse(&row))
    })
}

/// A volume that a path names and that the server does not have.
fn no_such_volume(words: &str) -> Row {
    let shown: String = words.chars().take(64).collect();
    Row::new("Ecs.0111", 404, "").saying(format!("The disk {shown} is not attached to the ECS."))
}

/// Why a disk cannot be put into any server: it belongs to one since that was made, or is none.
fn never_loose(view: &View<'_>, project: ProjectId, volume: VolumeId) -> Option<Row> {
    if view.world.disk(project, volume).is_some() {
        return None;
    }
    Some(if view.world.server_with_volume(project, volume).is_some() {
        Row::new("Ecs.0103", 400, "The disk is not available for attaching.")
    } else {
        Row::new("Ecs.0103", 400, "").saying(format!("The disk {volume} does not exist."))
    })
}

/// The name of a device that a client asks for, if it is one.
pub(in crate::huawei) fn device(asked: Option<String>) -> Result<Option<Arc<str>>, Row> {
    let Some(asked) = asked.filter(|asked| !asked.is_empty()) else { return Ok(None) };
    let letter = ["/dev/vd", "/dev/sd", "/dev/xvd", "/dev/hd"]
        .iter()
        .find_map(|kind| asked.strip_prefix(kind))
        .filter(|letter| matches!(letter.as_bytes(), [b'a'..=b'z']));
    match letter {
        Some(_) => Ok(Some(asked.into())),
        None => Err(Row::invalid("device must be a name such as /dev/vdb.")),
    }
}
