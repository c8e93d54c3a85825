//! `POST …/{server_id}/os-interface/{port_id}/change-network-interface`: another address, perhaps in
//! another subnet.

use std::net::Ipv4Addr;

use regiment_core::edits::{ChangeAddress, Edit};
use regiment_core::model::{NetworkId, PortId};
use regiment_core::ops::Operation;
use serde::{Deserialize, Serialize};

use super::{refused, server_id};
use crate::Action;
use crate::huawei::body::read;
use crate::huawei::faults::Row;
use crate::huawei::fields::said;
use crate::huawei::{Call, ids};

#[derive(Deserialize)]
struct Body {
    subnet_id: Option<String>,
    ip_address: Option<String>,
    ipv6_address: Option<String>,
}

#[derive(Serialize)]
struct Changed {
    id: String,
    ip_address: Ipv4Addr,
    subnet_id: String,
}

pub(super) fn decode(call: &Call<'_>, id: &str, port: &str) -> Result<Action, Row> {
    let Body { subnet_id, ip_address, ipv6_address } = read(call.request.body)?;
    if said(ipv6_address).is_some() {
        return Err(Row::invalid("the subnet has no IPv6 addresses."));
    }
    let subnet = said(subnet_id).map(|id| ids::wide("subnet_id", &id)).transpose()?;
    let address = said(ip_address).map(|text| ids::address(&text)).transpose()?;
    if subnet.is_none() && address.is_none() {
        return Err(Row::invalid("a subnet_id or an ip_address is needed."));
    }
    let (server, port) = (server_id(id)?, PortId(ids::wide("port id", port)?));
    let change = ChangeAddress { server, port, subnet: subnet.map(NetworkId), address };
    let command = call.command(Operation::Edit(Box::new(Edit::ChangeAddress(change))), Vec::new());
    let (reply, id) = (call.reply, id.to_owned());
    Ok(Action::order(command, move |receipt, view| {
        if let Err(fault) = receipt {
            return reply.refuse(&refused(&id, fault));
        }
        let now = view.world.server(server);
        let nic = now.and_then(|now| now.details.nics.iter().find(|nic| nic.port == port));
        // It may have gone in the same moment.
        let Some(nic) = nic else { return reply.empty(200) };
        reply.json(
            200,
            &Changed {
                id: port.to_string(),
                ip_address: nic.address,
                subnet_id: nic.subnet.map(|id| id.to_string()).unwrap_or_default(),
            },
        )
    }))
}
