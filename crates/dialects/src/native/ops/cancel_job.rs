//! `POST jobs/{job_id}/cancel`: nothing more of it begins; what is under way is done to its end.

use regiment_core::edits::{CancelJob, Edit};

use crate::Action;
use crate::native::Call;
use crate::native::faults::Refusal;
use crate::native::steer::steer;

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    steer(call, |job| Edit::CancelJob(CancelJob { job }))
}
