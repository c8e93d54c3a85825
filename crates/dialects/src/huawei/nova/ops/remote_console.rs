//! Where a server's console can be seen: `POST …/servers/{server_id}/remote-consoles`, and the older
//! actions `os-getVNCConsole` and `os-getSerialConsole`.

use serde::{Deserialize, Serialize};

use crate::huawei::nova::NovaCall;
use crate::huawei::nova::body::read;
use crate::huawei::nova::faults::Refusal;
use crate::huawei::nova::version::REMOTE_CONSOLES;
use crate::huawei::ops::guest::remote_console::address;
use crate::huawei::ops::guest::serial_console::is_on;
use crate::{Action, Answer};

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

#[derive(Deserialize)]
struct Older {
    #[serde(alias = "os-getVNCConsole", alias = "os-getSerialConsole")]
    options: OlderOptions,
}

#[derive(Deserialize)]
struct OlderOptions {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Serialize)]
struct Body {
    remote_console: Console,
}

#[derive(Serialize)]
struct OlderBody {
    console: Console,
}

#[derive(Serialize)]
struct Console {
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<&'static str>,
    #[serde(rename = "type")]
    kind: &'static str,
    url: String,
}

const VNC: (&str, &str) = ("vnc", "novnc");
const SERIAL: (&str, &str) = ("serial", "serial");

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>, id: &str) -> Result<Action, Refusal> {
    if !call.reply.since(REMOTE_CONSOLES) {
        return Err(Refusal::new(404, "The resource could not be found."));
    }
    let Wanted { remote_console: Options { protocol, kind } } = read(call.call.request.body)?;
    let one = [VNC, SERIAL].into_iter().find(|one| *one == (protocol.as_str(), kind.as_str()));
    let (protocol, kind) = one.ok_or_else(|| unavailable(&kind))?;
    let reply = call.reply;
    open(call, id, kind, move |url| {
        let remote_console = Console { protocol: Some(protocol), kind, url };
        reply.json(200, &Body { remote_console })
    })
}

fn decode_older(
    call: &NovaCall<'_>,
    id: &str,
    (_, kind): (&str, &'static str),
) -> Result<Action, Refusal> {
    let Older { options } = read(call.call.request.body)?;
    if options.kind != kind {
        return Err(unavailable(&options.kind));
    }
    let reply = call.reply;
    open(call, id, kind, move |url| {
        reply.json(200, &OlderBody { console: Console { protocol: None, kind, url } })
    })
}

pub(in crate::huawei::nova) fn vnc(call: &NovaCall<'_>, id: &str) -> Result<Action, Refusal> {
    decode_older(call, id, VNC)
}

pub(in crate::huawei::nova) fn serial(call: &NovaCall<'_>, id: &str) -> Result<Action, Refusal> {
    decode_older(call, id, SERIAL)
}

fn unavailable(kind: &str) -> Refusal {
    let shown: String = kind.chars().take(64).collect();
    Refusal::invalid(format!("Unavailable console type {shown}."))
}

fn open(
    call: &NovaCall<'_>,
    id: &str,
    kind: &'static str,
    answer: impl FnOnce(String) -> Answer + Send + 'static,
) -> Result<Action, Refusal> {
    let (reply, address) = (call.reply, address(call.call)?);
    let errand = call.errand(id, "get_console");
    Ok(call.look(errand.clone(), move |server, view| {
        if kind == SERIAL.1 && !is_on(server) {
            return reply.refuse(&unavailable(kind));
        }
        match address(server, view) {
            Ok(url) => answer(url),
            Err(_) => reply.refuse(&errand.conflict(view)),
        }
    }))
}
