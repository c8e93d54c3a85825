//! Regiment's own API below `/regiment/v1`: what no cloud has. Orders on servers named or selected,
//! their jobs, and each server's part in them.
//!
//! Deliberately absent: making servers, images, disks, networks and load balancers, for which the
//! clouds' own APIs are there.
//!
//! Read first: `openapi.json` (the contract), then [`route`], then one operation's file.

mod auth;
mod body;
mod contract;
mod event;
mod faults;
mod notice;
mod ops;
mod orders;
mod query;
mod reply;
mod route;
mod show;
mod steer;
mod times;
mod webhooks;

use regiment_core::model::Fault;
use regiment_core::view::View;

use crate::rules::Raw;
use crate::{Action, Answer, Caller, Context, Dialect, Rehearsal, Request};
use faults::Refusal;
pub use notice::Notice;
use route::Route;

pub struct Native;

pub(crate) const NAME: &str = "native";

/// Everything of ours is below.
const ROOT: &str = "/regiment/v1/";

/// Enough for an order that names a million servers.
const BODY_BYTES_MAX: usize = 64 << 20;

/// What every operation is given.
struct Call<'a> {
    pub request: &'a Request<'a>,
    pub context: &'a Context<'a>,
    pub caller: &'a Caller,
}

impl Dialect for Native {
    fn name(&self) -> &'static str {
        NAME
    }

    fn body_bytes_max(&self) -> usize {
        BODY_BYTES_MAX
    }

    fn too_large(&self, context: &Context<'_>) -> Answer {
        reply::refuse(&Refusal::too_large(BODY_BYTES_MAX), context.request)
    }

    fn recognizes(&self, request: &Request<'_>) -> bool {
        request.path.starts_with(ROOT)
    }

    fn authenticate(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
    ) -> Result<Option<Caller>, Answer> {
        auth::authenticate(request, context)
            .map_err(|refusal| reply::refuse(&refusal, context.request))
    }

    fn decode(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
        caller: Option<&Caller>,
    ) -> Action {
        if request.header(orders::HEADER).is_some() {
            let refusal = Refusal::invalid("orders stand in the body here, not in a header");
            return Action::Answer(reply::refuse(&refusal, context.request));
        }
        let action = Route::of(request).and_then(|route| match (route.is_open(), caller) {
            (Some(open), _) => open.decode(request, context),
            (None, Some(caller)) => route.decode(&Call { request, context, caller }),
            (None, None) => Err(Refusal::unauthorized("a bearer token is needed")),
        });
        action.unwrap_or_else(|refusal| Action::Answer(reply::refuse(&refusal, context.request)))
    }

    fn refuse(&self, _request: &Request<'_>, context: &Context<'_>, fault: &Fault) -> Answer {
        reply::refuse(&Refusal::of(fault), context.request)
    }

    fn refuse_with(&self, _request: &Request<'_>, context: &Context<'_>, raw: &Raw) -> Answer {
        reply::refuse(&Refusal::raw(raw), context.request)
    }

    fn rehearsed(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
        rehearsal: &Rehearsal<'_>,
        _view: &View<'_>,
    ) -> Answer {
        match rehearsal.outcome {
            Ok(receipt) => ops::submit::judged(receipt, rehearsal.targets),
            Err(fault) => self.refuse(request, context, fault),
        }
    }

    fn unavailable(&self, _request: &Request<'_>, context: &Context<'_>) -> Answer {
        reply::refuse(&Refusal::unavailable(), context.request)
    }
}
