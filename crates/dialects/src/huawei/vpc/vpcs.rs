//! `GET /v1/{project_id}/vpcs[/{vpc_id}]`, `GET /v3/{project_id}/vpc/vpcs[/{vpc_id}]`

use regiment_core::model::Vpc;
use regiment_core::world::World;
use serde_json::{Value, json};

use super::page::Style;
use crate::huawei::times;

pub(super) fn show(world: &World, vpc: &Vpc, style: Style) -> Value {
    let at = times::plain(vpc.created_at);
    let mut shown = json!({
        "id": vpc.id.to_string(),
        "name": vpc.name,
        "description": vpc.description,
        "cidr": vpc.cidr.to_string(),
        "enterprise_project_id": "0",
        "created_at": at,
        "updated_at": at,
    });
    if style == Style::V3 {
        let subnets = world.subnets(vpc.project).filter(|subnet| subnet.vpc == vpc.id).count();
        shown["project_id"] = vpc.project.plain().into();
        shown["status"] = "ACTIVE".into();
        shown["extend_cidrs"] = json!([]);
        shown["tags"] = json!([]);
        shown["cloud_resources"] = json!([
            {"resource_type": "routetable", "resource_count": 1},
            {"resource_type": "virsubnet", "resource_count": subnets},
        ]);
    } else {
        shown["tenant_id"] = vpc.project.plain().into();
        shown["status"] = "OK".into();
        shown["routes"] = json!([]);
    }
    shown
}
