//! `os-getConsoleOutput`: the last lines that the server printed, all of them when no number is given.

use regiment_core::model::Phase;
use serde::Deserialize;

use crate::Action;
use crate::huawei::body::Whole;
use crate::huawei::console::tail;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::body::read;
use crate::huawei::nova::faults::Refusal;
use crate::huawei::ops::guest::console_output::Body;

#[derive(Deserialize)]
struct Wanted {
    #[serde(rename = "os-getConsoleOutput")]
    options: Options,
}

#[derive(Deserialize)]
struct Options {
    length: Option<Whole>,
}

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>, id: &str) -> Result<Action, Refusal> {
    let Wanted { options: Options { length } } = read(call.call.request.body)?;
    let lines = match length {
        None | Some(Whole(-1)) => None,
        Some(Whole(lines)) => {
            let unfit = |_| Refusal::invalid("Invalid input for field/attribute length.");
            Some(usize::try_from(lines).map_err(unfit)?)
        }
    };
    let reply = call.reply;
    Ok(call.look(call.errand(id, "show"), move |server, view| {
        match view.machines().console(server) {
            Some(text) => reply.json(200, &Body { output: tail(&text, lines) }),
            None if server.phase == Phase::Creating => {
                let message = format!("Instance {} is not ready", server.id);
                reply.refuse(&Refusal::new(409, message))
            }
            None => reply.refuse(&Refusal::new(404, "Guest does not have a console available.")),
        }
    }))
}
