//! `POST …/cloudservers/{server_id}/actions/serial-console`: where the serial console can be seen, and
//! `PUT …/{server_id}/serial-console-options`, which says whether it can.

use std::collections::BTreeMap;

use regiment_core::edits::{Describe, Edit};
use regiment_core::model::Server;
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use super::remote_console::address;
use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::{Flag, read};
use crate::huawei::detail::{HINT_SERIAL, hint};
use crate::huawei::faults::Row;

#[derive(Serialize)]
struct Body {
    serial_console: Console,
}

#[derive(Serialize)]
struct Console {
    url: String,
}

#[derive(Deserialize)]
struct Wanted {
    serial_console_options: Options,
}

#[derive(Deserialize)]
struct Options {
    enabled: Option<Flag>,
}

/// Off until somebody turns it on.
pub(in crate::huawei) fn is_on(server: &Server) -> bool {
    hint(server, HINT_SERIAL) == Some("true")
}

pub(super) fn decode_open(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let (reply, address) = (call.reply, address(call)?);
    Ok(call.look_at(id, move |server, view| {
        if !is_on(server) {
            let message = "The serial console of the ECS is not enabled.";
            return reply.refuse(&Row::invalid(message));
        }
        match address(server, view) {
            Ok(url) => reply.json(200, &Body { serial_console: Console { url } }),
            Err(row) => reply.refuse(&row),
        }
    }))
}

pub(super) fn decode_update(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let Wanted { serial_console_options: Options { enabled } } = read(call.request.body)?;
    let said = enabled.map(|Flag(on)| (HINT_SERIAL.into(), on.to_string().into()));
    let hints: BTreeMap<_, _> = said.into_iter().collect();
    let reply = call.reply;
    let edit = move |server: &Server, _: &View<'_>| {
        Ok(Edit::Describe(Describe { hints, ..Describe::of(server.id) }))
    };
    Ok(call.edit_one(id, edit, move |_, _| reply.empty(204)))
}
