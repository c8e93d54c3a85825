//! Tencent Cloud's API 2.0: one path, the `Action` parameter, flat answers, and the two kinds of
//! task that name this project's subject: the ordinary one (`requestId`) and the batch one, in which
//! `detail` answers for each instance.
//!
//! With a `Version` the actions of API 3.0 are asked for on this path: those are `tencent_v3`'s.
//!
//! Deliberately absent: temporary credentials; every action of the modules in `actions` that is listed as not
//! supported.
//!
//! Read first: `actions` (what is there), then `batch` (the batch task), then one action's file.
//! Names of files are those of the core's operations.

mod actions;
mod auth;
mod batch;
mod call;
mod cbs;
mod charges;
mod faults;
mod gateways;
mod lb;
mod names;
mod ops;
mod params;
mod password;
mod reply;
mod task;
mod times;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use regiment_core::model::Fault;
use regiment_core::view::View;

use crate::rules::Raw;
pub use crate::tencent::signature::signature;
use crate::{Action, Answer, Caller, Context, Dialect, Rehearsal, Request};
use faults::Refusal;
use reply::Surface;

pub struct TencentV2;

/// Every action has this path.
const PATH: &str = "/v2/index.php";

/// The vendor reads at most this much of a form signed the old way.
const BODY_BYTES_MAX: usize = 1 << 20;

impl Dialect for TencentV2 {
    fn name(&self) -> &'static str {
        "tencent_v2"
    }

    fn body_bytes_max(&self) -> usize {
        BODY_BYTES_MAX
    }

    fn too_large(&self, context: &Context<'_>) -> Answer {
        Surface::Flat.refuse(&Refusal::TooLarge, context.request)
    }

    fn recognizes(&self, request: &Request<'_>) -> bool {
        request.path == PATH
    }

    fn authenticate(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
    ) -> Result<Option<Caller>, Answer> {
        let refuse = |refusal| Surface::of(request).refuse(&refusal, context.request);
        auth::authenticate(request, context).map(Some).map_err(refuse)
    }

    fn decode(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
        caller: Option<&Caller>,
    ) -> Action {
        actions::decode(request, context, caller).unwrap_or_else(|refusal| {
            Action::Answer(Surface::of(request).refuse(&refusal, context.request))
        })
    }

    fn refuse(&self, request: &Request<'_>, context: &Context<'_>, fault: &Fault) -> Answer {
        let surface = Surface::of(request);
        if surface == Surface::Transitional {
            return crate::tencent_v3::refuse_on_older_path(request, context, fault);
        }
        surface.refuse(&Refusal::Fault(fault.clone()), context.request)
    }

    fn action<'a>(&self, request: &Request<'a>) -> Cow<'a, str> {
        actions::named(request)
    }

    fn refuse_with(&self, request: &Request<'_>, context: &Context<'_>, raw: &Raw) -> Answer {
        Surface::of(request).refuse_with(raw, context.request)
    }

    fn rehearsed(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
        rehearsal: &Rehearsal<'_>,
        view: &View<'_>,
    ) -> Answer {
        if Surface::of(request) == Surface::Transitional {
            return crate::tencent_v3::rehearsed_on_older_path(request, context, rehearsal, view);
        }
        match rehearsal.outcome {
            Ok(receipt) => batch::rehearsed(rehearsal.targets, receipt),
            Err(fault) => self.refuse(request, context, fault),
        }
    }

    fn unavailable(&self, request: &Request<'_>, context: &Context<'_>) -> Answer {
        Surface::of(request).refuse(&Refusal::Unavailable, context.request)
    }
}
