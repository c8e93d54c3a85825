//! `GET …/cloudservers/{server_id}/block_device` and `…/block_device/{volume_id}`

use regiment_core::model::{Server, ServerId, Volume, VolumeId};
use serde::Serialize;

use super::{look_at, no_such_volume};
use crate::Action;
use crate::huawei::Call;
use crate::huawei::limits::VOLUMES_MAX;

#[derive(Serialize)]
struct Listed<'a> {
    #[serde(rename = "attachableQuantity")]
    room: Room,
    #[serde(rename = "volumeAttachments")]
    devices: Vec<BlockDevice<'a>>,
}

/// How many more disks the server can have. All are on one bus, so each kind has the whole room.
#[derive(Serialize)]
struct Room {
    #[serde(rename = "free_scsi")]
    scsi: usize,
    #[serde(rename = "free_blk")]
    blk: usize,
    #[serde(rename = "free_disk")]
    disk: usize,
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(rename = "volumeAttachment")]
    device: BlockDevice<'a>,
}

#[derive(Serialize)]
struct BlockDevice<'a> {
    id: VolumeId,
    #[serde(rename = "serverId")]
    server: ServerId,
    #[serde(rename = "volumeId")]
    volume: VolumeId,
    device: &'a str,
    #[serde(rename = "pciAddress")]
    pci_address: String,
    bus: &'static str,
    size: u32,
    #[serde(rename = "bootIndex")]
    boot_index: usize,
}

impl<'a> BlockDevice<'a> {
    fn new(server: &Server, boot_index: usize, volume: &'a Volume) -> BlockDevice<'a> {
        let letter = volume.device.bytes().next_back().unwrap_or(b'a');
        BlockDevice {
            id: volume.id,
            server: server.id,
            volume: volume.id,
            device: &volume.device,
            // The slot that the guest sees goes with the letter.
            pci_address: format!("0000:02:{:02x}.0", letter.saturating_sub(b'a') + 1),
            bus: "virtio",
            size: volume.size_gib,
            boot_index,
        }
    }
}

/// How many more disks a server can have.
pub(super) fn room(server: &Server) -> usize {
    VOLUMES_MAX.saturating_sub(server.details.volumes.len())
}

pub(super) fn decode_list(call: &Call<'_>, server: &str) -> Action {
    let reply = call.reply;
    look_at(call, server, move |server| {
        let free = room(server);
        let volumes = server.details.volumes.iter().enumerate();
        let devices = volumes.map(|(at, volume)| BlockDevice::new(server, at, volume)).collect();
        let room = Room { scsi: free, blk: free, disk: free };
        Ok(reply.json(200, &Listed { room, devices }))
    })
}

pub(super) fn decode_show(call: &Call<'_>, server: &str, volume: &str) -> Action {
    let (reply, words, id) = (call.reply, volume.to_owned(), VolumeId::parse_dashed(volume));
    look_at(call, server, move |server| {
        let mut volumes = server.details.volumes.iter().enumerate();
        let (at, volume) = volumes
            .find(|(_, volume)| Some(volume.id) == id)
            .ok_or_else(|| no_such_volume(&words))?;
        Ok(reply.json(200, &Shown { device: BlockDevice::new(server, at, volume) }))
    })
}
