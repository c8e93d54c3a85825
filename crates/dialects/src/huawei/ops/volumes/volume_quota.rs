//! `GET …/cloudservers/{server_id}/appendvolumequota`

use serde::Serialize;

use super::block_devices::room;
use super::look_at;
use crate::Action;
use crate::huawei::Call;

#[derive(Serialize)]
struct Body {
    free_scsi: usize,
    free_blk: usize,
    count: usize,
}

pub(super) fn decode(call: &Call<'_>, server: &str) -> Action {
    let reply = call.reply;
    look_at(call, server, move |server| {
        let free = room(server);
        Ok(reply.json(200, &Body { free_scsi: free, free_blk: free, count: free }))
    })
}
