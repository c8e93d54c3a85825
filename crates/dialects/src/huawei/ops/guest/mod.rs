//! What comes from inside one server: the password made for it, its console, its crashes. Deliberately
//! absent: passwords in clear, which are told to nobody, and typing on a console.

pub(in crate::huawei) mod console_output;
pub(in crate::huawei) mod console_page;
pub(super) mod crash_dump;
pub(in crate::huawei) mod remote_console;
pub(super) mod reset_password_flag;
pub(in crate::huawei) mod serial_console;
pub(in crate::huawei) mod server_password;

use std::borrow::Cow;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    ShowPassword(Cow<'a, str>),
    DeletePassword(Cow<'a, str>),
    ShowResetFlag(Cow<'a, str>),
    ConsoleOutput(Cow<'a, str>),
    RemoteConsole(Cow<'a, str>),
    OpenSerialConsole(Cow<'a, str>),
    UpdateSerialConsole(Cow<'a, str>),
    CrashDump(Cow<'a, str>),
}

/// The operation of what follows the project in a path.
pub(in crate::huawei) fn find<'a>(
    version: &str,
    method: &str,
    rest: &[Cow<'a, str>],
) -> Option<Route<'a>> {
    let words: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
    let ("v1", ["cloudservers", _, below @ ..]) = (version, words.as_slice()) else { return None };
    let id = rest[1].clone();
    Some(match (method, below) {
        ("GET", ["os-server-password"]) => Route::ShowPassword(id),
        ("DELETE", ["os-server-password"]) => Route::DeletePassword(id),
        ("GET", ["os-resetpwd-flag"]) => Route::ShowResetFlag(id),
        ("GET", ["console-output"]) => Route::ConsoleOutput(id),
        ("POST", ["remote_console"]) => Route::RemoteConsole(id),
        ("POST", ["actions", "serial-console"]) => Route::OpenSerialConsole(id),
        ("PUT", ["serial-console-options"]) => Route::UpdateSerialConsole(id),
        ("POST", ["actions", "trigger-crash-dump"]) => Route::CrashDump(id),
        _ => return None,
    })
}

pub(in crate::huawei) fn decode(call: &Call<'_>, route: &Route<'_>) -> Result<Action, Row> {
    match route {
        Route::ShowPassword(id) => Ok(server_password::decode_show(call, id)),
        Route::DeletePassword(id) => Ok(server_password::decode_delete(call, id)),
        Route::ShowResetFlag(id) => Ok(reset_password_flag::decode(call, id)),
        Route::ConsoleOutput(id) => console_output::decode(call, id),
        Route::RemoteConsole(id) => remote_console::decode(call, id),
        Route::OpenSerialConsole(id) => serial_console::decode_open(call, id),
        Route::UpdateSerialConsole(id) => serial_console::decode_update(call, id),
        Route::CrashDump(id) => Ok(crash_dump::decode(call, id)),
    }
}
