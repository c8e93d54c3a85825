//! `POST …/recycle-bin/cloudservers/{server_id}/actions/revert`

use regiment_core::ops::{Operation, Restore};

use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::target;

pub(super) fn decode(call: &Call<'_>, id: &str) -> Action {
    call.order_one(Operation::Restore(Restore {}), target(id))
}
