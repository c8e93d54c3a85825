//! `POST /v1.0/servers/{server_id}/action`: has the server watched by the monitoring service, which is
//! not here. Its path names no project.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::read;
use crate::huawei::faults::Row;

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "monitorMetrics")]
    metrics: IgnoredAny,
}

pub(super) fn decode(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let Body { metrics: IgnoredAny } = read(call.request.body)?;
    let reply = call.reply;
    Ok(call.look_at(id, move |_, _| reply.empty(200)))
}
