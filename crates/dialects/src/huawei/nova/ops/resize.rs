//! Another flavor: `resize`, then `confirmResize` or `revertResize`. A running server is stopped for
//! it and runs again after. It waits for the confirmation as long as it takes.

use regiment_core::ops::{ConfirmResize, Operation, Resize, RevertResize};
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
    let resize =
        Resize { flavor: flavor.into(), stop_first: true, upgrade_only: false, on_trial: true };
    let errand = call.errand(id, "resize");
    let (command, reply) = (call.command(Operation::Resize(resize), &errand), call.reply);
    Ok(call.order(command, errand, move |_| reply.empty(202)))
}

/// The old flavor is forgotten.
pub(in crate::huawei::nova) fn confirm(call: &NovaCall<'_>, id: &str) -> Action {
    let errand = call.errand(id, "confirmResize");
    let operation = Operation::ConfirmResize(ConfirmResize {});
    let (command, reply) = (call.command(operation, &errand), call.reply);
    call.order(command, errand, move |_| reply.empty(204))
}

/// The old flavor is there again.
pub(in crate::huawei::nova) fn revert(call: &NovaCall<'_>, id: &str) -> Action {
    let errand = call.errand(id, "revertResize");
    let operation = Operation::RevertResize(RevertResize {});
    let (command, reply) = (call.command(operation, &errand), call.reply);
    call.order(command, errand, move |_| reply.empty(202))
}
