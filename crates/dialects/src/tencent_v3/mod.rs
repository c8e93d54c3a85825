//! Tencent Cloud's API 3.0: one path, an action and a version, one envelope. An order to many
//! instances is one yes or no here: all of it is done, or nothing. What became of it is asked of each
//! instance.
//!
//! Deliberately absent: temporary credentials, and the actions that `actions` does not name.
//!
//! Read first: `actions` (what is there), `input` (how a request becomes members), then `call` (how
//! an action orders) and one action's file. Names of files are those of the core's operations.

mod actions;
mod auth;
mod call;
mod charges;
mod clb;
mod codes;
mod definitions;
mod faults;
mod filters;
mod input;
mod language;
mod names;
mod ops;
mod password;
mod places;
mod reply;
mod rows;
mod states;
mod times;
mod types;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use regiment_core::model::Fault;
use regiment_core::view::View;

use crate::rules::Raw;
use crate::{Action, Answer, Caller, Context, Dialect, Rehearsal, Request};
use actions::Common;
pub use auth::authorization;
use faults::Refusal;
use reply::Reply;

pub struct TencentV3;

const PATH: &str = "/";

/// The names of the actions of load balancers that are served.
pub(crate) fn balancer_actions() -> impl Iterator<Item = &'static str> {
    actions::SERVED
        .iter()
        .filter(|served| served.service == codes::BALANCERS)
        .map(|served| served.name)
}

/// An action of this version asked for on the path of the older one, whose signature has been
/// verified there.
pub(crate) fn decode_on_older_path(
    request: &Request<'_>,
    context: &Context<'_>,
    caller: Option<&Caller>,
) -> Action {
    let common = Common::read(request);
    let reply = Reply { capitals: true, ..TencentV3::reply(&common, context) };
    actions::decode(request, context, caller, &common, reply)
        .unwrap_or_else(|refusal| Action::Answer(reply.refuse(&refusal)))
}

pub(crate) fn refuse_on_older_path(
    request: &Request<'_>,
    context: &Context<'_>,
    fault: &Fault,
) -> Answer {
    let reply = Reply { capitals: true, ..TencentV3::reply_of_action(request, context) };
    reply.refuse(&fault.into())
}

pub(crate) fn rehearsed_on_older_path(
    request: &Request<'_>,
    context: &Context<'_>,
    rehearsal: &Rehearsal<'_>,
    view: &View<'_>,
) -> Answer {
    let reply = Reply { capitals: true, ..TencentV3::reply_of_action(request, context) };
    call::rehearsed(reply, rehearsal, view)
}

/// The vendor reads at most this much of a request signed the new way.
const BODY_BYTES_MAX: usize = 10 << 20;

impl TencentV3 {
    fn reply(common: &Common, context: &Context<'_>) -> Reply {
        Reply { request: context.request, language: common.language, service: "", capitals: false }
    }

    /// In the words of the service whose action is asked for.
    fn reply_of_action(request: &Request<'_>, context: &Context<'_>) -> Reply {
        let common = Common::read(request);
        Reply { service: common.service(), ..TencentV3::reply(&common, context) }
    }
}

impl Dialect for TencentV3 {
    fn name(&self) -> &'static str {
        "tencent_v3"
    }

    fn body_bytes_max(&self) -> usize {
        BODY_BYTES_MAX
    }

    fn too_large(&self, context: &Context<'_>) -> Answer {
        let language = language::Language::English;
        let reply = Reply { request: context.request, language, service: "", capitals: false };
        reply.refuse(&Refusal::too_large())
    }

    /// The bare path, and a sign that an action is meant: the other clouds have things there too.
    fn recognizes(&self, request: &Request<'_>) -> bool {
        let acts = |pair: &str| pair.starts_with("Action=");
        request.path == PATH
            && (request.method == "POST"
                || request.header("x-tc-action").is_some()
                || request.query.split('&').any(acts))
    }

    fn authenticate(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
    ) -> Result<Option<Caller>, Answer> {
        let common = Common::read(request);
        // Said before anything is proved: without an action nobody knows whose request it is.
        let named = if common.names_an_action() { Ok(()) } else { Err(Refusal::missing("Action")) };
        named
            .and_then(|()| auth::authenticate(request, context))
            .map(Some)
            .map_err(|refusal| TencentV3::reply(&common, context).refuse(&refusal))
    }

    fn decode(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
        caller: Option<&Caller>,
    ) -> Action {
        let common = Common::read(request);
        let reply = TencentV3::reply(&common, context);
        actions::decode(request, context, caller, &common, reply)
            .unwrap_or_else(|refusal| Action::Answer(reply.refuse(&refusal)))
    }

    fn refuse(&self, request: &Request<'_>, context: &Context<'_>, fault: &Fault) -> Answer {
        TencentV3::reply_of_action(request, context).refuse(&fault.into())
    }

    fn action<'a>(&self, request: &Request<'a>) -> Cow<'a, str> {
        Common::read(request).action().to_owned().into()
    }

    fn refuse_with(&self, request: &Request<'_>, context: &Context<'_>, raw: &Raw) -> Answer {
        TencentV3::reply(&Common::read(request), context).refuse(&raw.into())
    }

    fn rehearsed(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
        rehearsal: &Rehearsal<'_>,
        view: &View<'_>,
    ) -> Answer {
        call::rehearsed(TencentV3::reply_of_action(request, context), rehearsal, view)
    }

    fn unavailable(&self, request: &Request<'_>, context: &Context<'_>) -> Answer {
        TencentV3::reply(&Common::read(request), context).refuse(&Refusal::unavailable())
    }
}
