//! Tags of servers: put and taken in batches, shown for a server and for the whole project, and
//! servers found by them. Deliberately absent: predefined tags and tag policies, which are another
//! service's.

pub(super) mod batch_tags;
pub(super) mod list_servers_by_tag;
pub(super) mod list_tags;
pub(super) mod show_tags;

use std::borrow::Cow;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    Batch(Cow<'a, str>),
    Show(Cow<'a, str>),
    List,
    ListServersByTag,
}

/// The operation of what follows the project in a path.
pub(in crate::huawei) fn find<'a>(
    version: &str,
    method: &str,
    rest: &[Cow<'a, str>],
) -> Option<Route<'a>> {
    let mut words: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
    // As sister clouds' documents have it.
    if words.first() == Some(&"servers") {
        words[0] = "cloudservers";
    }
    match (version, method, words.as_slice()) {
        ("v1", "POST", ["cloudservers", _, "tags", "action"]) => {
            Some(Route::Batch(rest[1].clone()))
        }
        ("v1", "GET", ["cloudservers", _, "tags"]) => Some(Route::Show(rest[1].clone())),
        ("v1", "GET", ["cloudservers", "tags"]) => Some(Route::List),
        ("v1", "POST", ["cloudservers", "resource_instances", "action"]) => {
            Some(Route::ListServersByTag)
        }
        _ => None,
    }
}

pub(in crate::huawei) fn decode(call: &Call<'_>, route: &Route<'_>) -> Result<Action, Row> {
    match route {
        Route::Batch(id) => batch_tags::decode(call, id),
        Route::Show(id) => Ok(show_tags::decode(call, id)),
        Route::List => Ok(list_tags::decode(call)),
        Route::ListServersByTag => list_servers_by_tag::decode(call),
    }
}
