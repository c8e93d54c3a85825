//! `GET …/cloudservers/{server_id}/autorecovery`, and `PUT` to change it: whether a server is to be
//! brought up elsewhere when its host fails.

use std::collections::BTreeMap;

use regiment_core::edits::{Describe, Edit};
use regiment_core::model::Server;
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::{Flag, read};
use crate::huawei::detail::{HINT_RECOVERY, hint};
use crate::huawei::faults::Row;

#[derive(Deserialize)]
struct Wanted {
    support_auto_recovery: Flag,
}

#[derive(Serialize)]
struct Body<'a> {
    support_auto_recovery: &'a str,
}

pub(super) fn decode_show(call: &Call<'_>, id: &str) -> Action {
    let reply = call.reply;
    call.look_at(id, move |server, _| {
        let support_auto_recovery = hint(server, HINT_RECOVERY).unwrap_or("true");
        reply.json(200, &Body { support_auto_recovery })
    })
}

pub(super) fn decode_register(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let Wanted { support_auto_recovery: Flag(recovers) } = read(call.request.body)?;
    let reply = call.reply;
    let edit = move |server: &Server, _: &View<'_>| {
        let hints = BTreeMap::from([(HINT_RECOVERY.into(), recovers.to_string().into())]);
        Ok(Edit::Describe(Describe { hints, ..Describe::of(server.id) }))
    };
    Ok(call.edit_one(id, edit, move |_, _| reply.empty(204)))
}
