//! Server groups and who is in them. Deliberately absent: moving a server that joins a group to
//! another host, which the vendor does not do either.

pub(super) mod batch_server_group_members;
pub(in crate::huawei) mod create_server_group;
pub(super) mod delete_server_group;
pub(super) mod list_server_groups;
pub(super) mod server_group_members;
pub(super) mod show_server_group;

use std::borrow::Cow;

use regiment_core::model::{Fault, FaultKind, ServerGroup, ServerGroupId, ServerId};
use regiment_core::view::View;
use serde::Serialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    Create,
    List,
    Show(Cow<'a, str>),
    Delete(Cow<'a, str>),
    /// One server goes in or out.
    Members(Cow<'a, str>),
    /// Many go in, or else out.
    BatchMembers(Cow<'a, str>, bool),
}

/// The operation of what follows the project in a path.
pub(in crate::huawei) fn find<'a>(
    version: &str,
    method: &str,
    rest: &[Cow<'a, str>],
) -> Option<Route<'a>> {
    let words: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
    let ("v1", ["cloudservers", "os-server-groups", below @ ..]) = (version, words.as_slice())
    else {
        return None;
    };
    let id = || rest[2].clone();
    Some(match (method, below) {
        ("POST", []) => Route::Create,
        ("GET", []) => Route::List,
        ("GET", [_]) => Route::Show(id()),
        ("DELETE", [_]) => Route::Delete(id()),
        ("POST", [_, "action"]) => Route::Members(id()),
        ("POST", [_, "add_members"]) => Route::BatchMembers(id(), true),
        ("POST", [_, "remove_members"]) => Route::BatchMembers(id(), false),
        _ => return None,
    })
}

pub(in crate::huawei) fn decode(call: &Call<'_>, route: &Route<'_>) -> Result<Action, Row> {
    match route {
        Route::Create => create_server_group::decode(call),
        Route::List => list_server_groups::decode(call),
        Route::Show(id) => show_server_group::decode(call, id),
        Route::Delete(id) => delete_server_group::decode(call, id),
        Route::Members(id) => server_group_members::decode(call, id),
        Route::BatchMembers(id, join) => batch_server_group_members::decode(call, id, *join),
    }
}

/// The one policy there is: no two members on one host.
pub(in crate::huawei) const POLICY: &str = "anti-affinity";

/// A group as every answer tells it.
#[derive(Serialize)]
struct Told<'a> {
    id: ServerGroupId,
    name: &'a str,
    policies: [&'static str; 1],
    members: Vec<ServerId>,
    metadata: Nothing,
}

#[derive(Serialize)]
pub(in crate::huawei) struct Nothing {}

#[derive(Serialize)]
struct Single<'a> {
    server_group: Told<'a>,
}

impl<'a> Told<'a> {
    fn of(group: &'a ServerGroup, view: &View<'_>) -> Told<'a> {
        Told {
            id: group.id,
            name: &group.name,
            policies: [POLICY],
            members: view.world.members(group.id).collect(),
            metadata: Nothing {},
        }
    }
}

/// A group that a path names; what is no id is the name of none.
fn id(words: &str) -> Result<ServerGroupId, Row> {
    ServerGroupId::parse_dashed(words).ok_or_else(|| no_such_group(words))
}

/// Why nothing at all was done for the group that these words name.
fn refusal(fault: &Fault, words: &str) -> Row {
    if fault.kind == FaultKind::ServerGroupNotFound { no_such_group(words) } else { Row::of(fault) }
}

fn no_such_group(words: &str) -> Row {
    Row::new("Ecs.0313", 404, "").saying(format!("Server group [{words}] could not be found."))
}
