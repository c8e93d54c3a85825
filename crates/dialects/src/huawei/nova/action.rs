//! `POST …/servers/{server_id}/action`: one path for many operations, told apart by the body's one
//! key.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use super::NovaCall;
use super::body::read;
use super::faults::Refusal;
use super::ops::{
    console_output, crash_dump, lock, power, reinstall, remote_console, reset_password, resize,
    security_groups,
};
use crate::Action;

#[expect(clippy::zero_sized_map_values, reason = "a set cannot be read from an object's keys")]
pub(super) fn decode(call: &NovaCall<'_>, id: &str) -> Result<Action, Refusal> {
    let keys: BTreeMap<String, IgnoredAny> = read(call.call.request.body)?;
    let mut keys = keys.into_keys();
    let (Some(word), None) = (keys.next(), keys.next()) else {
        return Err(Refusal::invalid("There must be exactly one action."));
    };
    match word.as_str() {
        "os-start" => Ok(power::start(call, id)),
        "os-stop" => power::stop(call, id),
        "reboot" => power::reboot(call, id),
        "resize" => resize::decode(call, id),
        "confirmResize" => Ok(resize::confirm(call, id)),
        "revertResize" => Ok(resize::revert(call, id)),
        "addSecurityGroup" => security_groups::change(call, id, true),
        "removeSecurityGroup" => security_groups::change(call, id, false),
        "lock" => Ok(lock::decode(call, id, true)),
        "unlock" => Ok(lock::decode(call, id, false)),
        "os-getConsoleOutput" => console_output::decode(call, id),
        "os-getVNCConsole" => remote_console::vnc(call, id),
        "os-getSerialConsole" => remote_console::serial(call, id),
        "trigger_crash_dump" => Ok(crash_dump::decode(call, id)),
        "rebuild" => reinstall::decode(call, id),
        "changePassword" => reset_password::decode(call, id),
        _ => {
            let shown: String = word.chars().take(64).collect();
            Err(Refusal::invalid(format!("There is no such action: {shown}")))
        }
    }
}
