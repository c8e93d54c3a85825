//! Another flavor: `resize`. A running server is stopped for it and runs again after; what is done
//! waits for no confirmation.

use regiment_core::ops::{Operation, Resize};
use serde::Deserialize;

use crate::Action;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::body::read;
use crate::huawei::nova::faults::Refusal;

#[derive(Deserialize)]
struct Body {
    resize: Options,
}

#[derive(Deserialize)]
struct Options {
    #[serde(rename = "flavorRef")]
    flavor: String,
}

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>, id: &str) -> Result<Action, Refusal> {
    let Body { resize: Options { flavor } } = read(call.call.request.body)?;
    let resize = Resize { flavor: flavor.into(), stop_first: true, upgrade_only: false };
    let errand = call.errand(id, "resize");
    let (command, reply) = (call.command(Operation::Resize(resize), &errand), call.reply);
    Ok(call.order(command, errand, move |_| reply.empty(202)))
}

/// A server never is in the state in which a resize could be confirmed or taken back.
pub(in crate::huawei::nova) fn settled(
    call: &NovaCall<'_>,
    id: &str,
    word: &'static str,
) -> Action {
    let (errand, reply) = (call.errand(id, word), call.reply);
    Action::look(move |view| reply.refuse(&errand.conflict(view)))
}
