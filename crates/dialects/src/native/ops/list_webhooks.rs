//! `GET webhooks`: all of the project. They are few.

use serde::Serialize;

use crate::Action;
use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::webhooks::ShownWebhook;
use crate::native::{Call, reply};

#[derive(Serialize)]
struct All {
    webhooks: Vec<ShownWebhook>,
}

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    let project = call.caller.project;
    Ok(Action::look(move |view| {
        let webhooks = view.world.webhooks(project);
        let webhooks = webhooks.map(|webhook| ShownWebhook::of(webhook, view)).collect();
        reply::json(200, &All { webhooks })
    }))
}
