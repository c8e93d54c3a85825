//! `POST …/cloudservers/delete`

use regiment_core::ops::{Delete, Operation};
use serde::Deserialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::batch::bounded;
use crate::huawei::body::{Flag, Targets, read};
use crate::huawei::faults::Row;
use crate::huawei::limits::BATCH_MAX;

#[derive(Deserialize)]
struct Body {
    servers: Targets,
    #[serde(default)]
    delete_publicip: Flag,
    #[serde(default)]
    delete_volume: Flag,
}

pub(in crate::huawei) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let Body { servers, delete_publicip, delete_volume } = read(call.request.body)?;
    let delete = Delete::new(delete_volume.0, delete_publicip.0);
    Ok(call.order_job(Operation::Delete(delete), bounded(servers, BATCH_MAX)?))
}
