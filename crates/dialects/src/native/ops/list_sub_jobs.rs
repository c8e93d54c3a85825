//! `GET jobs/{job_id}/sub-jobs`: what each server answers for itself, in the order of the request.

use regiment_core::model::SubState;
use serde::Serialize;

use crate::Action;
use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::show::{self, ShownSubJob};
use crate::native::{Call, reply};

const NAMES: &[&str] = &["state", "limit", "after"];

#[derive(Serialize)]
struct Page {
    sub_jobs: Vec<ShownSubJob>,
    /// What to give as `after` for the next page; nothing on the last one.
    next: Option<String>,
}

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let query = Query::of(call.request, NAMES)?;
    let limit = query.limit()?;
    let states = query.all("state").map(state).collect::<Result<Vec<_>, _>>()?;
    let after = query.after()?;
    let id = call.job()?;
    let (project, request) = (call.caller.project, call.context.request);
    Ok(Action::look(move |view| {
        let Some(job) = view.job(id).filter(|job| job.project == project) else {
            return reply::refuse(&Refusal::no_such("job", &id.0.to_string()), request);
        };
        // The first sub-job's number is the one after the job's.
        let skip = after.map_or(0, |after| after.saturating_sub(job.id.0));
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        let mut found = job
            .subs
            .iter()
            .enumerate()
            .skip(skip)
            .filter(|(_, sub)| states.is_empty() || states.contains(&sub.state));
        let mut last = None;
        let sub_jobs = found
            .by_ref()
            .take(limit)
            .map(|(index, sub)| {
                last = Some(job.id.0 + 1 + index as u64);
                ShownSubJob::of(&job, index, sub)
            })
            .collect();
        let next = found.next().and(last).map(|last| last.to_string());
        reply::json(200, &Page { sub_jobs, next })
    }))
}

fn state(word: &str) -> Result<SubState, Refusal> {
    let all = show::SUB_STATES;
    all.into_iter().find(|state| show::sub_state(*state) == word).ok_or_else(|| {
        let words = all.map(show::sub_state).join(", ");
        Refusal::invalid(format!("state must be one of: {words}"))
    })
}
