//! `POST …/{server_id}/nics/delete`

use regiment_core::model::PortId;
use regiment_core::ops::{DeleteNics, Operation};
use serde::Deserialize;

use super::Named;
use crate::Action;
use crate::huawei::body::{read, target};
use crate::huawei::faults::Row;
use crate::huawei::limits::NICS_MAX;
use crate::huawei::{Call, ids};

#[derive(Deserialize)]
struct Body {
    nics: Vec<Named>,
}

pub(super) fn decode(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let Body { nics } = read(call.request.body)?;
    if nics.is_empty() || nics.len() > NICS_MAX {
        return Err(Row::invalid(format!("nics must have from 1 to {NICS_MAX} entries.")));
    }
    let ports = nics.into_iter().map(|Named { id }| ids::wide("nic id", &id).map(PortId));
    let delete = DeleteNics { ports: ports.collect::<Result<_, _>>()? };
    Ok(call.order_one(Operation::DeleteNics(delete), target(id)))
}
