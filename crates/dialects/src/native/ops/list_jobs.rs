//! `GET jobs`: those of the project, newest first, in flight or finished.

use regiment_core::model::{JobId, Outcome};
use serde::Serialize;

use crate::Action;
use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::show::{self, ShownJob};
use crate::native::{Call, reply};

const NAMES: &[&str] = &["state", "operation", "limit", "after"];

/// How many jobs one page looks through for those that fit. Beyond them it ends early, and says where to
/// go on.
const LOOKED_THROUGH_MAX: usize = 10_000;

#[derive(Serialize)]
struct Page {
    jobs: Vec<ShownJob>,
    /// What to give as `after` for the next page; nothing on the last one.
    next: Option<String>,
}

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let query = Query::of(call.request, NAMES)?;
    let limit = query.limit()?;
    let states = query.all("state").map(state).collect::<Result<Vec<_>, _>>()?;
    let operation = query.one("operation")?.map(str::to_owned);
    let before = JobId(query.after()?.unwrap_or(u64::MAX));
    let project = call.caller.project;
    Ok(Action::look(move |view| {
        let (mut jobs, mut last, mut more) = (Vec::new(), None, false);
        for (looked, job) in view.jobs_before(before).enumerate() {
            if jobs.len() == limit || looked == LOOKED_THROUGH_MAX {
                more = true;
                break;
            }
            last = Some(job.id);
            let fits = job.project == project
                && (states.is_empty() || states.contains(&job.outcome()))
                && operation.as_ref().is_none_or(|name| job.operation.name() == name);
            if fits {
                jobs.push(ShownJob::of(&job));
            }
        }
        let next = last.filter(|_| more).map(|last| last.0.to_string());
        reply::json(200, &Page { jobs, next })
    }))
}

fn state(word: &str) -> Result<Outcome, Refusal> {
    let all = show::OUTCOMES;
    all.into_iter().find(|outcome| show::outcome(*outcome) == word).ok_or_else(|| {
        let words = all.map(show::outcome).join(", ");
        Refusal::invalid(format!("state must be one of: {words}"))
    })
}
