//! `GET …/{server_id}/os-interface`

use std::net::Ipv4Addr;

use regiment_core::model::{NetworkId, Nic, Power, Server};
use serde::Serialize;

use super::server;
use crate::Action;
use crate::huawei::detail::mac_text;
use crate::huawei::limits::NICS_MAX;
use crate::huawei::{Call, ids};

#[derive(Serialize)]
struct Body {
    #[serde(rename = "attachableQuantity")]
    attachable: Attachable,
    #[serde(rename = "interfaceAttachments")]
    interfaces: Vec<Interface>,
}

#[derive(Serialize)]
struct Attachable {
    free_nic: usize,
}

/// What the vendor leaves null for interfaces like ours is null.
#[derive(Serialize)]
pub(super) struct Interface {
    delete_on_termination: bool,
    driver_mode: (),
    fixed_ips: [FixedAddress; 1],
    mac_addr: String,
    min_rate: (),
    multiqueue_num: (),
    net_id: String,
    port_id: String,
    port_state: &'static str,
}

#[derive(Serialize)]
pub(in crate::huawei) struct FixedAddress {
    pub ip_address: Ipv4Addr,
    pub subnet_id: String,
}

impl Interface {
    pub(super) fn new(server: &Server, nic: &Nic) -> Interface {
        Interface {
            delete_on_termination: nic.delete_with_server,
            driver_mode: (),
            fixed_ips: [FixedAddress::of(nic)],
            mac_addr: mac_text(nic.mac),
            min_rate: (),
            multiqueue_num: (),
            net_id: nic.subnet.map(|id| id.to_string()).unwrap_or_default(),
            port_id: nic.port.to_string(),
            port_state: port_state(server),
        }
    }
}

impl FixedAddress {
    pub fn of(nic: &Nic) -> FixedAddress {
        let subnet_id = nic.subnet.map(neutron_subnet).unwrap_or_default();
        FixedAddress { ip_address: nic.address, subnet_id }
    }
}

/// What this cloud calls a subnet is a network to its OpenStack half, with one subnet in it that
/// has an id of its own.
pub(in crate::huawei) fn neutron_subnet(subnet: NetworkId) -> String {
    ids::neutron_subnet(subnet).to_string()
}

/// An interface is up while its server is.
pub(in crate::huawei) const fn port_state(server: &Server) -> &'static str {
    match server.power {
        Power::Running => "ACTIVE",
        Power::Stopped => "DOWN",
    }
}

/// How many more interfaces a server takes.
pub(super) fn free_nics(server: &Server) -> usize {
    NICS_MAX.saturating_sub(server.details.nics.len())
}

pub(super) fn decode(call: &Call<'_>, id: &str) -> Action {
    let (reply, project, id) = (call.reply, call.caller.project, id.to_owned());
    Action::look(move |view| match server(view, project, &id) {
        Ok(server) => {
            let nics = server.details.nics.iter();
            let interfaces = nics.map(|nic| Interface::new(server, nic)).collect();
            let attachable = Attachable { free_nic: free_nics(server) };
            reply.json(200, &Body { attachable, interfaces })
        }
        Err(row) => reply.refuse(&row),
    })
}
