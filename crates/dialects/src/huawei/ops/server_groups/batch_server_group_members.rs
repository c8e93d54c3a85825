//! `POST …/os-server-groups/{server_group_id}/add_members` and `…/remove_members`: each server
//! answers for itself.

use regiment_core::command::Receipt;
use regiment_core::model::ServerId;
use serde::{Deserialize, Serialize};

use super::{id, refusal, server_group_members as members};
use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::read;
use crate::huawei::faults::{Row, TOO_MANY_IN_BATCH, no_such_server};
use crate::huawei::limits::BATCH_MAX;

#[derive(Deserialize)]
struct Body {
    server_ids: Vec<String>,
}

#[derive(Serialize)]
struct Results<'a> {
    status: &'static str,
    servers: Vec<Became<'a>>,
}

/// What became of one server.
#[derive(Serialize)]
struct Became<'a> {
    server_id: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_reason: Option<String>,
}

const SUCCESS: &str = "SUCCESS";
const FAIL: &str = "FAIL";

pub(super) fn decode(call: &Call<'_>, group: &str, join: bool) -> Result<Action, Row> {
    let Body { server_ids } = read(call.request.body)?;
    if server_ids.is_empty() {
        return Err(Row::invalid("server_ids must name at least one server."));
    }
    if server_ids.len() > BATCH_MAX {
        return Err(TOO_MANY_IN_BATCH);
    }
    let named: Vec<ServerId> =
        server_ids.iter().filter_map(|words| ServerId::parse_dashed(words)).collect();
    let edit = members::edit(id(group)?, named, join);
    let (reply, group) = (call.reply, group.to_owned());
    Ok(Action::order(call.command(edit.into(), Vec::new()), move |receipt, _| match receipt {
        Err(fault) => reply.refuse(&refusal(fault, &group)),
        Ok(receipt) => reply.json(200, &results(&server_ids, receipt)),
    }))
}

/// The receipt answers for the ids in their order; what is no id stands for no server.
fn results<'a>(server_ids: &'a [String], receipt: &Receipt) -> Results<'a> {
    let mut read = 0;
    let servers: Vec<Became<'a>> = server_ids
        .iter()
        .map(|words| {
            let row = match ServerId::parse_dashed(words) {
                None => Some(no_such_server(words)),
                Some(_) => {
                    read += 1;
                    members::refusal(receipt, read - 1, words)
                }
            };
            let status = if row.is_none() { SUCCESS } else { FAIL };
            let fail_reason = row.map(|row| row.message.into_owned());
            Became { server_id: words, status, fail_reason }
        })
        .collect();
    let failed = servers.iter().any(|one| one.fail_reason.is_some());
    Results { status: if failed { FAIL } else { SUCCESS }, servers }
}
