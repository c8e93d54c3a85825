//! Launch templates: what is wanted of servers, kept under a name, with its versions.
//!
//! Deliberately absent: a look at what the wishes name, since the cloud takes any; further versions of
//! a template, which no operation makes; and servers made from one, which the cloud's API does not
//! offer either.

pub(super) mod create_launch_template;
pub(super) mod delete_launch_template;
pub(super) mod list_launch_template_versions;
pub(super) mod list_launch_templates;

use std::borrow::Cow;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    Create,
    Delete(Cow<'a, str>),
    List,
    ListVersions,
}

/// The operation of what follows the project in a path.
pub(in crate::huawei) fn find<'a>(
    version: &str,
    method: &str,
    rest: &[Cow<'a, str>],
) -> Option<Route<'a>> {
    let words: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
    match (version, method, words.as_slice()) {
        ("v3", "POST", ["launch-templates"]) => Some(Route::Create),
        ("v3", "GET", ["launch-templates"]) => Some(Route::List),
        ("v3", "DELETE", ["launch-templates", _]) => Some(Route::Delete(rest[1].clone())),
        ("v3", "GET", ["launch-template-versions"]) => Some(Route::ListVersions),
        _ => None,
    }
}

pub(in crate::huawei) fn decode(call: &Call<'_>, route: &Route<'_>) -> Result<Action, Row> {
    match route {
        Route::Create => create_launch_template::decode(call),
        Route::Delete(id) => delete_launch_template::decode(call, id),
        Route::List => list_launch_templates::decode(call),
        Route::ListVersions => list_launch_template_versions::decode(call),
    }
}
