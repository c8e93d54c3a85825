//! `PUT …/cloudservers/nics/{nic_id}`: an interface answers to a virtual address too, or, where the
//! address is empty, to no virtual one any more.

use regiment_core::edits::{Edit, ShareAddress};
use regiment_core::model::{Fault, FaultKind, NetworkId, PortId};
use regiment_core::ops::Operation;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::huawei::body::read;
use crate::huawei::faults::Row;
use crate::huawei::{Call, ids};

#[derive(Deserialize)]
struct Body {
    nic: Binding,
}

#[derive(Deserialize)]
struct Binding {
    subnet_id: String,
    ip_address: String,
}

#[derive(Serialize)]
struct Bound {
    port_id: String,
}

pub(super) fn decode(call: &Call<'_>, port: &str) -> Result<Action, Row> {
    let Body { nic: Binding { subnet_id, ip_address } } = read(call.request.body)?;
    let port = PortId(ids::wide("nic id", port)?);
    let bound = if ip_address.is_empty() {
        None
    } else {
        let subnet = NetworkId(ids::wide("subnet_id", &subnet_id)?);
        Some((subnet, ids::address(&ip_address)?))
    };
    let operation = move |server| {
        let address = bound.map(|(_, address)| address);
        Operation::Edit(Box::new(Edit::ShareAddress(ShareAddress { server, port, address })))
    };
    let (reply, project) = (call.reply, call.caller.project);
    let mut command = call.command(operation(regiment_core::model::ServerId(0)), Vec::new());
    Ok(Action::consult(move |view| {
        let Some((server, at)) = view.world.server_of_port(project, port) else {
            let fault = Fault::with(FaultKind::NicNotFound, port.to_string());
            return Action::Answer(reply.refuse(&Row::of(&fault)));
        };
        if let Some((subnet, _)) = bound
            && server.details.nics[at].subnet != Some(subnet)
        {
            let row = Row::new("Ecs.0014", 400, "The NIC is not in the subnet.");
            return Action::Answer(reply.refuse(&row));
        }
        command.operation = operation(server.id);
        Action::order(command, move |receipt, _| match receipt {
            Ok(_) => reply.json(200, &Bound { port_id: port.to_string() }),
            Err(fault) => reply.refuse(&Row::of(fault)),
        })
    }))
}
