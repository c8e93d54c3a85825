//! `GET /v1/{project_id}/subnets[/{subnet_id}]`, `GET /v2.0/subnets[/{subnet_id}]`

use std::net::Ipv4Addr;

use regiment_core::model::Subnet;
use regiment_core::world::World;
use serde_json::{Value, json};

use super::page::Style;
use crate::huawei::{ids, times};

pub(super) fn show(world: &World, subnet: &Subnet, style: Style) -> Value {
    let project = subnet.project.plain();
    let neutron = ids::neutron_subnet(subnet.id).to_string();
    let (first, last) = subnet.usable();
    if style == Style::Neutron {
        let at = times::seconds(subnet.created_at);
        let first = subnet.gateway.to_bits().max(first) + 1;
        return json!({
            "id": neutron,
            "name": subnet.name,
            "network_id": subnet.id.to_string(),
            "cidr": subnet.cidr.to_string(),
            "gateway_ip": subnet.gateway,
            "ip_version": 4,
            "enable_dhcp": true,
            "allocation_pools": [{"start": Ipv4Addr::from(first), "end": Ipv4Addr::from(last)}],
            "dns_nameservers": [],
            "host_routes": [],
            "ipv6_address_mode": null,
            "ipv6_ra_mode": null,
            "subnetpool_id": null,
            "tenant_id": project,
            "project_id": project,
            "created_at": at,
            "updated_at": at,
        });
    }
    let at = times::plain(subnet.created_at);
    json!({
        "id": subnet.id.to_string(),
        "name": subnet.name,
        "description": subnet.description,
        "cidr": subnet.cidr.to_string(),
        "gateway_ip": subnet.gateway,
        "ipv6_enable": false,
        "cidr_v6": null,
        "gateway_ip_v6": null,
        "dhcp_enable": true,
        "primary_dns": "",
        "secondary_dns": "",
        "dnsList": [],
        "extra_dhcp_opts": [],
        "availability_zone": "",
        "scope": "center",
        "vpc_id": subnet.vpc.to_string(),
        "status": "ACTIVE",
        "neutron_network_id": subnet.id.to_string(),
        "neutron_subnet_id": neutron,
        "tenant_id": project,
        "available_ip_address_count": world.addresses_free(subnet),
        "created_at": at,
        "updated_at": at,
    })
}
