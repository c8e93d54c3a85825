//! `PUT …/{server_id}/os-interface/{port_id}`: whether the interface goes with its server.

use regiment_core::edits::{Edit, KeepNic};
use regiment_core::model::PortId;
use regiment_core::ops::Operation;
use serde::Deserialize;

use super::{refused, server_id};
use crate::Action;
use crate::huawei::body::{Flag, read};
use crate::huawei::faults::Row;
use crate::huawei::{Call, ids};

#[derive(Deserialize)]
struct Body {
    interface_attachment: Attachment,
}

/// What else the vendor's type has is what was read, sent back.
#[derive(Deserialize)]
struct Attachment {
    delete_on_termination: Flag,
}

pub(super) fn decode(call: &Call<'_>, id: &str, port: &str) -> Result<Action, Row> {
    let Body { interface_attachment: Attachment { delete_on_termination } } =
        read(call.request.body)?;
    let (server, id) = (server_id(id)?, id.to_owned());
    let port = PortId(ids::wide("port id", port)?);
    let keep = KeepNic { server, port, delete_with_server: delete_on_termination.0 };
    let reply = call.reply;
    let command = call.command(Operation::Edit(Box::new(Edit::KeepNic(keep))), Vec::new());
    Ok(Action::order(command, move |receipt, _| match receipt {
        Ok(_) => reply.empty(204),
        Err(fault) => reply.refuse(&refused(&id, fault)),
    }))
}
