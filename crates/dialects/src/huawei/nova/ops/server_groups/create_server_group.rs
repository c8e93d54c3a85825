//! `POST …/os-server-groups`

use regiment_core::model::{Asset, FaultKind};
use serde::Deserialize;

use super::{Single, Told};
use crate::Action;
use crate::huawei::limits::GROUP_NAME_CHARS_MAX;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::body::{check_name, read};
use crate::huawei::nova::faults::Refusal;
use crate::huawei::ops::server_groups::{POLICY, create_server_group};

#[derive(Deserialize)]
struct Body {
    server_group: Wanted,
}

#[derive(Deserialize)]
struct Wanted {
    name: String,
    policies: Vec<String>,
}

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>) -> Result<Action, Refusal> {
    let Body { server_group: Wanted { name, policies } } = read(call.call.request.body)?;
    check_name(&name, GROUP_NAME_CHARS_MAX)?;
    if policies != [POLICY] {
        let message =
            format!("Invalid input for field/attribute policies. It must be [\"{POLICY}\"].");
        return Err(Refusal::invalid(message));
    }
    let edit = create_server_group::edit(call.call, &name);
    let reply = call.reply;
    Ok(Action::order(call.call.command(edit.into(), Vec::new()), move |receipt, view| {
        let made = match receipt {
            Ok(receipt) => receipt.made.first().and_then(|key| view.world.asset(key)),
            Err(fault) if fault.kind == FaultKind::TooManyServerGroups => {
                let message = "Quota exceeded, too many server groups.";
                return reply.refuse(&Refusal::new(403, message));
            }
            Err(fault) => return reply.refuse(&Refusal::of(fault)),
        };
        match made {
            Some(Asset::ServerGroup(group)) => {
                reply.json(200, &Single { server_group: Told::of(group, view, reply) })
            }
            // It was deleted in the same moment.
            Some(_) | None => reply.refuse(&Refusal::of(&FaultKind::ServerGroupNotFound.into())),
        }
    }))
}
