//! `POST …/batchaction/attachvolumes/{volume_id}`: one shareable disk into many servers.

use std::collections::{BTreeMap, BTreeSet};

use regiment_core::command::TargetRef;
use regiment_core::model::{FaultKind, VolumeId};
use regiment_core::ops::{AttachVolume, Operation};
use serde::Deserialize;

use super::{device, never_loose};
use crate::Action;
use crate::huawei::body::{read, target, words};
use crate::huawei::faults::{Row, TOO_MANY_IN_BATCH};
use crate::huawei::limits::DISK_SERVERS_MAX;
use crate::huawei::{Call, ids};

#[derive(Deserialize)]
struct Body {
    serverinfo: Vec<Place>,
}

#[derive(Deserialize)]
struct Place {
    server_id: String,
    device: Option<String>,
}

pub(super) fn decode(call: &Call<'_>, volume: &str) -> Result<Action, Row> {
    let Body { serverinfo } = read(call.request.body)?;
    let volume = VolumeId(ids::wide("volume_id", volume)?);
    let (mut targets, mut seen, mut places) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
    for Place { server_id, device: asked } in serverinfo {
        let target = target(&server_id);
        let asked = device(asked)?;
        if !seen.insert(words(&target)) {
            continue;
        }
        if let TargetRef::Server(id) = target {
            places.insert(id, asked);
        }
        targets.push(target);
    }
    match targets.len() {
        0 => return Err(Row::invalid("serverinfo must name at least one server.")),
        1..=DISK_SERVERS_MAX => {}
        _ => return Err(TOO_MANY_IN_BATCH),
    }
    let order = call.order_job(
        Operation::AttachVolume(AttachVolume { volumes: vec![volume], places }),
        targets,
    );
    let (reply, project) = (call.reply, call.caller.project);
    Ok(Action::consult(move |view| {
        let row = never_loose(view, project, volume).or_else(|| {
            let disk = view.world.disk(project, volume)?;
            (!disk.shareable).then(|| Row::of(&FaultKind::VolumeNotShareable.into()))
        });
        row.map_or(order, |row| Action::Answer(reply.refuse(&row)))
    }))
}
