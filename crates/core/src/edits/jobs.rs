//! What can be said of a job that runs. The engine acts on it in the same turn.

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, Put};
use crate::model::{Course, Fault, FaultKind, Gate, Job, JobId, Mark};

/// Let nothing more of a job begin. What is under way is done to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelJob {
    pub job: JobId,
}

impl EditRules for CancelJob {
    fn name(&self) -> &'static str {
        "cancel_job"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let job = running(&desk, self.job)?;
        let plain = || Box::new(Course::of_plain(&job.subs));
        let mark = job.course.clone().unwrap_or_else(plain).mark;
        if mark.stopped.is_some() {
            return Ok(Edited::default());
        }
        let mark = Mark { stopped: Some(FaultKind::Cancelled), gate: None, ..mark };
        Ok(Put::Mark { job: job.id, mark }.into())
    }
}

/// Let the next wave of a job begin, which waits for that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApproveWave {
    pub job: JobId,
}

impl EditRules for ApproveWave {
    fn name(&self) -> &'static str {
        "approve_wave"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let job = running(&desk, self.job)?;
        let mark = job.course.as_ref().map(|course| course.mark);
        let Some((mark, gate)) =
            mark.and_then(|mark| Some((mark, mark.gate.filter(|gate| gate.held)?)))
        else {
            return Err(FaultKind::JobNotHeld.into());
        };
        let gate = Some(Gate { held: false, ..gate });
        Ok(Put::Mark { job: job.id, mark: Mark { gate, ..mark } }.into())
    }
}

/// The caller's job of this id, which has not ended.
fn running<'a>(desk: &Desk<'a>, id: JobId) -> Result<&'a Job, Fault> {
    let job = desk.world.job(id).filter(|job| job.project == desk.project);
    let job = job.ok_or(FaultKind::JobNotFound)?;
    if job.tally.ended() { Err(FaultKind::JobEnded.into()) } else { Ok(job) }
}
