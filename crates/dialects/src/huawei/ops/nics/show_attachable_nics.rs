//! `GET …/{server_id}/os-interface_extension`

use serde::Serialize;

use super::list_interfaces::{Interface, free_nics};
use super::server;
use crate::Action;
use crate::huawei::Call;
use crate::huawei::limits::DATA_VOLUMES_MAX;

#[derive(Serialize)]
struct Body {
    #[serde(rename = "attachableQuantity")]
    attachable: Attachable,
    #[serde(rename = "interfaceAttachments")]
    interfaces: Vec<Extended>,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "as the answer names them")]
struct Attachable {
    free_efi_nic: usize,
    free_scsi: usize,
    free_blk: usize,
    free_disk: usize,
    free_nic: usize,
}

#[derive(Serialize)]
struct Extended {
    /// A port goes with its interface.
    preserve_on_delete: bool,
    #[serde(flatten)]
    interface: Interface,
}

/// Disks a server may have in all, and by the one way and the other of plugging them in.
const DISKS_MAX: usize = DATA_VOLUMES_MAX + 1;
const SCSI_MAX: usize = 60;

pub(super) fn decode(call: &Call<'_>, id: &str) -> Action {
    let (reply, project, id) = (call.reply, call.caller.project, id.to_owned());
    Action::look(move |view| match server(view, project, &id) {
        Ok(server) => {
            let disks = server.details.volumes.len();
            let attachable = Attachable {
                free_efi_nic: 0,
                free_scsi: SCSI_MAX.saturating_sub(disks),
                free_blk: DISKS_MAX.saturating_sub(disks),
                free_disk: DISKS_MAX.saturating_sub(disks),
                free_nic: free_nics(server),
            };
            let extended = |nic| {
                let interface = Interface::new(server, nic);
                Extended { preserve_on_delete: false, interface }
            };
            let interfaces = server.details.nics.iter().map(extended).collect();
            reply.json(200, &Body { attachable, interfaces })
        }
        Err(row) => reply.refuse(&row),
    })
}
