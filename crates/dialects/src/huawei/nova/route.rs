//! Which path is which operation.

use std::borrow::Cow;

use super::NovaCall;
use super::faults::Refusal;
use super::ops::{create, delete, list_servers, rename, show_server};
use crate::Action;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    Create,
    /// Whether in detail.
    ListServers(bool),
    ShowServer(Cow<'a, str>),
    Rename(Cow<'a, str>),
    Delete(Cow<'a, str>),
}

/// The operation of a method and a path cut at its slashes, and the project in the path.
pub(in crate::huawei) fn find<'a>(
    method: &str,
    parts: &[Cow<'a, str>],
) -> Option<(Route<'a>, Cow<'a, str>)> {
    let words: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    let ["v2" | "v2.1", _, rest @ ..] = words.as_slice() else { return None };
    let part = |at: usize| parts[at].clone();
    let route = match (method, rest) {
        ("POST", ["servers"]) => Route::Create,
        ("GET", ["servers"]) => Route::ListServers(false),
        ("GET", ["servers", "detail"]) => Route::ListServers(true),
        ("GET", ["servers", _]) => Route::ShowServer(part(3)),
        ("PUT", ["servers", _]) => Route::Rename(part(3)),
        ("DELETE", ["servers", _]) => Route::Delete(part(3)),
        _ => return None,
    };
    Some((route, part(1)))
}

impl NovaCall<'_> {
    pub fn decode(&self, route: &Route<'_>) -> Result<Action, Refusal> {
        match route {
            Route::Create => create::decode(self),
            Route::ListServers(detail) => list_servers::decode(self, *detail),
            Route::ShowServer(id) => Ok(show_server::decode(self, id)),
            Route::Rename(id) => rename::decode(self, id),
            Route::Delete(id) => Ok(delete::decode(self, id)),
        }
    }
}
