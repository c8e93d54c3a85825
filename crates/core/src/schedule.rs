//! Which waiting sub-jobs may start now. Jobs are served in the order they came; a job's own
//! concurrency and the lanes of the whole plane bound how many run.

use std::collections::{BTreeMap, BTreeSet};

use crate::apply::{Next, Progress};
use crate::model::{JobId, SubState, Time};
use crate::world::World;

/// What the schedule remembers between turns. All of it can be rebuilt from the world.
#[derive(Debug)]
pub struct Schedule {
    lanes: usize,
    /// Jobs that may have a sub-job to start, with the place from which to look for one.
    ready: BTreeMap<JobId, u32>,
    /// Sub-jobs that wait to be tried again.
    retries: BTreeSet<(Time, JobId, u32)>,
    running: usize,
}

impl Schedule {
    pub fn new(lanes: usize) -> Schedule {
        Schedule { lanes, ready: BTreeMap::new(), retries: BTreeSet::new(), running: 0 }
    }

    /// A job was accepted, or found unfinished at start.
    pub fn add(&mut self, job: JobId) {
        self.ready.insert(job, 0);
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

    /// When the next sub-job becomes ready by time alone.
    pub fn next_due(&self) -> Option<Time> {
        self.retries.first().map(|(at, _, _)| *at)
    }

    /// The starts to make now. The caller applies them before it asks again.
    pub fn next(&mut self, world: &World, now: Time) -> Vec<Progress> {
        let mut starts: BTreeMap<JobId, Progress> = BTreeMap::new();
        while let Some(&(at, job, sub)) = self.retries.first() {
            if at > now || self.running >= self.lanes {
                break;
            }
            self.retries.pop_first();
            let Some(record) = world.job(job) else { continue };
            if record.subs.get(sub as usize).is_some_and(|sub| sub.state == SubState::Waiting) {
                self.running += 1;
                starts
                    .entry(job)
                    .or_insert_with(|| Progress::new(record, now))
                    .push(sub, Next::Start);
            }
        }
        let mut served = Vec::new();
        for (id, from) in &mut self.ready {
            if self.running >= self.lanes {
                break;
            }
            let Some(job) = world.job(*id) else {
                served.push(*id);
                continue;
            };
            let own_max = job.orders.concurrency.map_or(usize::MAX, |max| max.max(1) as usize);
            let started_now = starts
                .get(id)
                .map_or(0, |start| start.moves.iter().map(|one| one.count as usize).sum());
            let mut own_room = own_max.saturating_sub(job.tally.running as usize + started_now);
            while own_room > 0 && self.running < self.lanes {
                let Some(sub) = job.subs.get(*from as usize) else { break };
                // One that waits for its retry has its own time.
                if sub.state == SubState::Waiting && sub.retries == 0 {
                    self.running += 1;
                    own_room -= 1;
                    starts
                        .entry(*id)
                        .or_insert_with(|| Progress::new(job, now))
                        .push(*from, Next::Start);
                }
                *from += 1;
            }
            // A job held back by its own concurrency stays, and is looked at again each turn.
            if *from as usize >= job.subs.len() {
                served.push(*id);
            }
        }
        for id in served {
            self.ready.remove(&id);
        }
        starts.into_values().collect()
    }
}
