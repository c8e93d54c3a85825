//! `PUT …/recycle-bin`: on or off.

use regiment_core::edits::{ChangeRecycleBin, Edit};
use serde::Deserialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::read;
use crate::huawei::faults::Row;

#[derive(Deserialize)]
struct Body {
    recycle_bin: Bin,
}

#[derive(Deserialize)]
struct Bin {
    switch: String,
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let Body { recycle_bin: Bin { switch } } = read(call.request.body)?;
    let on = match switch.as_str() {
        "on" => true,
        "off" => false,
        _ => return Err(Row::invalid("recycle_bin: switch must be on or off.")),
    };
    let edit = ChangeRecycleBin { on: Some(on), ..ChangeRecycleBin::default() };
    Ok(call.edit_quietly(Edit::ChangeRecycleBin(edit), 204))
}
