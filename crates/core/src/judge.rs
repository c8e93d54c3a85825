//! From a driver's report to what it means for its sub-job. Decides only; [`apply`](crate::apply)
//! makes it so.

use std::sync::Arc;

use crate::apply::Next;
use crate::driver::{Done, DriverError, Rejection, StepReport};
use crate::limits;
use crate::model::{Fault, FaultKind, Job, SubState, Time};

/// What a report means. Nothing, when it is not the answer to the call the sub-job waits for: a
/// repeat, a late one, or one from before a restart.
pub fn judge(job: &Job, report: &StepReport, now: Time) -> Option<(Next, Option<Arc<str>>)> {
    let sub = job.subs.get(report.step.sub as usize)?;
    let awaited = sub.state == SubState::Running
        && sub.step == report.step.step
        && sub.retries == report.step.attempt;
    if !awaited {
        return None;
    }
    let index = report.step.sub;
    // Each try that its owner ordered may meet as much trouble as the first.
    let course = job.course.as_ref();
    let before = course.and_then(|course| course.last_attempt(index, sub));
    let retries = before.map_or(sub.retries, |last| sub.retries - last.retries - 1);
    Some(match &report.result {
        Ok(Done { placed_on }) => {
            let steps = job.operation.steps(sub.was_running);
            let last = usize::from(sub.step) + 1 == steps.len();
            (if last { Next::Succeed } else { Next::Advance }, placed_on.clone())
        }
        Err(DriverError::Rejected(rejection)) => {
            (failed(job, index, fault_of(rejection), now), None)
        }
        Err(error) if retries >= limits::RETRIES_MAX => {
            (failed(job, index, exhausted(error).into(), now), None)
        }
        // Every verb may be repeated, so what may have happened is simply asked for again.
        Err(DriverError::Busy | DriverError::Unreachable | DriverError::Unknown) => {
            let wait_ms = limits::RETRY_AFTER_MS << retries;
            (Next::Retry(now.after_ms(wait_ms)), None)
        }
    })
}

/// A failure is the end, unless its owner ordered that it be tried again.
fn failed(job: &Job, index: u32, fault: Fault, now: Time) -> Next {
    let fault = Arc::new(fault);
    let course = job.course.as_ref();
    match course.and_then(|course| course.again_at(&job.orders, index, now)) {
        Some(at) => Next::Again(at, fault),
        None => Next::Fail(fault),
    }
}

fn exhausted(error: &DriverError) -> FaultKind {
    match error {
        DriverError::Busy => FaultKind::StepFailed,
        DriverError::Unreachable => FaultKind::Unreachable,
        DriverError::Unknown => FaultKind::StepTimedOut,
        DriverError::Rejected(_) => FaultKind::Internal,
    }
}

fn fault_of(rejection: &Rejection) -> Fault {
    match rejection {
        Rejection::NoCapacity => FaultKind::NoCapacity.into(),
        Rejection::HostDown => FaultKind::HostDown.into(),
        Rejection::AgentMissing => FaultKind::AgentMissing.into(),
        Rejection::AgentRefused => FaultKind::AgentRefused.into(),
        Rejection::TimedOut => FaultKind::StepTimedOut.into(),
        Rejection::Missing => Fault::with(FaultKind::StepFailed, "the driver has no such server"),
        Rejection::Failed(story) => Fault::with(FaultKind::StepFailed, story.clone()),
        Rejection::Injected(fault) => Fault::clone(fault),
    }
}
