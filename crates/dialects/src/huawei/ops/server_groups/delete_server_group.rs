//! `DELETE …/cloudservers/os-server-groups/{server_group_id}`

use regiment_core::edits::{DeleteServerGroup, Edit};

use super::{id, refusal};
use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;

pub(super) fn decode(call: &Call<'_>, words: &str) -> Result<Action, Row> {
    let edit = Edit::DeleteServerGroup(DeleteServerGroup { group: id(words)? });
    let (reply, words) = (call.reply, words.to_owned());
    Ok(Action::order(call.command(edit.into(), Vec::new()), move |receipt, _| match receipt {
        Ok(_) => reply.empty(204),
        Err(fault) => reply.refuse(&refusal(fault, &words)),
    }))
}
