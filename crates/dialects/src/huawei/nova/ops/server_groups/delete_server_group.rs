//! `DELETE …/os-server-groups/{server_group_id}`

use regiment_core::edits::{DeleteServerGroup, Edit};
use regiment_core::model::FaultKind;

use super::{id, no_such_group};
use crate::Action;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::faults::Refusal;

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>, words: &str) -> Result<Action, Refusal> {
    let edit = Edit::DeleteServerGroup(DeleteServerGroup { group: id(words)? });
    let (reply, words) = (call.reply, words.to_owned());
    Ok(Action::order(call.call.command(edit.into(), Vec::new()), move |receipt, _| match receipt {
        Ok(_) => reply.empty(204),
        Err(fault) if fault.kind == FaultKind::ServerGroupNotFound => {
            reply.refuse(&no_such_group(&words))
        }
        Err(fault) => reply.refuse(&Refusal::of(fault)),
    }))
}
