//! `POST …/os-server-groups/{server_group_id}/action`: one server goes in, or out.

use regiment_core::command::Receipt;
use regiment_core::edits::{Edit, JoinServerGroup, LeaveServerGroup};
use regiment_core::model::{FaultKind, ServerGroupId, ServerId};
use regiment_core::ops::Verdict;
use serde::Deserialize;

use super::id;
use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::read;
use crate::huawei::faults::{Row, no_such_server};

#[derive(Deserialize)]
struct Body {
    add_member: Option<Member>,
    remove_member: Option<Member>,
}

#[derive(Deserialize)]
struct Member {
    instance_uuid: String,
}

/// Servers into a group, or out of it.
pub(super) fn edit(group: ServerGroupId, servers: Vec<ServerId>, join: bool) -> Edit {
    if join {
        Edit::JoinServerGroup(JoinServerGroup { group, servers })
    } else {
        Edit::LeaveServerGroup(LeaveServerGroup { group, servers })
    }
}

/// What is wrong with the server whose answer stands at this place.
pub(super) fn refusal(receipt: &Receipt, at: usize, words: &str) -> Option<Row> {
    match &receipt.answers.get(at)?.verdict {
        Verdict::Admit | Verdict::AlreadySo(_) => None,
        Verdict::Refuse(fault) if fault.kind == FaultKind::ServerNotFound => {
            Some(no_such_server(words))
        }
        Verdict::Refuse(fault) => Some(Row::of(fault)),
    }
}

pub(super) fn decode(call: &Call<'_>, group: &str) -> Result<Action, Row> {
    let (server, join) = match read(call.request.body)? {
        Body { add_member: Some(member), remove_member: None } => (member.instance_uuid, true),
        Body { add_member: None, remove_member: Some(member) } => (member.instance_uuid, false),
        Body { add_member: _, remove_member: _ } => {
            let message = "request body is illegal: exactly one of add_member and remove_member is \
                           needed.";
            return Err(Row::invalid(message));
        }
    };
    let id = id(group)?;
    let named = ServerId::parse_dashed(&server).ok_or_else(|| no_such_server(&server))?;
    let command = call.command(edit(id, vec![named], join).into(), Vec::new());
    let (reply, group) = (call.reply, group.to_owned());
    Ok(Action::order(command, move |receipt, _| match receipt {
        Err(fault) => reply.refuse(&super::refusal(fault, &group)),
        Ok(receipt) => match refusal(receipt, 0, &server) {
            Some(row) => reply.refuse(&row),
            None => reply.empty(200),
        },
    }))
}
