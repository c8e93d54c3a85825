//! `DELETE /v2/{project_id}/cloudvolumes/{volume_id}`

use regiment_core::ops::{DeleteDisks, Operation};

use crate::Action;
use crate::huawei::Call;
use crate::huawei::evs::order_on_disk;

pub(in crate::huawei::evs) fn decode(call: &Call<'_>, id: &str) -> Action {
    order_on_disk(call, id, Operation::DeleteDisks(DeleteDisks {}), 200)
}
