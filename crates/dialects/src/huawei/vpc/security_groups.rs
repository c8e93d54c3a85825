//! `GET /v1/{project_id}/security-groups[/{id}]`, `GET /v3/{project_id}/vpc/security-groups[/{id}]`,
//! `GET /v2.0/security-groups[/{id}]`

use regiment_core::model::{Direction, Remote, Rule, SecurityGroup};
use serde_json::{Value, json};

use super::page::Style;
use crate::huawei::times;

pub(super) fn show(group: &SecurityGroup, style: Style) -> Value {
    let at = times::plain(group.created_at);
    let rules: Vec<Value> = group.rules.iter().map(|one| rule(group, one, style)).collect();
    let mut shown = json!({
        "id": group.id.to_string(),
        "name": group.name,
        "description": group.description,
        "security_group_rules": rules,
    });
    match style {
        Style::V1 => shown["enterprise_project_id"] = "0".into(),
        Style::V3 => {
            shown["enterprise_project_id"] = "0".into();
            shown["project_id"] = group.project.plain().into();
            shown["tags"] = json!([]);
            (shown["created_at"], shown["updated_at"]) = (at.clone().into(), at.into());
        }
        Style::Neutron => {
            let at = times::seconds(group.created_at);
            shown["project_id"] = group.project.plain().into();
            shown["tenant_id"] = group.project.plain().into();
            (shown["created_at"], shown["updated_at"]) = (at.clone().into(), at.into());
        }
    }
    shown
}

fn rule(group: &SecurityGroup, rule: &Rule, style: Style) -> Value {
    let direction = match rule.direction {
        Direction::In => "ingress",
        Direction::Out => "egress",
    };
    let (range, remote) = match &rule.remote {
        Remote::Anyone => (None, None),
        Remote::Range(cidr) => (Some(cidr.to_string()), None),
        Remote::Group(id) => (None, Some(id.to_string())),
    };
    let mut shown = json!({
        "id": rule.id.to_string(),
        "description": "",
        "security_group_id": group.id.to_string(),
        "direction": direction,
        "ethertype": format!("IPv{}", rule.version),
        "protocol": rule.protocol,
        "remote_ip_prefix": range,
        "remote_group_id": remote,
    });
    if style == Style::V3 {
        let at = times::plain(group.created_at);
        shown["multiport"] = rule.ports.map(ports).into();
        shown["action"] = "allow".into();
        shown["priority"] = 1.into();
        shown["enabled"] = true.into();
        shown["project_id"] = group.project.plain().into();
        (shown["created_at"], shown["updated_at"]) = (at.clone().into(), at.into());
    } else {
        shown["port_range_min"] = rule.ports.map(|(from, _)| from).into();
        shown["port_range_max"] = rule.ports.map(|(_, to)| to).into();
        shown["tenant_id"] = group.project.plain().into();
    }
    shown
}

/// `22` or `8000-8080`.
fn ports((from, to): (u16, u16)) -> String {
    if from == to { from.to_string() } else { format!("{from}-{to}") }
}
