//! What is said of a job that runs: an edit, answered with the job as it is then.

use regiment_core::command::Command;
use regiment_core::edits::Edit;
use regiment_core::model::{FaultKind, JobId};
use regiment_core::ops::Operation;

use super::faults::Refusal;
use super::query::Query;
use super::show::ShownJob;
use super::{Call, NAME, reply};
use crate::Action;

pub(super) fn steer(call: &Call<'_>, edit: impl FnOnce(JobId) -> Edit) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    if !call.request.body.is_empty() {
        return Err(Refusal::invalid("this takes no body"));
    }
    let id = call.job()?;
    let (project, principal) = (call.caller.project, call.caller.access_key.clone());
    let request = call.context.request;
    let operation = Operation::from(edit(id));
    let command = Command::new(project, principal, NAME, request, operation, Vec::new());
    Ok(Action::consult(move |view| {
        // One that has ended may be in the archive, where no edit finds it.
        match view.job(id).filter(|job| job.project == project) {
            None => {
                Action::Answer(reply::refuse(&Refusal::no_such("job", &id.0.to_string()), request))
            }
            Some(job) if job.tally.ended() => {
                Action::Answer(reply::refuse(&Refusal::of(&FaultKind::JobEnded.into()), request))
            }
            Some(_) => Action::order(command, move |outcome, view| match (outcome, view.job(id)) {
                (Ok(_), Some(job)) => reply::json(200, &ShownJob::of(&job)),
                (Ok(_), None) => reply::refuse(&Refusal::unavailable(), request),
                (Err(fault), _) => reply::refuse(&Refusal::of(fault), request),
            }),
        }
    }))
}
