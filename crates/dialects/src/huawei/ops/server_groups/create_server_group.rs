//! `POST …/cloudservers/os-server-groups`

use regiment_core::edits::{CreateServerGroup, Edit};
use regiment_core::model::{Asset, FaultKind};
use serde::Deserialize;

use super::{POLICY, Single, Told};
use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::read;
use crate::huawei::faults::Row;
use crate::huawei::limits::GROUP_NAME_CHARS_MAX;

#[derive(Deserialize)]
struct Body {
    server_group: Wanted,
}

#[derive(Deserialize)]
struct Wanted {
    name: String,
    policies: Vec<String>,
}

pub(in crate::huawei) fn edit(call: &Call<'_>, name: &str) -> Edit {
    let user = call.caller.access_key.clone();
    Edit::CreateServerGroup(CreateServerGroup { name: name.into(), user })
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let Body { server_group: Wanted { name, policies } } = read(call.request.body)?;
    if !(1..=GROUP_NAME_CHARS_MAX).contains(&name.chars().count()) {
        let message = format!("name must have from 1 to {GROUP_NAME_CHARS_MAX} characters.");
        return Err(Row::invalid(message));
    }
    if policies != [POLICY] {
        return Err(Row::invalid(format!("policies must be [\"{POLICY}\"].")));
    }
    let edit = edit(call, &name);
    let reply = call.reply;
    Ok(Action::order(call.command(edit.into(), Vec::new()), move |receipt, view| {
        let made = match receipt {
            Ok(receipt) => receipt.made.first().and_then(|key| view.world.asset(key)),
            Err(fault) => return reply.refuse(&Row::of(fault)),
        };
        match made {
            Some(Asset::ServerGroup(group)) => {
                reply.json(200, &Single { server_group: Told::of(group, view) })
            }
            // It was deleted in the same moment.
            Some(_) | None => reply.refuse(&Row::of(&FaultKind::ServerGroupNotFound.into())),
        }
    }))
}
