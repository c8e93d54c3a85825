//! Server groups, as Nova tells them. Deliberately absent: ways in and out of one, which Nova does not
//! have: a server is in a group from its creation, or by this cloud's own API.

pub(in crate::huawei::nova) mod create_server_group;
pub(in crate::huawei::nova) mod delete_server_group;
pub(in crate::huawei::nova) mod list_server_groups;
pub(in crate::huawei::nova) mod show_server_group;

use regiment_core::model::{ServerGroup, ServerGroupId, ServerId};
use regiment_core::view::View;
use serde::Serialize;

use crate::huawei::ids;
use crate::huawei::nova::answer::NovaReply;
use crate::huawei::nova::faults::Refusal;
use crate::huawei::nova::version::GROUP_OWNER;
use crate::huawei::ops::server_groups::{Nothing, POLICY};

/// A group as every answer tells it.
#[derive(Serialize)]
struct Told<'a> {
    id: ServerGroupId,
    name: &'a str,
    policies: [&'static str; 1],
    members: Vec<ServerId>,
    metadata: Nothing,
    #[serde(flatten)]
    owner: Option<Owner>,
}

/// Since 2.13.
#[derive(Serialize)]
struct Owner {
    project_id: String,
    user_id: String,
}

#[derive(Serialize)]
struct Single<'a> {
    server_group: Told<'a>,
}

impl<'a> Told<'a> {
    fn of(group: &'a ServerGroup, view: &View<'_>, reply: NovaReply) -> Told<'a> {
        let owner = || Owner { project_id: group.project.plain(), user_id: ids::user(&group.user) };
        Told {
            id: group.id,
            name: &group.name,
            policies: [POLICY],
            members: view.world.members(group.id).collect(),
            metadata: Nothing {},
            owner: reply.since(GROUP_OWNER).then(owner),
        }
    }
}

/// A group that a path names; what is no id is the name of none.
fn id(words: &str) -> Result<ServerGroupId, Refusal> {
    ServerGroupId::parse_dashed(words).ok_or_else(|| no_such_group(words))
}

fn no_such_group(words: &str) -> Refusal {
    Refusal::missing("Instance group", words)
}
