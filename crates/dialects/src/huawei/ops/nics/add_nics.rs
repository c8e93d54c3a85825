//! `POST …/{server_id}/nics`

use regiment_core::ops::{AddNics, Operation};
use serde::Deserialize;

use super::Wanted;
use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::target;
use crate::huawei::faults::Row;
use crate::huawei::limits::NICS_MAX;

#[derive(Deserialize)]
struct Body {
    nics: Vec<Wanted>,
}

pub(super) fn decode(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let Body { nics } = crate::huawei::body::read(call.request.body)?;
    if nics.is_empty() || nics.len() > NICS_MAX {
        return Err(Row::invalid(format!("nics must have from 1 to {NICS_MAX} entries.")));
    }
    let orders = nics.into_iter().map(Wanted::order).collect::<Result<_, _>>()?;
    Ok(call.order_one(Operation::AddNics(AddNics::new(orders)), target(id)))
}
