//! `DELETE credentials/{access_key}`: whoever has it, or a token of it, is let in no more. What it ordered
//! goes on.

use regiment_core::command::Command;
use regiment_core::edits::{Edit, RemoveCredential};
use regiment_core::ops::Operation;

use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::{Call, NAME, reply};
use crate::{Action, Answer};

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    if !call.request.body.is_empty() {
        return Err(Refusal::invalid("this takes no body"));
    }
    let edit = RemoveCredential { access_key: call.named().into() };
    let (project, principal) = (call.caller.project, call.caller.access_key.clone());
    let (request, operation) =
        (call.context.request, Operation::from(Edit::RemoveCredential(edit)));
    let command = Command::new(project, principal, NAME, request, operation, Vec::new());
    Ok(Action::order(command, move |outcome, _| match outcome {
        Ok(_) => Answer::empty(204),
        Err(fault) => reply::refuse(&Refusal::of(fault), request),
    }))
}
