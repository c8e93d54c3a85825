//! The compute API of OpenStack (Nova) as this cloud offers it beside its own: the same servers under
//! other paths, in other shapes, with other refusals.
//!
//! Deliberately absent: a state of its own. What Nova would keep, the fleet keeps.
//!
//! Read first: [`route`], then one operation in [`ops`]; [`server`] is what a server looks like here.

mod action;
mod answer;
mod body;
mod faults;
mod links;
mod ops;
mod order;
mod page;
mod route;
mod server;
mod version;

#[cfg(test)]
pub(super) use faults::told;
pub(super) use ops::versions;
pub(super) use route::{Route, find};

use answer::NovaReply;
use faults::Refusal;
use regiment_core::model::Fault;

use super::Call;
use crate::{Action, Answer};

/// One call, as the operations here see it.
struct NovaCall<'a> {
    call: &'a Call<'a>,
    reply: NovaReply,
}

pub(super) fn decode(call: &Call<'_>, route: &Route<'_>) -> Action {
    let reply = match version::agree(call.request) {
        Ok(version) => NovaReply { plain: call.reply, version },
        Err(refusal) => {
            return Action::Answer(NovaReply { plain: call.reply, version: None }.refuse(&refusal));
        }
    };
    NovaCall { call, reply }
        .decode(route)
        .unwrap_or_else(|refusal| Action::Answer(reply.refuse(&refusal)))
}

/// The refusal of a request for what it carries beside its own words.
pub(super) fn refuse(reply: super::answer::Reply, fault: &Fault) -> Answer {
    NovaReply { plain: reply, version: None }.refuse(&Refusal::of(fault))
}

/// The refusal of a request that names another project than the caller's.
pub(super) fn foreign_project(reply: super::answer::Reply) -> Answer {
    const MESSAGE: &str =
        "Malformed request URL: URL's project_id doesn't match Context's project_id";
    NovaReply { plain: reply, version: None }.refuse(&Refusal::invalid(MESSAGE))
}
