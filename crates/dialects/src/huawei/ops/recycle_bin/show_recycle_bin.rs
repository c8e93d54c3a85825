//! `GET …/recycle-bin`

use serde::Serialize;

use crate::Action;
use crate::huawei::Call;

/// The definition has the bin under a key, the SDK reads it from the top: both find it.
#[derive(Serialize)]
struct Body {
    recycle_bin: Bin,
    #[serde(flatten)]
    again: Bin,
}

#[derive(Clone, Serialize)]
struct Bin {
    project_id: String,
    switch: &'static str,
    policy: Policy,
}

#[derive(Clone, Serialize)]
struct Policy {
    retention_hour: u32,
    recycle_threshold_day: u32,
}

pub(super) fn decode(call: &Call<'_>) -> Action {
    let (reply, project) = (call.reply, call.caller.project);
    Action::look(move |view| {
        let bin = view.world.project(project).map(|project| project.recycle_bin);
        let bin = bin.unwrap_or_default();
        let policy = Policy {
            retention_hour: bin.retention_hours,
            recycle_threshold_day: bin.threshold_days,
        };
        let switch = if bin.on { "on" } else { "off" };
        let recycle_bin = Bin { project_id: project.plain(), switch, policy };
        reply.json(200, &Body { again: recycle_bin.clone(), recycle_bin })
    })
}
