//! `PUT …/cloudservers/{server_id}/block_device/{volume_id}`

use regiment_core::edits::{BindVolume, Edit};
use regiment_core::model::{FaultKind, ServerId, VolumeId};
use serde::Deserialize;

use super::no_such_volume;
use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::{Flag, read};
use crate::huawei::faults::{Row, no_such_server};

#[derive(Deserialize)]
struct Body {
    block_device: Options,
}

#[derive(Deserialize)]
struct Options {
    delete_on_termination: Flag,
}

pub(super) fn decode(call: &Call<'_>, server: &str, volume: &str) -> Result<Action, Row> {
    let Body { block_device: Options { delete_on_termination } } = read(call.request.body)?;
    let id = ServerId::parse_dashed(server).ok_or_else(|| no_such_server(server))?;
    let disk = VolumeId::parse_dashed(volume).ok_or_else(|| no_such_volume(volume))?;
    let edit = BindVolume { server: id, volume: disk, delete_with_server: delete_on_termination.0 };
    let command = call.command(Edit::BindVolume(edit).into(), Vec::new());
    let reply = call.reply;
    Ok(Action::order(command, move |receipt, _| match receipt {
        Ok(_) => reply.empty(200),
        Err(fault) if fault.kind == FaultKind::ServerNotFound => {
            reply.refuse(&no_such_server(&id.to_string()))
        }
        Err(fault) if fault.kind == FaultKind::VolumeNotAttached => {
            reply.refuse(&no_such_volume(&disk.to_string()))
        }
        Err(fault) => reply.refuse(&Row::of(fault)),
    }))
}
