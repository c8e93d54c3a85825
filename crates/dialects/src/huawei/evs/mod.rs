//! The disk service beside ECS, as far as clients of ECS ask it: which disks there are, what each is
//! and where it is attached, and which kinds can be had.
//!
//! Deliberately absent: making, growing and destroying disks, snapshots, backups, transfers, encryption.
//! Evidence for the shapes is the vendor's published SDK of the service.

mod entry;
mod ops;

use std::borrow::Cow;

use crate::huawei::Call;
use crate::huawei::answer::Reply;
use crate::huawei::faults::Row;
use crate::{Action, Answer};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    List,
    Show(Cow<'a, str>),
    Types,
}

/// The operation of a method and a path's parts.
pub(in crate::huawei) fn find<'a>(method: &str, parts: &[Cow<'a, str>]) -> Option<Route<'a>> {
    let words: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    let [version, _, rest @ ..] = words.as_slice() else { return None };
    Some(match (*version, method, rest) {
        ("v2", "GET", ["cloudvolumes", "detail"]) => Route::List,
        // Not a disk's id, and not served.
        ("v2", "GET", ["cloudvolumes", "tags"]) => return None,
        ("v2", "GET", ["cloudvolumes", _]) => Route::Show(parts[3].clone()),
        ("v2", "GET", ["types"]) => Route::Types,
        _ => return None,
    })
}

pub(in crate::huawei) fn decode(call: &Call<'_>, route: &Route<'_>) -> Result<Action, Row> {
    match route {
        Route::List => ops::list_disks::decode(call),
        Route::Show(id) => Ok(ops::show_disk::decode(call, id)),
        Route::Types => Ok(ops::disk_types::decode(call)),
    }
}

fn no_such_disk(reply: Reply, words: &str) -> Answer {
    let shown: String = words.chars().take(64).collect();
    let row = Row::new("EVS.5404", 404, "").saying(format!("Volume {shown} could not be found."));
    reply.refuse(&row)
}
