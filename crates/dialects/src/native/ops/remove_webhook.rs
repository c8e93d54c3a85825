//! `DELETE webhooks/{webhook_id}`: it is told no more, and what it was not told yet is forgotten.

use regiment_core::edits::{Edit, RemoveWebhook};

use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::{Call, reply};
use crate::{Action, Answer};

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    let (command, request) = (call.edits(), call.context.request);
    Ok(call.webhook(move |webhook, _| {
        let edit = Edit::RemoveWebhook(RemoveWebhook { id: webhook.id });
        Ok(Action::order(command(edit), move |outcome, _| match outcome {
            Ok(_) => Answer::empty(204),
            Err(fault) => reply::refuse(&Refusal::of(fault), request),
        }))
    }))
}
