//! `DELETE …/servers/{server_id}`

use regiment_core::ops::{Delete, Operation};

use crate::Action;
use crate::huawei::nova::NovaCall;

/// The disks that were to outlive the server do, and so does its public address.
pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>, id: &str) -> Action {
    let errand = call.errand(id, "delete");
    let delete = Operation::Delete(Delete::new(false, false));
    let (command, reply) = (call.command(delete, &errand), call.reply);
    call.order(command, errand, move |_| reply.empty(204))
}
