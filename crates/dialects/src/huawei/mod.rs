//! Huawei Cloud ECS: its paths, its signature, its batch and asynchronous operations, with the part
//! of IAM that its clients ask first.
//!
//! Deliberately absent: paths of billing, which the gateway answers as unknown.
//!
//! Read first: [`route`] (which path is which operation), then one operation in [`ops`]; the words
//! for faults are in [`faults`], the answers of batches in [`batch`], OpenStack's paths in [`nova`].

mod answer;
mod auth;
mod batch;
mod body;
mod ciphertext;
#[cfg(test)]
mod codes;
mod console;
mod detail;
mod evs;
mod faults;
mod fields;
mod filter;
mod ids;
mod ims;
mod job_id;
mod limits;
mod names;
mod nova;
mod one;
mod ops;
mod password;
mod route;
mod states;
mod stock;
mod times;
mod vpc;

use answer::Reply;
pub use auth::authorization;
use route::Route;

use regiment_core::model::{Fault, FaultKind};
use regiment_core::view::View;

use crate::rules::Raw;
use crate::{Action, Answer, Caller, Context, Dialect, Rehearsal, Request};

pub struct Huawei;

const NAME: &str = "huawei";

/// One authenticated call, as the operations see it.
struct Call<'a> {
    request: &'a Request<'a>,
    context: &'a Context<'a>,
    caller: &'a Caller,
    reply: Reply,
}

impl Dialect for Huawei {
    fn name(&self) -> &'static str {
        NAME
    }

    fn body_bytes_max(&self) -> usize {
        limits::BODY_BYTES_MAX
    }

    fn too_large(&self, context: &Context<'_>) -> Answer {
        let reply = Reply { request: context.request };
        reply.gateway(413, "APIGW.0201", "Request entity too large")
    }

    /// The last of all dialects: what nobody else took is answered as this cloud's gateway does.
    fn recognizes(&self, _request: &Request<'_>) -> bool {
        true
    }

    fn authenticate(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
    ) -> Result<Option<Caller>, Answer> {
        let reply = Reply { request: context.request };
        match route::find(request) {
            // The gateway looks for the path before it looks at who asks.
            None
            | Some((
                Route::IssueToken
                | Route::ConsolePage
                | Route::NovaVersions(_)
                | Route::Iam(ops::iam::Route::Version),
                _,
            )) => Ok(None),
            Some((Route::CheckToken | Route::Iam(_), _)) => auth::caller(request, context, reply)
                .map(Some)
                .map_err(|_| ops::tokens::unauthenticated(reply)),
            Some(_) => auth::caller(request, context, reply).map(Some),
        }
    }

    fn decode(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
        caller: Option<&Caller>,
    ) -> Action {
        let reply = Reply { request: context.request };
        let Some((route, project)) = route::find(request) else {
            return Action::Answer(reply.no_such_api());
        };
        if let Route::IssueToken = route {
            return ops::tokens::issue(request, context, reply);
        }
        if let Route::ConsolePage = route {
            return ops::guest::console_page::decode(request, context, reply);
        }
        if let Route::Iam(ops::iam::Route::Version) = route {
            return Action::Answer(ops::iam::version::answer(request, reply));
        }
        if let Route::NovaVersions(one) = route {
            return Action::Answer(nova::versions::decode(request, one.as_deref(), reply));
        }
        let Some(caller) = caller else {
            return Action::Answer(reply.unauthenticated("x-auth-token not found"));
        };
        let call = Call { request, context, caller, reply };
        if let Some(project) = project {
            let own = caller.project.plain();
            // The header names the project that a key is to act in; few clients send it.
            let named = request.header("x-project-id").filter(|named| !named.is_empty());
            if project != own || named.is_some_and(|named| named != own) {
                return Action::Answer(route.foreign_project(reply));
            }
        }
        call.decode(route).unwrap_or_else(|row| Action::Answer(reply.refuse(&row)))
    }

    fn refuse(&self, request: &Request<'_>, context: &Context<'_>, fault: &Fault) -> Answer {
        let reply = Reply { request: context.request };
        match route::find(request) {
            Some(_) if fault.kind == FaultKind::Throttled => reply.throttled(fault),
            Some((route, _)) => route.refuse(reply, fault),
            None => reply.no_such_api(),
        }
    }

    fn refuse_with(&self, request: &Request<'_>, context: &Context<'_>, raw: &Raw) -> Answer {
        let reply = Reply { request: context.request };
        let query = matches!(route::find(request), Some((Route::ShowJob(_), _)));
        reply.refuse_with(raw, query)
    }

    fn rehearsed(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
        rehearsal: &Rehearsal<'_>,
        view: &View<'_>,
    ) -> Answer {
        let reply = Reply { request: context.request };
        match rehearsal.outcome {
            Ok(receipt) => batch::rehearsed(reply, rehearsal.targets, receipt, view),
            Err(fault) => self.refuse(request, context, fault),
        }
    }

    fn unavailable(&self, _request: &Request<'_>, context: &Context<'_>) -> Answer {
        let reply = Reply { request: context.request };
        reply.gateway(502, "APIGW.0201", "Backend unavailable")
    }
}

#[cfg(test)]
mod tests;
