//! `GET …/os-server-groups/{server_group_id}`

use super::{Single, Told, id, no_such_group};
use crate::Action;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::faults::Refusal;

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>, words: &str) -> Result<Action, Refusal> {
    let id = id(words)?;
    let (reply, project, words) = (call.reply, call.call.caller.project, words.to_owned());
    Ok(Action::look(move |view| match view.world.server_group(project, id) {
        Some(group) => reply.json(200, &Single { server_group: Told::of(group, view, reply) }),
        None => reply.refuse(&no_such_group(&words)),
    }))
}
