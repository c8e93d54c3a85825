//! What clients ask of IAM before they ask for servers: which version it is, which projects, account
//! and regions are theirs, and where the services are.
//!
//! Deliberately absent: users, groups, roles and agencies. Whoever holds a key may do everything.

use std::borrow::Cow;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::ops::projects;

pub(in crate::huawei) mod catalog;
mod domains;
mod regions;
pub(in crate::huawei) mod version;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    Version,
    Catalog,
    Domains,
    OwnProjects,
    ShowProject(Cow<'a, str>),
    Regions,
    ShowRegion(Cow<'a, str>),
}

pub(in crate::huawei) fn find<'a>(method: &str, parts: &[Cow<'a, str>]) -> Option<Route<'a>> {
    let words: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    if method != "GET" {
        return None;
    }
    match words.as_slice() {
        ["v3"] => Some(Route::Version),
        ["v3", "auth", "catalog"] => Some(Route::Catalog),
        ["v3", "auth", "domains"] => Some(Route::Domains),
        ["v3", "auth", "projects"] => Some(Route::OwnProjects),
        ["v3", "projects", _] => Some(Route::ShowProject(parts[2].clone())),
        ["v3", "regions"] => Some(Route::Regions),
        ["v3", "regions", _] => Some(Route::ShowRegion(parts[2].clone())),
        _ => None,
    }
}

pub(in crate::huawei) fn decode(call: &Call<'_>, route: Route<'_>) -> Action {
    match route {
        Route::Version => Action::Answer(version::answer(call.request, call.reply)),
        Route::Catalog => catalog::decode(call),
        Route::Domains => domains::decode(call),
        Route::OwnProjects => projects::decode_own(call),
        Route::ShowProject(id) => projects::decode_one(call, &id),
        Route::Regions => regions::decode(call),
        Route::ShowRegion(id) => regions::decode_one(call, &id),
    }
}
