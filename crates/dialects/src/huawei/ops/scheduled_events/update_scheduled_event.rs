//! `PUT /v3/{project_id}/instance-scheduled-events/{id}`

use regiment_core::edits::{Edit, MoveScheduledEvent};
use serde::Deserialize;

use super::{event_id, time};
use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::read;
use crate::huawei::faults::Row;

#[derive(Deserialize)]
struct Body {
    not_before: String,
}

pub(super) fn decode(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let Body { not_before } = read(call.request.body)?;
    let not_before = time("not_before", &not_before)?;
    let change = MoveScheduledEvent { event: event_id(id)?, not_before };
    Ok(call.edit_quietly(Edit::MoveScheduledEvent(change), 200))
}
