//! Another password: `changePassword`.

use serde::Deserialize;

use crate::Action;
use crate::huawei::body::Password;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::body::read;
use crate::huawei::nova::faults::Refusal;
use crate::huawei::ops::reset_password::OPERATION;
use crate::huawei::password;

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "changePassword")]
    options: Options,
}

#[derive(Deserialize)]
struct Options {
    #[serde(rename = "adminPass")]
    password: Password,
}

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>, id: &str) -> Result<Action, Refusal> {
    let Body { options: Options { password: Password(secret) } } = read(call.call.request.body)?;
    if !password::may_reset(secret.expose()) {
        return Err(Refusal::invalid("adminPass does not meet the complexity requirements."));
    }
    let errand = call.errand(id, "changePassword");
    let mut command = call.command(OPERATION, &errand);
    command.secret = Some(secret);
    let reply = call.reply;
    Ok(call.order(command, errand, move |_| reply.empty(202)))
}
