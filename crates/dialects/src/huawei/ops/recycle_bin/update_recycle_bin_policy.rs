//! `PUT …/recycle-bin/policy`

use std::ops::RangeInclusive;

use regiment_core::edits::{ChangeRecycleBin, Edit};
use serde::Deserialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::{Whole, read};
use crate::huawei::faults::Row;
use crate::huawei::limits::{RECYCLE_THRESHOLD_DAYS, RETENTION_HOURS};

#[derive(Deserialize)]
struct Body {
    policy: Policy,
}

#[derive(Deserialize)]
struct Policy {
    retention_hour: Option<Whole>,
    recycle_threshold_day: Option<Whole>,
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let Body { policy: Policy { retention_hour, recycle_threshold_day } } =
        read(call.request.body)?;
    if retention_hour.is_none() && recycle_threshold_day.is_none() {
        return Err(Row::invalid("policy says nothing."));
    }
    let edit = ChangeRecycleBin {
        on: None,
        retention_hours: within("retention_hour", retention_hour, RETENTION_HOURS)?,
        threshold_days: within(
            "recycle_threshold_day",
            recycle_threshold_day,
            RECYCLE_THRESHOLD_DAYS,
        )?,
    };
    Ok(call.edit_quietly(Edit::ChangeRecycleBin(edit), 204))
}

fn within(what: &str, said: Option<Whole>, range: RangeInclusive<u32>) -> Result<Option<u32>, Row> {
    let Some(Whole(number)) = said else { return Ok(None) };
    let number = u32::try_from(number).ok().filter(|number| range.contains(number));
    number.map(Some).ok_or_else(|| {
        let (from, to) = (range.start(), range.end());
        Row::invalid(format!("policy: {what} must be from {from} to {to}."))
    })
}
