//! `POST jobs/{job_id}/approve`: the next wave begins, which waits for that.

use regiment_core::edits::{ApproveWave, Edit};

use crate::Action;
use crate::native::Call;
use crate::native::faults::Refusal;
use crate::native::steer::steer;

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    steer(call, |job| Edit::ApproveWave(ApproveWave { job }))
}
