//! `GET webhooks/{webhook_id}`

use crate::Action;
use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::webhooks::ShownWebhook;
use crate::native::{Call, reply};

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    Ok(call.webhook(|webhook, view| {
        Ok(Action::Answer(reply::json(200, &ShownWebhook::of(webhook, view))))
    }))
}
