//! From a job and its orders to what is next: whether a wave begins, waits or is held, whether what
//! has not begun is cancelled, and when to look again. Decides only; [`apply`](crate::apply) makes it
//! so. Deciding again without anything new decides nothing.

use std::sync::Arc;

use crate::apply::{Next, Progress};
use crate::model::{Course, Fault, FaultKind, Gate, Job, Mark, SubState, Time};

/// What a job comes to.
#[derive(Debug, Default)]
pub struct Steering {
    /// How far it has come, if that is new.
    pub mark: Option<Mark>,
    /// What has not begun and never will.
    pub stop: Option<Progress>,
    /// When to look again though nothing happens.
    pub alarm: Option<Time>,
}

/// Looks at a job that may have a course. To be asked whenever anything of it has changed.
pub fn steer(job: &Job, now: Time) -> Steering {
    let Some(course) = job.course.as_ref().filter(|_| !job.tally.ended()) else {
        return Steering::default();
    };
    let mut mark = course.mark;
    mark.stopped = mark.stopped.or_else(|| reason_to_stop(job, course, now));
    if let Some(kind) = mark.stopped {
        mark.gate = None;
        let stop = stop(job, course, kind, now);
        let stop = (!stop.moves.is_empty()).then_some(stop);
        return Steering { mark: changed(course, mark), stop, alarm: None };
    }
    let at_work = job.tally.waiting + job.tally.running > mark.unopened;
    if !at_work && mark.gate.is_none() {
        let opens_at = now.after_ms(job.orders.pause_ms);
        mark.gate = Some(Gate { opens_at, held: job.orders.hold });
    }
    if mark.gate.is_some_and(|gate| !gate.held && gate.opens_at <= now) {
        mark = course.next_wave(&job.orders, &job.subs);
    }
    let opens_at = mark.gate.filter(|gate| !gate.held).map(|gate| gate.opens_at);
    let alarm = opens_at.into_iter().chain(job.orders.deadline).min();
    Steering { mark: changed(course, mark), stop: None, alarm }
}

fn changed(course: &Course, mark: Mark) -> Option<Mark> {
    (mark != course.mark).then_some(mark)
}

fn reason_to_stop(job: &Job, course: &Course, now: Time) -> Option<FaultKind> {
    let failed = job.tally.failed.saturating_sub(course.refused);
    if job.orders.max_failures.is_some_and(|max| failed > max.of(course.work)) {
        return Some(FaultKind::TooManyFailures);
    }
    let passed = job.orders.deadline.is_some_and(|deadline| deadline <= now);
    passed.then_some(FaultKind::DeadlinePassed)
}

/// What has not begun is cancelled. What was tried and waits for a try that its owner ordered has
/// failed with what it failed with last. What the driver is to be asked again is under way.
fn stop(job: &Job, course: &Course, kind: FaultKind, now: Time) -> Progress {
    let mut progress = Progress::new(job, now);
    if job.tally.waiting == 0 {
        return progress;
    }
    let fault: Arc<Fault> = Arc::new(kind.into());
    for (sub, index) in job.subs.iter().zip(0..) {
        if sub.state != SubState::Waiting {
            continue;
        }
        if let Some(last) = course.awaits_again(index, sub) {
            progress.push(index, Next::Fail(last.fault.clone()));
        } else if sub.began_at.is_none() {
            progress.push(index, Next::Cancel(fault.clone()));
        }
    }
    progress
}
