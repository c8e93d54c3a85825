//! `POST …/{server_id}/changevpc`

use regiment_core::model::NetworkId;
use regiment_core::ops::{ChangeNetwork, Operation};
use serde::Deserialize;

use super::Wanted;
use crate::Action;
use crate::huawei::body::{read, target};
use crate::huawei::faults::Row;
use crate::huawei::{Call, ids};

#[derive(Deserialize)]
struct Body {
    vpc_id: String,
    nic: Wanted,
}

pub(super) fn decode(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let Body { vpc_id, nic } = read(call.request.body)?;
    let network = NetworkId(ids::wide("vpc id", &vpc_id)?);
    let change = ChangeNetwork::new(network, nic.order()?);
    Ok(call.order_one(Operation::ChangeNetwork(change), target(id)))
}
