//! `GET jobs/{job_id}`

use crate::Action;
use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::show::ShownJob;
use crate::native::{Call, reply};

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    let id = call.job()?;
    let (project, request) = (call.caller.project, call.context.request);
    Ok(Action::look(move |view| match view.job(id).filter(|job| job.project == project) {
        Some(job) => reply::json(200, &ShownJob::of(&job)),
        None => reply::refuse(&Refusal::no_such("job", &id.0.to_string()), request),
    }))
}
