//! Moves jobs on: by what was reported of them, and those that are run in waves, within bounds or at a
//! time, or are stopped, by their orders.

use super::{Engine, Work};
use crate::apply::{Change, Edited, Marked, Next, Progress};
use crate::edits::Put;
use crate::model::Time;
use crate::steer::{Steering, steer};

impl Engine {
    pub(super) fn steer_jobs(&mut self, now: Time, work: &mut Work) {
        for id in self.schedule.take_woken(now) {
            let Some(job) = self.world.job(id) else { continue };
            let Steering { mark, stop, alarm } = steer(job, now);
            let (project, opened) = (job.project, job.opened());
            if let Some(mark) = mark {
                self.record(work, Change::Marked(Marked { job: id, project, at: now, mark }));
                if mark.opened as usize > opened {
                    let from = u32::try_from(opened).expect("bounded by TARGETS_MAX");
                    self.schedule.add_wave(id, from);
                }
            }
            if let Some(stop) = stop {
                self.record_progress(stop, work);
            }
            if let Some(at) = alarm {
                self.schedule.wake_at(id, at);
            }
        }
    }

    /// What reports on running sub-jobs have come to: each that is over frees its lane.
    pub(super) fn advance(&mut self, progress: Progress, work: &mut Work) {
        for one in &progress.moves {
            match one.next {
                Next::Start | Next::Advance | Next::Cancel(_) => {}
                Next::Retry(at) | Next::Again(at, _) => {
                    for sub in one.first..one.first + one.count {
                        self.schedule.released();
                        self.schedule.retry(progress.job, sub, at);
                    }
                }
                Next::Succeed | Next::Fail(_) => {
                    (0..one.count).for_each(|_| self.schedule.released());
                }
            }
        }
        self.record_progress(progress, work);
    }

    /// What some sub-jobs have come to, with whether that ends their job.
    fn record_progress(&mut self, mut progress: Progress, work: &mut Work) {
        let job = self.world.job(progress.job).expect("progress is made on a job in memory");
        let open = job.tally.waiting + job.tally.running;
        progress.ends_job = open > 0 && progress.ended() == open;
        if progress.ends_job {
            work.ended.push(progress.job);
        } else if job.course.is_some() {
            self.schedule.wake(progress.job);
        }
        self.record(work, Change::Progress(progress));
    }

    /// Jobs whose course was edited are looked at in the same turn.
    pub(super) fn wake_edited(&mut self, edited: &Edited) {
        for put in &edited.puts {
            match put {
                Put::Mark { job, mark: _ } => self.schedule.wake(*job),
                Put::Server { .. }
                | Put::Asset(_)
                | Put::NoAsset(_)
                | Put::Project(_)
                | Put::Credential(_)
                | Put::NoCredential(_) => {}
            }
        }
    }
}
