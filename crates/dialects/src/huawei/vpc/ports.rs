//! `GET /v1/{project_id}/ports[/{port_id}]`, `GET /v2.0/ports[/{port_id}]`: the interfaces of servers.

use regiment_core::model::{NetworkId, Nic, Server};
use regiment_core::world::World;
use serde_json::{Value, json};

use super::page::Style;
use crate::huawei::detail::{self, mac_text};
use crate::huawei::ops::nics::list_interfaces::{FixedAddress, port_state};

pub(super) fn show(server: &Server, nic: &Nic, world: &World, style: Style) -> Value {
    let details = &server.details;
    let mac = mac_text(nic.mac);
    let shared = |address| json!({"ip_address": address, "mac_address": mac});
    let pairs: Vec<Value> = nic.virtual_addresses.iter().map(shared).collect();
    let project = server.project.plain();
    let mut shown = json!({
        "id": nic.port.to_string(),
        "name": "",
        "network_id": nic.subnet.map(|id| id.to_string()).unwrap_or_default(),
        "admin_state_up": true,
        "mac_address": mac,
        "fixed_ips": [FixedAddress::of(nic)],
        "device_id": server.id.to_string(),
        "device_owner": format!("compute:{}", details.zone),
        "tenant_id": project,
        "status": port_state(server),
        "security_groups": groups(server, nic, world),
        "allowed_address_pairs": pairs,
        "extra_dhcp_opts": [],
        "binding:vnic_type": "normal",
        "binding:vif_details": {"primary_interface": is_primary(server, nic)},
        "binding:profile": {},
        "dns_assignment": [],
        "dns_name": "",
        "port_security_enabled": true,
    });
    if style == Style::Neutron {
        shown["project_id"] = project.into();
    } else {
        shown["instance_id"] = "".into();
        shown["instance_type"] = "".into();
        shown["zone_id"] = (*details.zone).into();
        shown["enable_efi"] = false.into();
    }
    shown
}

fn is_primary(server: &Server, nic: &Nic) -> bool {
    server.details.nics.first().is_some_and(|first| first.port == nic.port)
}

/// An interface's own groups, else its server's.
fn groups(server: &Server, nic: &Nic, world: &World) -> Vec<String> {
    let words = |groups: &[NetworkId]| groups.iter().map(NetworkId::to_string).collect();
    match (nic.security_groups.as_slice(), server.details.security_groups.as_slice()) {
        ([], []) => vec![detail::default_group(server.project, world).to_string()],
        ([], of_server) => words(of_server),
        (own, _) => words(own),
    }
}
