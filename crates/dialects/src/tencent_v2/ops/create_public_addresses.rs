use regiment_core::edits::{AddPublicAddresses, Edit};
use regiment_core::model::AssetKey;
use regiment_core::ops::Operation;
use serde::Serialize;

use super::public_addresses;
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// What one call may buy.
const GOODS_MAX: u32 = 5;

#[derive(Serialize)]
struct Made {
    data: Ids,
}

#[derive(Serialize)]
struct Ids {
    #[serde(rename = "eipIds")]
    ids: Vec<String>,
}

/// `CreateEip`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let count = fields.number("goodsNum", 1..=GOODS_MAX)?.unwrap_or(1);
    let line = fields.number("ispId", 0..=6)?.unwrap_or(public_addresses::BGP);
    let edit = AddPublicAddresses {
        count,
        name: public_addresses::UNNAMED.into(),
        line: line.to_string().into(),
    };
    let operation = Operation::from(Edit::AddPublicAddresses(edit));
    let command = call.issuer().command(operation, Vec::new());
    Ok(task::edit_with(command, |receipt, _| {
        let of = |key: &AssetKey| match key {
            AssetKey::PublicAddress(_, id) => Some(ids::public_address(*id)),
            _ => None,
        };
        Made { data: Ids { ids: receipt.made.iter().filter_map(of).collect() } }
    }))
}
