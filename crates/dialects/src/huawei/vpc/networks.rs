//! `GET /v2.0/networks[/{network_id}]`: each of this cloud's subnets is a network to OpenStack.

use regiment_core::model::Subnet;
use serde_json::{Value, json};

use crate::huawei::{ids, times};

pub(super) fn show(subnet: &Subnet) -> Value {
    let (at, project) = (times::seconds(subnet.created_at), subnet.project.plain());
    json!({
        "id": subnet.id.to_string(),
        "name": subnet.name,
        "admin_state_up": true,
        "status": "ACTIVE",
        "shared": false,
        "subnets": [ids::neutron_subnet(subnet.id).to_string()],
        "router:external": false,
        "provider:network_type": "vxlan",
        "port_security_enabled": true,
        "availability_zone_hints": [],
        "availability_zones": [],
        "dns_domain": "",
        "tenant_id": project,
        "project_id": project,
        "created_at": at,
        "updated_at": at,
    })
}
