//! `GET /v1/{project_id}/ports[/{port_id}]`, `GET /v2.0/ports[/{port_id}]`: the interfaces of servers, and
//! those that no server has.

use regiment_core::model::{Interface, NetworkId, Nic, ProjectId, Server};
use regiment_core::world::World;
use serde_json::{Value, json};

use super::page::Style;
use crate::huawei::detail::{self, mac_text};
use crate::huawei::ops::nics::list_interfaces::{FixedAddress, port_state};

/// One that no server has.
pub(super) fn show_free(interface: &Interface, world: &World, style: Style) -> Value {
    let nic = &interface.nic;
    let groups = match nic.security_groups.as_slice() {
        [] => vec![detail::default_group(interface.project, world).to_string()],
        own => own.iter().map(NetworkId::to_string).collect(),
    };
    let holder = Holder {
        project: interface.project,
        name: &interface.name,
        device: String::new(),
        owner: String::new(),
        zone: "",
        state: "DOWN",
        groups,
        primary: false,
    };
    render(&holder, nic, style)
}

pub(super) fn show(server: &Server, nic: &Nic, world: &World, style: Style) -> Value {
    let name = world.interface(server.project, nic.port).map_or("", |one| &one.name);
    let holder = Holder {
        project: server.project,
        name,
        device: server.id.to_string(),
        owner: format!("compute:{}", server.details.zone),
        zone: &server.details.zone,
        state: port_state(server),
        groups: groups(server, nic, world),
        primary: is_primary(server, nic),
    };
    render(&holder, nic, style)
}

/// What has an interface, as far as the interface tells of it.
struct Holder<'a> {
    project: ProjectId,
    name: &'a str,
    device: String,
    owner: String,
    zone: &'a str,
    state: &'static str,
    groups: Vec<String>,
    primary: bool,
}

fn render(holder: &Holder<'_>, nic: &Nic, style: Style) -> Value {
    let mac = mac_text(nic.mac);
    let shared = |address| json!({"ip_address": address, "mac_address": mac});
    let pairs: Vec<Value> = nic.virtual_addresses.iter().map(shared).collect();
    let project = holder.project.plain();
    let mut shown = json!({
        "id": nic.port.to_string(),
        "name": holder.name,
        "network_id": nic.subnet.map(|id| id.to_string()).unwrap_or_default(),
        "admin_state_up": true,
        "mac_address": mac,
        "fixed_ips": [FixedAddress::of(nic)],
        "device_id": holder.device,
        "device_owner": holder.owner,
        "tenant_id": project,
        "status": holder.state,
        "security_groups": holder.groups,
        "allowed_address_pairs": pairs,
        "extra_dhcp_opts": [],
        "binding:vnic_type": "normal",
        "binding:vif_details": {"primary_interface": holder.primary},
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
        shown["zone_id"] = holder.zone.into();
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
