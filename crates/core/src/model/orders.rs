//! How a job is run, where its owner says so: in waves, within bounds, at a time; and how far it has
//! come in that.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Fault, FaultKind, SubJob, SubState, Time};
use crate::limits;

/// How a job is run. The default is: all of it, at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Orders {
    /// At most this many sub-jobs of the job at a time.
    pub concurrency: Option<u32>,
    /// How many servers each wave has; the last size is used again until all had their turn.
    /// None: one wave of all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waves: Vec<Share>,
    /// How long after the end of a wave the next one begins.
    #[serde(skip_serializing_if = "is_zero")]
    pub pause_ms: i64,
    /// Each wave after the first begins only when it was approved.
    #[serde(skip_serializing_if = "is_false")]
    pub hold: bool,
    /// When more than this have failed, what has not begun is cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_failures: Option<Share>,
    /// Nothing begins before this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_at: Option<Time>,
    /// What has not begun by then is cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(ms: &i64) -> bool {
    *ms == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// A part of the sub-jobs that have work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Share {
    #[serde(rename = "n")]
    Count(u32),
    /// Whole percents, rounded down: a wave is rather too small, a tolerance too.
    #[serde(rename = "p")]
    Percent(u8),
}

impl Share {
    pub fn of(self, work: u32) -> u32 {
        match self {
            Share::Count(count) => count,
            Share::Percent(percent) => {
                let part = u64::from(work) * u64::from(percent) / 100;
                u32::try_from(part).unwrap_or(u32::MAX)
            }
        }
    }
}

/// A server on which the work failed is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// How often again, after the first try.
    pub attempts: u8,
    /// How long after the first failure; doubled after each further one.
    pub backoff_ms: i64,
}

impl Retry {
    /// How long after this many failures the next try begins.
    const fn wait_ms(self, failures: usize) -> i64 {
        let doubled = if failures > 20 { 20 } else { failures.saturating_sub(1) };
        let wait = self.backoff_ms.saturating_mul(1 << doubled);
        if wait < limits::BACKOFF_MS_MAX { wait } else { limits::BACKOFF_MS_MAX }
    }
}

impl Orders {
    /// Whether there is more to it than a bound on what runs at a time.
    pub(crate) fn steers(&self) -> bool {
        let Orders {
            concurrency: _,
            waves,
            pause_ms: _,
            hold: _,
            max_failures,
            start_at,
            deadline,
            retry,
        } = self;
        !waves.is_empty()
            || max_failures.is_some()
            || start_at.is_some()
            || deadline.is_some()
            || retry.is_some()
    }

    /// Whether they can be carried out at all.
    pub(crate) fn check(&self, now: Time) -> Result<(), Fault> {
        match self.wrong(now) {
            Some(why) => Err(Fault::with(FaultKind::OrdersInvalid, why)),
            None => Ok(()),
        }
    }

    fn wrong(&self, now: Time) -> Option<String> {
        let Orders { concurrency, waves, pause_ms, hold, max_failures, start_at, deadline, retry } =
            self;
        if *concurrency == Some(0) {
            return Some("concurrency must be at least 1".to_owned());
        }
        if waves.len() > limits::WAVES_MAX {
            return Some(format!("waves must be at most {} sizes", limits::WAVES_MAX));
        }
        let sized = |share: &Share| match share {
            Share::Count(count) => *count > 0,
            Share::Percent(percent) => (1..=100).contains(percent),
        };
        if !waves.iter().all(sized) {
            return Some("a wave must be at least 1, or 1% to 100%".to_owned());
        }
        if waves.is_empty() && (*pause_ms != 0 || *hold) {
            return Some("pause and hold stand between waves, and there are none".to_owned());
        }
        if !(0..=limits::PAUSE_MS_MAX).contains(pause_ms) {
            let days = limits::PAUSE_MS_MAX / limits::DAY_MS;
            return Some(format!("pause must be at most {days} days"));
        }
        if matches!(max_failures, Some(Share::Percent(101..))) {
            return Some("max_failures must be at most 100%".to_owned());
        }
        let last = now.after_ms(limits::ORDERS_AHEAD_MS_MAX);
        if [start_at, deadline].into_iter().flatten().any(|at| *at > last) {
            let days = limits::ORDERS_AHEAD_MS_MAX / limits::DAY_MS;
            return Some(format!("start_at and deadline must be within {days} days"));
        }
        if deadline.is_some_and(|deadline| deadline <= start_at.unwrap_or(now).max(now)) {
            return Some("deadline must be after start_at and not be past".to_owned());
        }
        let Retry { attempts, backoff_ms } = (*retry)?;
        if !(1..=limits::RETRY_ATTEMPTS_MAX).contains(&attempts) {
            return Some(format!("retry must be 1 to {}", limits::RETRY_ATTEMPTS_MAX));
        }
        if !(0..=limits::BACKOFF_MS_MAX).contains(&backoff_ms) {
            let minutes = limits::BACKOFF_MS_MAX / 60_000;
            return Some(format!("backoff must be at most {minutes} minutes"));
        }
        None
    }

    /// How many sub-jobs the wave of this number has, the first being 0.
    fn wave_size(&self, wave: u32, work: u32) -> u32 {
        let size = self.waves.get(wave as usize).or(self.waves.last());
        size.map_or(work, |share| share.of(work).max(1))
    }
}

/// How far a job has come in its orders, and what it came from. Absent where a job has none but a
/// bound on what runs at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// Sub-jobs that had work when the job was accepted: what percents are of.
    pub work: u32,
    /// Sub-jobs that were refused then. They have not failed in the sense of the failure limit.
    pub refused: u32,
    pub mark: Mark,
    /// What was retried away, by the place of the sub-job.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attempts: BTreeMap<u32, Vec<Attempt>>,
}

/// The part of a [`Course`] that the engine moves on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// How many waves have begun.
    pub wave: u32,
    /// Sub-jobs before this place may begin.
    pub opened: u32,
    /// How many sub-jobs with work there are from that place on.
    pub unopened: u32,
    /// What stands before the next wave, while no wave is at work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
    /// Why nothing begins any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<FaultKind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    pub opens_at: Time,
    /// It opens only when it is approved.
    pub held: bool,
}

/// One try that failed and was followed by another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub failed_at: Time,
    pub fault: Arc<Fault>,
    pub again_at: Time,
    /// The step it failed at, and how often that had been tried within this attempt and those before.
    pub step: u8,
    pub retries: u8,
}

impl Course {
    /// The course of a job that is accepted: its first wave has begun, unless it starts later.
    pub(crate) fn new(orders: &Orders, subs: &[SubJob], now: Time) -> Course {
        let count = |state| {
            let in_state = subs.iter().filter(|sub| sub.state == state).count();
            u32::try_from(in_state).expect("bounded by TARGETS_MAX")
        };
        let (work, refused) = (count(SubState::Waiting), count(SubState::Refused));
        let mark = Mark { wave: 0, opened: 0, unopened: work, gate: None, stopped: None };
        let mut course = Course { work, refused, mark, attempts: BTreeMap::new() };
        match orders.start_at.filter(|at| *at > now) {
            Some(opens_at) => course.mark.gate = Some(Gate { opens_at, held: false }),
            None => course.mark = course.next_wave(orders, subs),
        }
        course
    }

    /// The course of a job that has been run without one until now.
    pub(crate) fn of_plain(subs: &[SubJob]) -> Course {
        let mut course = Course::new(&Orders::default(), &[], Time::ZERO);
        course.mark.opened = u32::try_from(subs.len()).expect("bounded by TARGETS_MAX");
        course
    }

    /// The mark once the next wave has begun.
    pub(crate) fn next_wave(&self, orders: &Orders, subs: &[SubJob]) -> Mark {
        let Mark { wave, opened, unopened, gate: _, stopped } = self.mark;
        let size = orders.wave_size(wave, self.work).min(unopened);
        let mut left = size;
        let mut end = opened;
        for sub in &subs[opened as usize..] {
            if left == 0 {
                break;
            }
            end += 1;
            left -= u32::from(sub.state == SubState::Waiting);
        }
        if size == unopened {
            end = u32::try_from(subs.len()).expect("bounded by TARGETS_MAX");
        }
        Mark { wave: wave + 1, opened: end, unopened: unopened - size, gate: None, stopped }
    }

    /// When a sub-job that has just failed is tried again, if it is.
    pub(crate) fn again_at(&self, orders: &Orders, index: u32, now: Time) -> Option<Time> {
        let retry = orders.retry?;
        let failures = self.attempts.get(&index).map_or(0, Vec::len) + 1;
        if self.mark.stopped.is_some() || failures > usize::from(retry.attempts) {
            return None;
        }
        let at = now.after_ms(retry.wait_ms(failures));
        // What could only begin after the deadline need not be waited for.
        orders.deadline.is_none_or(|deadline| at < deadline).then_some(at)
    }

    /// The failed try that a sub-job's present retries come after, if the step is still the same.
    pub(crate) fn last_attempt(&self, index: u32, sub: &SubJob) -> Option<&Attempt> {
        let last = self.attempts.get(&index)?.last()?;
        (last.step == sub.step && last.retries < sub.retries).then_some(last)
    }

    /// Whether a waiting sub-job waits for a try that its owner ordered.
    pub(crate) fn awaits_again(&self, index: u32, sub: &SubJob) -> Option<&Attempt> {
        let last = self.last_attempt(index, sub)?;
        (sub.state == SubState::Waiting && last.retries + 1 == sub.retries).then_some(last)
    }
}
