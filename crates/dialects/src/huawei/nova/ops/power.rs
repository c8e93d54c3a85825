//! Power: `os-start`, `os-stop` and `reboot`.

use regiment_core::ops::{Force, Operation, Reboot, Start, Stop};
use serde::Deserialize;
use serde_json::Value;

use crate::Action;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::body::read;
use crate::huawei::nova::faults::Refusal;

#[derive(Deserialize)]
struct StopBody {
    /// Null, an empty text or an object.
    #[serde(rename = "os-stop")]
    options: Value,
}

#[derive(Deserialize)]
struct RebootBody {
    reboot: RebootOptions,
}

#[derive(Deserialize)]
struct RebootOptions {
    #[serde(rename = "type")]
    kind: String,
}

pub(in crate::huawei::nova) fn start(call: &NovaCall<'_>, id: &str) -> Action {
    order(call, id, "start", Operation::Start(Start {}))
}

pub(in crate::huawei::nova) fn stop(call: &NovaCall<'_>, id: &str) -> Result<Action, Refusal> {
    let StopBody { options } = read(call.call.request.body)?;
    let force = match options.get("type") {
        None | Some(Value::Null) => Force::Soft,
        Some(kind) => force(kind.as_str().unwrap_or_default())?,
    };
    Ok(order(call, id, "stop", Operation::Stop(Stop { force })))
}

pub(in crate::huawei::nova) fn reboot(call: &NovaCall<'_>, id: &str) -> Result<Action, Refusal> {
    let RebootBody { reboot: RebootOptions { kind } } = read(call.call.request.body)?;
    Ok(order(call, id, "reboot", Operation::Reboot(Reboot { force: force(&kind)? })))
}

fn force(kind: &str) -> Result<Force, Refusal> {
    match kind.to_ascii_uppercase().as_str() {
        "SOFT" => Ok(Force::Soft),
        "HARD" => Ok(Force::Hard),
        _ => Err(Refusal::invalid("type must be SOFT or HARD.")),
    }
}

fn order(call: &NovaCall<'_>, id: &str, word: &'static str, operation: Operation) -> Action {
    let errand = call.errand(id, word);
    let (command, reply) = (call.command(operation, &errand), call.reply);
    call.order(command, errand, move |_| reply.empty(202))
}
