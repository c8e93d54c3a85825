//! `DELETE …/recycle-bin/cloudservers/{server_id}`

use regiment_core::ops::{Operation, Purge};

use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::target;

pub(super) fn decode(call: &Call<'_>, id: &str) -> Action {
    call.order_one(Operation::Purge(Purge {}), target(id))
}
