//! `POST …/{server_id}/actions/redeploy`

use regiment_core::ops::{Operation, Redeploy};

use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::target;

pub(super) fn decode(call: &Call<'_>, id: &str) -> Action {
    call.order_one(Operation::Redeploy(Redeploy::default()), target(id))
}
