//! `POST …/batchaction/detachvolumes/{volume_id}`: one disk out of many servers.

use regiment_core::model::VolumeId;
use regiment_core::ops::{DetachVolume, Operation};
use serde::Deserialize;

use crate::Action;
use crate::huawei::batch::bounded;
use crate::huawei::body::{Targets, read, target};
use crate::huawei::faults::Row;
use crate::huawei::limits::DISK_SERVERS_MAX;
use crate::huawei::{Call, ids};

#[derive(Deserialize)]
struct Body {
    serverinfo: Vec<Named>,
}

/// The definition has ids here, and the operation that attaches has objects.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Id(String),
    Object { server_id: String },
}

pub(super) fn decode(call: &Call<'_>, volume: &str) -> Result<Action, Row> {
    let Body { serverinfo } = read(call.request.body)?;
    let volume = VolumeId(ids::wide("volume_id", volume)?);
    let mut targets = Vec::new();
    for named in serverinfo {
        let (Named::Id(id) | Named::Object { server_id: id }) = named;
        let target = target(&id);
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    let targets = bounded(Targets(targets), DISK_SERVERS_MAX)?;
    Ok(call.order_job(Operation::DetachVolume(DetachVolume { volumes: vec![volume] }), targets))
}
