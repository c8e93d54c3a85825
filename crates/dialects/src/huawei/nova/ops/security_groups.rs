//! The security groups of a server: `GET …/servers/{server_id}/os-security-groups`, and the actions
//! `addSecurityGroup` and `removeSecurityGroup`.

use regiment_core::edits::{ChangeSecurityGroup, Edit};
use regiment_core::model::{Direction, FaultKind, NetworkId, Remote, Rule, Server};
use regiment_core::view::View;
use regiment_core::world::World;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Action;
use crate::huawei::detail;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::body::read;
use crate::huawei::nova::faults::Refusal;

#[derive(Deserialize)]
struct Body {
    #[serde(alias = "addSecurityGroup", alias = "removeSecurityGroup")]
    group: Named,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

pub(in crate::huawei::nova) fn list(call: &NovaCall<'_>, id: &str) -> Action {
    let reply = call.reply;
    call.look(call.errand(id, "show"), move |server, view| {
        let groups = detail::group_ids(server, view.world);
        let shown = groups.iter().map(|id| show(server, *id, view.world)).collect::<Vec<_>>();
        reply.json(200, &json!({ "security_groups": shown }))
    })
}

/// Puts the server into a group, or takes it out.
pub(in crate::huawei::nova) fn change(
    call: &NovaCall<'_>,
    id: &str,
    member: bool,
) -> Result<Action, Refusal> {
    let Body { group: Named { name } } = read(call.call.request.body)?;
    let (reply, word) =
        (call.reply, if member { "add security group" } else { "remove security group" });
    let shown: String = name.chars().take(255).collect();
    let message = format!("Security group {shown} not associated with the instance {id}");
    let errand =
        call.errand(id, word).saying(FaultKind::NotInSecurityGroup, Refusal::new(404, message));
    let edit = move |server: &Server, view: &View<'_>| {
        Ok(Edit::ChangeSecurityGroup(ChangeSecurityGroup {
            server: server.id,
            group: named(server, &name, view.world)?,
            member,
            default: detail::default_group(server.project, view.world),
        }))
    };
    Ok(call.edit(errand, edit, move |_, _| reply.empty(202)))
}

/// The group of this name, or of this id.
fn named(server: &Server, name: &str, world: &World) -> Result<NetworkId, Refusal> {
    let mut of_name = world.security_groups(server.project).filter(|group| *group.name == *name);
    match (of_name.next(), of_name.next()) {
        (Some(group), None) => return Ok(group.id),
        (Some(_), Some(_)) => {
            let message = format!(
                "Multiple security_group matches found for name '{name}', use an ID to be more \
                 specific."
            );
            return Err(Refusal::new(409, message));
        }
        (None, _) => {}
    }
    let default = detail::default_group(server.project, world);
    if name == "default" {
        return Ok(default);
    }
    let known = |id: &NetworkId| {
        *id == default
            || world.security_group(server.project, *id).is_some()
            || detail::group_ids(server, world).contains(id)
    };
    NetworkId::parse_dashed(name)
        .filter(known)
        .ok_or_else(|| Refusal::missing("Security group", name))
}

/// A group whose rules are not kept here has none to show.
fn show(server: &Server, id: NetworkId, world: &World) -> Value {
    let group = world.security_group(server.project, id);
    let rules = group.into_iter().flat_map(|group| &group.rules);
    let shown = rules.filter(|rule| rule.direction == Direction::In);
    json!({
        "id": id.to_string(),
        "name": detail::group_name(server, id, world),
        "description": group.map_or("", |group| &group.description),
        "tenant_id": server.project.plain(),
        "rules": shown.map(|one| rule(id, one, server, world)).collect::<Vec<_>>(),
    })
}

fn rule(group: NetworkId, rule: &Rule, server: &Server, world: &World) -> Value {
    let (range, remote) = match &rule.remote {
        Remote::Anyone => {
            (json!({ "cidr": if rule.version == 6 { "::/0" } else { "0.0.0.0/0" } }), json!({}))
        }
        Remote::Range(cidr) => (json!({ "cidr": cidr.to_string() }), json!({})),
        Remote::Group(id) => {
            let name = detail::group_name(server, *id, world);
            (json!({}), json!({ "name": name, "tenant_id": server.project.plain() }))
        }
    };
    json!({
        "id": rule.id.to_string(),
        "parent_group_id": group.to_string(),
        "ip_protocol": rule.protocol,
        "from_port": rule.ports.map(|(from, _)| from),
        "to_port": rule.ports.map(|(_, to)| to),
        "ip_range": range,
        "group": remote,
    })
}
