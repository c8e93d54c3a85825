use regiment_core::ops::{Operation, ResetPassword};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::{batch, password};

/// `ResetInstancePassword`: the same password for all; each instance must be shut down, and the
/// password must suit its system.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let (secret, fit) =
        password::read(&call.fields())?.ok_or_else(|| Refusal::Missing("password".to_owned()))?;
    let operation =
        Operation::ResetPassword(ResetPassword { fit, needs_stopped: true, stop_first: false });
    batch::order(call, operation, Some(secret))
}
