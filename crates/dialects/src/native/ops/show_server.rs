//! `GET servers/{server_id}`, by its long id or its short one.

use regiment_core::command::TargetRef;
use regiment_core::model::{Handle, ServerId};

use crate::Action;
use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::show::ShownServer;
use crate::native::{Call, reply};

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    let name = call.named();
    let target = target(&name);
    let (project, request) = (call.caller.project, call.context.request);
    Ok(Action::look(move |view| match view.world.named(project, &target) {
        Some(server) => reply::json(200, &ShownServer::of(server)),
        None => reply::refuse(&Refusal::no_such("server", &name), request),
    }))
}

/// A server as a client names it.
pub(in crate::native) fn target(name: &str) -> TargetRef {
    match (ServerId::parse_dashed(name), Handle::parse(name)) {
        (Some(id), _) => TargetRef::Server(id),
        (None, Some(handle)) => TargetRef::Short(handle),
        (None, None) => TargetRef::Unreadable(name.into()),
    }
}
