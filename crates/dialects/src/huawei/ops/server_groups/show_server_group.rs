//! `GET …/cloudservers/os-server-groups/{server_group_id}`

use super::{Single, Told, id, no_such_group};
use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;

pub(super) fn decode(call: &Call<'_>, words: &str) -> Result<Action, Row> {
    let id = id(words)?;
    let (reply, project, words) = (call.reply, call.caller.project, words.to_owned());
    Ok(Action::look(move |view| match view.world.server_group(project, id) {
        Some(group) => reply.json(200, &Single { server_group: Told::of(group, view) }),
        None => reply.refuse(&no_such_group(&words)),
    }))
}
