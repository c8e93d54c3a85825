//! What comes from inside one server: the password made for it. Deliberately absent: passwords in
//! clear, which are told to nobody.

pub(super) mod server_password;

use std::borrow::Cow;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    ShowPassword(Cow<'a, str>),
    DeletePassword(Cow<'a, str>),
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
        _ => return None,
    })
}

#[expect(clippy::unnecessary_wraps, reason = "as every area")]
pub(in crate::huawei) fn decode(call: &Call<'_>, route: &Route<'_>) -> Result<Action, Row> {
    match route {
        Route::ShowPassword(id) => Ok(server_password::decode_show(call, id)),
        Route::DeletePassword(id) => Ok(server_password::decode_delete(call, id)),
    }
}
