//! `POST …/cloudservers/{server_id}/remote_console`: where the server's console can be seen.

use regiment_core::model::Server;
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::console::{Pass, not_running};
use crate::huawei::Call;
use crate::huawei::body::read;
use crate::huawei::faults::{KEY_GONE, Row};

const PROTOCOL: &str = "vnc";
const TYPE: &str = "novnc";

#[derive(Deserialize)]
struct Wanted {
    remote_console: Options,
}

#[derive(Deserialize)]
struct Options {
    protocol: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Serialize)]
struct Body {
    remote_console: Console,
}

#[derive(Serialize)]
struct Console {
    protocol: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    url: String,
}

pub(super) fn decode(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let Wanted { remote_console: Options { protocol, kind } } = read(call.request.body)?;
    if protocol != PROTOCOL {
        return Err(Row::invalid("remote_console: protocol must be vnc."));
    }
    if kind != TYPE {
        return Err(Row::invalid("remote_console: type must be novnc."));
    }
    let (reply, address) = (call.reply, address(call)?);
    Ok(call.look_at(id, move |server, view| match address(server, view) {
        Ok(url) => {
            let remote_console = Console { protocol: PROTOCOL, kind: TYPE, url };
            reply.json(200, &Body { remote_console })
        }
        Err(row) => reply.refuse(&row),
    }))
}

/// What makes the address of a server's console, if the server runs.
pub(in crate::huawei) fn address(
    call: &Call<'_>,
) -> Result<impl Fn(&Server, &View<'_>) -> Result<String, Row> + Send + use<>, Row> {
    let access_key = call.caller.access_key.clone();
    let key = call.context.gate.key(&access_key).ok_or(KEY_GONE)?;
    let base = call.request.base_url();
    Ok(move |server: &Server, view: &View<'_>| match not_running(server) {
        Some(kind) => Err(Row::of(&kind.into())),
        None => Ok(Pass::url(&base, &access_key, &key, server.id, view.now)),
    })
}
