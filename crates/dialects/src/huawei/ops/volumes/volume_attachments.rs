//! `GET …/cloudservers/{server_id}/os-volume_attachments`

use regiment_core::model::{ServerId, VolumeId};
use serde::Serialize;

use super::look_at;
use crate::Action;
use crate::huawei::Call;

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "volumeAttachments")]
    attachments: Vec<Attachment<'a>>,
}

#[derive(Serialize)]
struct Attachment<'a> {
    id: VolumeId,
    #[serde(rename = "volumeId")]
    volume: VolumeId,
    #[serde(rename = "serverId")]
    server: ServerId,
    device: &'a str,
}

pub(super) fn decode(call: &Call<'_>, server: &str) -> Action {
    let reply = call.reply;
    look_at(call, server, move |server| {
        let volumes = server.details.volumes.iter();
        let attachments = volumes
            .map(|volume| Attachment {
                id: volume.id,
                volume: volume.id,
                server: server.id,
                device: &volume.device,
            })
            .collect();
        Ok(reply.json(200, &Body { attachments }))
    })
}
