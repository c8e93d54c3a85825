//! `POST /v3/{project_id}/instance-scheduled-events/{id}/actions/accept`

use regiment_core::edits::{AcceptScheduledEvent, Edit};
use serde::Deserialize;

use super::{event_id, time};
use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::read;
use crate::huawei::faults::Row;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    /// Absent or empty: now.
    not_before: Option<String>,
}

pub(super) fn decode(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let body: &[u8] = call.request.body;
    let Body { not_before } = if body.is_empty() { Body::default() } else { read(body)? };
    let asked = not_before.filter(|text| !text.is_empty());
    let not_before = asked.map(|text| time("not_before", &text)).transpose()?;
    let accept = AcceptScheduledEvent { event: event_id(id)?, not_before };
    Ok(call.edit_quietly(Edit::AcceptScheduledEvent(accept), 200))
}
