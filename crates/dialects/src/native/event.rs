//! Events as they are told, and which of them somebody wants.

use regiment_core::command::TargetRef;
use regiment_core::events::{Event, EventKind, EventSort, Told};
use regiment_core::model::{JobId, Outcome, ServerId, SubState, SubTarget, Target};
use serde::Serialize;

use super::faults::Refusal;
use super::ops::show_server;
use super::orders::ShownCourse;
use super::query::Query;
use super::show::{self, ShownFault, ShownTarget};
use super::times::time;

/// One event. What it does not have is null, so that every one has the same shape.
#[derive(Serialize)]
pub(super) struct ShownEvent {
    id: String,
    kind: &'static str,
    at: String,
    job_id: String,
    operation: Option<String>,
    sub_job_id: Option<String>,
    target: Option<ShownTarget>,
    state: Option<&'static str>,
    fault: Option<ShownFault>,
    /// Of a new job: how many targets it has.
    targets: Option<u32>,
    /// Of a sub-job that is tried again: when.
    not_before: Option<String>,
    course: Option<ShownCourse>,
}

impl ShownEvent {
    pub fn of(told: &Told) -> ShownEvent {
        let Told { event, operation, target, outcome: _ } = told;
        let mut shown = ShownEvent {
            id: event.seq.to_string(),
            kind: kind(event.kind.sort()),
            at: time(event.at),
            job_id: event.job.0.to_string(),
            operation: operation.as_deref().map(str::to_owned),
            sub_job_id: None,
            target: target.as_ref().map(ShownTarget::of),
            state: state(told),
            fault: None,
            targets: None,
            not_before: None,
            course: None,
        };
        match &event.kind {
            EventKind::JobAccepted { operation, targets } => {
                shown.operation = Some(operation.to_string());
                shown.targets = Some(*targets);
            }
            EventKind::SubJobStarted { sub } => shown.sub_job_id = Some(sub.0.to_string()),
            EventKind::SubJobRetried { sub, not_before } => {
                shown.sub_job_id = Some(sub.0.to_string());
                shown.not_before = Some(time(*not_before));
            }
            EventKind::SubJobEnded { sub, state: _, fault } => {
                shown.sub_job_id = Some(sub.0.to_string());
                shown.fault = fault.as_deref().map(ShownFault::of);
            }
            EventKind::JobMarked { mark } => shown.course = Some(ShownCourse::of(*mark)),
            EventKind::JobEnded => {}
        }
        shown
    }
}

/// Every kind of event there is.
const KINDS: [EventSort; 6] = [
    EventSort::JobAccepted,
    EventSort::SubJobStarted,
    EventSort::SubJobRetried,
    EventSort::SubJobEnded,
    EventSort::JobMarked,
    EventSort::JobEnded,
];

pub(super) const fn kind(sort: EventSort) -> &'static str {
    match sort {
        EventSort::JobAccepted => "job_accepted",
        EventSort::SubJobStarted => "sub_job_started",
        EventSort::SubJobRetried => "sub_job_retried",
        EventSort::SubJobEnded => "sub_job_ended",
        EventSort::JobMarked => "job_advanced",
        EventSort::JobEnded => "job_ended",
    }
}

/// The state of what the event is about: a job's for one about a job, else the sub-job's.
fn state(told: &Told) -> Option<&'static str> {
    match &told.event.kind {
        EventKind::JobAccepted { .. } | EventKind::JobMarked { .. } => {
            Some(show::outcome(Outcome::Running))
        }
        EventKind::SubJobStarted { .. } => Some(show::sub_state(SubState::Running)),
        EventKind::SubJobRetried { .. } => Some(show::sub_state(SubState::Waiting)),
        EventKind::SubJobEnded { state, .. } => Some(show::sub_state(*state)),
        EventKind::JobEnded => told.outcome.map(show::outcome),
    }
}

/// The kind of this name.
pub(super) fn kind_named(word: &str) -> Result<EventSort, Refusal> {
    KINDS.into_iter().find(|sort| kind(*sort) == word).ok_or_else(|| {
        let words = KINDS.map(kind).join(", ");
        Refusal::invalid(format!("a kind of event is one of: {words}"))
    })
}

/// Which events a reader wants: of each thing said, any of them; of nothing said, all.
#[derive(Default)]
pub(super) struct Wanted {
    jobs: Vec<JobId>,
    kinds: Vec<EventSort>,
    states: Vec<&'static str>,
    servers: Vec<TargetRef>,
}

impl Wanted {
    pub const NAMES: [&str; 4] = ["job", "kind", "state", "server"];

    pub fn read(query: &Query<'_>) -> Result<Wanted, Refusal> {
        let job = |word: &str| {
            let plain = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
            let number = word.parse().ok().filter(|_| plain);
            number.map(JobId).ok_or_else(|| Refusal::invalid("job must be the id of a job"))
        };
        Ok(Wanted {
            jobs: query.all("job").map(job).collect::<Result<_, _>>()?,
            kinds: query.all("kind").map(kind_named).collect::<Result<_, _>>()?,
            states: query.all("state").map(state_named).collect::<Result<_, _>>()?,
            servers: query.all("server").map(server).collect::<Result<_, _>>()?,
        })
    }

    /// Whether it may be, before it is known what it is about.
    pub fn may_be(&self, event: &Event) -> bool {
        let Wanted { jobs, kinds, states: _, servers: _ } = self;
        (jobs.is_empty() || jobs.contains(&event.job))
            && (kinds.is_empty() || kinds.contains(&event.kind.sort()))
    }

    pub fn is(&self, told: &Told) -> bool {
        let Wanted { jobs: _, kinds: _, states, servers } = self;
        let server = || match told.target {
            Some(SubTarget::Known(Target::Server(id))) => Some(id),
            Some(
                SubTarget::Known(Target::Balancer(_) | Target::Disk(_) | Target::Image(_))
                | SubTarget::Unknown(_),
            )
            | None => None,
        };
        let named = |id: ServerId| {
            servers.contains(&TargetRef::Server(id))
                || servers.contains(&TargetRef::Short(id.handle()))
        };
        self.may_be(&told.event)
            && (states.is_empty() || state(told).is_some_and(|state| states.contains(&state)))
            && (servers.is_empty() || server().is_some_and(named))
    }
}

fn server(word: &str) -> Result<TargetRef, Refusal> {
    match show_server::target(word) {
        TargetRef::Unreadable(_) => Err(Refusal::invalid("server must be the id of a server")),
        target => Ok(target),
    }
}

fn state_named(word: &str) -> Result<&'static str, Refusal> {
    let of_jobs = show::OUTCOMES.map(show::outcome);
    let of_sub_jobs = show::SUB_STATES.map(show::sub_state);
    let known = of_jobs.into_iter().chain(of_sub_jobs).find(|state| *state == word);
    known.ok_or_else(|| {
        let others = of_sub_jobs.into_iter().filter(|state| !of_jobs.contains(state));
        let words = of_jobs.into_iter().chain(others).collect::<Vec<_>>().join(", ");
        Refusal::invalid(format!("state must be one of: {words}"))
    })
}
