//! Which waiting sub-jobs may start now. Jobs are served in the order they came; a job's own
//! concurrency and waves, and the lanes of the whole plane, bound how many run.

use std::collections::{BTreeMap, BTreeSet};

use crate::apply::{Next, Progress};
use crate::model::{Job, JobId, SubState, Time};
use crate::world::World;

/// What the schedule remembers between turns. All of it can be rebuilt from the world.
#[derive(Debug)]
pub struct Schedule {
    lanes: usize,
    /// Jobs that may have a sub-job to start, with the place from which to look for one.
    ready: BTreeMap<JobId, u32>,
    /// Sub-jobs that wait to be tried again …
    retries: BTreeSet<(Time, JobId, u32)>,
    /// … and those whose time has come, that wait for room.
    due: BTreeSet<(JobId, u32)>,
    /// When to look again at jobs that are steered, and those to look at in this turn.
    alarms: BTreeSet<(Time, JobId)>,
    woken: BTreeSet<JobId>,
    running: usize,
}

impl Schedule {
    pub fn new(lanes: usize) -> Schedule {
        Schedule {
            lanes,
            ready: BTreeMap::new(),
            retries: BTreeSet::new(),
            due: BTreeSet::new(),
            alarms: BTreeSet::new(),
            woken: BTreeSet::new(),
            running: 0,
        }
    }

    /// A job was accepted, or found unfinished at start.
    pub fn add(&mut self, job: JobId) {
        self.ready.insert(job, 0);
    }

    /// Sub-jobs of a job from this place on may begin.
    pub fn add_wave(&mut self, job: JobId, from: u32) {
        self.ready.entry(job).or_insert(from);
    }

    /// A running sub-job was found at start.
    pub fn add_running(&mut self) {
        self.running += 1;
    }

    /// A running sub-job has ended or waits for a retry: its lane is free.
    pub fn released(&mut self) {
        self.running -= 1;
    }

    pub fn retry(&mut self, job: JobId, sub: u32, at: Time) {
        self.retries.insert((at, job, sub));
    }

    /// Something of a steered job has changed.
    pub fn wake(&mut self, job: JobId) {
        self.woken.insert(job);
    }

    pub fn wake_at(&mut self, job: JobId, at: Time) {
        self.alarms.insert((at, job));
    }

    /// The steered jobs to look at now.
    pub fn take_woken(&mut self, now: Time) -> BTreeSet<JobId> {
        let mut woken = std::mem::take(&mut self.woken);
        while let Some((_, job)) = self.alarms.pop_first_if(now) {
            woken.insert(job);
        }
        woken
    }

    /// When there is something to do by time alone.
    pub fn next_due(&self) -> Option<Time> {
        // At start, before the first turn.
        let woken = (!self.woken.is_empty()).then_some(Time::ZERO);
        let retry = self.retries.first().map(|(at, _, _)| *at);
        let alarm = self.alarms.first().map(|(at, _)| *at);
        woken.into_iter().chain(retry).chain(alarm).min()
    }

    /// The starts to make now. The caller applies them before it asks again.
    pub fn next(&mut self, world: &World, now: Time) -> Vec<Progress> {
        while let Some((_, job, sub)) = self.retries.pop_first_if(now) {
            self.due.insert((job, sub));
        }
        let mut starts = Starts { made: BTreeMap::new(), running: self.running, now };
        let lanes = self.lanes;
        // What was begun goes on before anything else begins.
        self.due.retain(|&(id, sub)| {
            let Some(job) = world.job(id) else { return false };
            let waits = |sub: u32| job.subs[sub as usize].state == SubState::Waiting;
            if !waits(sub) {
                return false;
            }
            let room = starts.running < lanes && starts.room(job) > 0;
            if room {
                starts.start(job, sub);
            }
            !room
        });
        let mut served = Vec::new();
        for (id, from) in &mut self.ready {
            if starts.running >= lanes {
                break;
            }
            let Some(job) = world.job(*id) else {
                served.push(*id);
                continue;
            };
            let opened = &job.subs[..job.opened()];
            let mut own_room = starts.room(job);
            while own_room > 0 && starts.running < lanes {
                let Some(sub) = opened.get(*from as usize) else { break };
                // One that waits for its retry has its own time.
                if sub.state == SubState::Waiting && sub.retries == 0 {
                    own_room -= 1;
                    starts.start(job, *from);
                }
                *from += 1;
            }
            // A job held back by its own concurrency stays, and is looked at again each turn.
            if *from as usize >= opened.len() {
                served.push(*id);
            }
        }
        for id in served {
            self.ready.remove(&id);
        }
        self.running = starts.running;
        starts.made.into_values().map(|(start, _)| start).collect()
    }
}

/// The starts of one turn, each job's with their number.
struct Starts {
    made: BTreeMap<JobId, (Progress, usize)>,
    running: usize,
    now: Time,
}

impl Starts {
    /// How many more sub-jobs of a job may run by its own orders.
    fn room(&self, job: &Job) -> usize {
        let Some(max) = job.orders.concurrency else { return usize::MAX };
        let started = self.made.get(&job.id).map_or(0, |(_, started)| *started);
        (max.max(1) as usize).saturating_sub(job.tally.running as usize + started)
    }

    fn start(&mut self, job: &Job, sub: u32) {
        let now = self.now;
        let (start, started) =
            self.made.entry(job.id).or_insert_with(|| (Progress::new(job, now), 0));
        start.push(sub, Next::Start);
        *started += 1;
        self.running += 1;
    }
}

/// A set of things that each have their time.
trait Timed<T> {
    /// The first one, if its time has come.
    fn pop_first_if(&mut self, now: Time) -> Option<T>;
}

impl Timed<(Time, JobId)> for BTreeSet<(Time, JobId)> {
    fn pop_first_if(&mut self, now: Time) -> Option<(Time, JobId)> {
        if self.first()?.0 <= now { self.pop_first() } else { None }
    }
}

impl Timed<(Time, JobId, u32)> for BTreeSet<(Time, JobId, u32)> {
    fn pop_first_if(&mut self, now: Time) -> Option<(Time, JobId, u32)> {
        if self.first()?.0 <= now { self.pop_first() } else { None }
    }
}
