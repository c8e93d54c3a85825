//! The networks around servers, as clients look at them before and after they order one: the VPC
//! service's v1 and v3, and OpenStack's own v2.0.
//!
//! Deliberately absent: making and changing networks, routes, addresses of the outside, quotas. The
//! networks are those that a plane begins with; ports are the interfaces of servers and
//! those that no server has.

mod networks;
mod page;
mod ports;
mod security_groups;
mod subnets;
mod vpcs;

use std::borrow::Cow;

use regiment_core::model::ProjectId;
use regiment_core::view::View;
use serde_json::Value;

use self::page::Style;
use super::Call;
use super::faults::Row;
use super::filter::Query;
use crate::{Action, Answer};

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Vpcs,
    /// To OpenStack each subnet is a network.
    Networks,
    Subnets,
    Ports,
    SecurityGroups,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route<'a> {
    kind: Kind,
    style: Style,
    /// Absent: a list.
    id: Option<Cow<'a, str>>,
}

/// The operation of a method and the parts of a path, and the place of the project among them.
pub(super) fn find<'a>(
    method: &str,
    parts: &[Cow<'a, str>],
) -> Option<(Route<'a>, Option<Cow<'a, str>>)> {
    let words: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    let (style, kind, at) = match (method, words.as_slice()) {
        ("GET", ["v1", _, "vpcs"] | ["v1", _, "vpcs", _]) => (Style::V1, Kind::Vpcs, 3),
        ("GET", ["v1", _, "subnets"] | ["v1", _, "subnets", _]) => (Style::V1, Kind::Subnets, 3),
        ("GET", ["v1", _, "ports"] | ["v1", _, "ports", _]) => (Style::V1, Kind::Ports, 3),
        ("GET", ["v1", _, "security-groups"] | ["v1", _, "security-groups", _]) => {
            (Style::V1, Kind::SecurityGroups, 3)
        }
        ("GET", ["v3", _, "vpc", "vpcs"] | ["v3", _, "vpc", "vpcs", _]) => {
            (Style::V3, Kind::Vpcs, 4)
        }
        ("GET", ["v3", _, "vpc", "security-groups"] | ["v3", _, "vpc", "security-groups", _]) => {
            (Style::V3, Kind::SecurityGroups, 4)
        }
        ("GET", ["v2.0", rest, ..]) if words.len() <= 3 => {
            let kind = match *rest {
                "networks" => Kind::Networks,
                "subnets" => Kind::Subnets,
                "ports" => Kind::Ports,
                "security-groups" => Kind::SecurityGroups,
                _ => return None,
            };
            (Style::Neutron, kind, 2)
        }
        _ => return None,
    };
    let project = (style != Style::Neutron).then(|| parts[1].clone());
    Some((Route { kind, style, id: parts.get(at).cloned() }, project))
}

pub(super) fn decode(call: &Call<'_>, route: Route<'_>) -> Result<Action, Row> {
    let Route { kind, style, id } = route;
    let query = Query::of(call.request);
    let (reply, project) = (call.reply, call.caller.project);
    let Some(id) = id else {
        let page = page::Page::of(&query, kind, style)?;
        return Ok(Action::look(move |view| {
            let all = things(view, project, kind, style);
            page.answer(reply, all)
        }));
    };
    let id = id.into_owned();
    Ok(Action::look(move |view| {
        let found = things(view, project, kind, style).find(|thing| thing["id"] == *id);
        match found {
            Some(thing) => page::one(reply, kind, style, thing),
            None => missing(reply, kind, style, &id),
        }
    }))
}

/// Everything of a kind, as its clients see it.
fn things<'v>(
    view: &'v View<'_>,
    project: ProjectId,
    kind: Kind,
    style: Style,
) -> Box<dyn Iterator<Item = Value> + 'v> {
    let world = view.world;
    match kind {
        Kind::Vpcs => Box::new(world.vpcs(project).map(move |vpc| vpcs::show(world, vpc, style))),
        Kind::Networks => Box::new(world.subnets(project).map(networks::show)),
        Kind::Subnets => {
            Box::new(world.subnets(project).map(move |subnet| subnets::show(world, subnet, style)))
        }
        Kind::Ports => Box::new(
            world
                .servers_of(project)
                // Deleted servers that can still be taken back keep theirs.
                .chain(world.recycled_of(project))
                .flat_map(|server| server.details.nics.iter().map(move |nic| (server, nic)))
                .map(move |(server, nic)| ports::show(server, nic, world, style))
                .chain(
                    world
                        .free_interfaces(project)
                        .map(move |one| ports::show_free(one, world, style)),
                ),
        ),
        Kind::SecurityGroups => Box::new(
            world.security_groups(project).map(move |group| security_groups::show(group, style)),
        ),
    }
}

fn missing(reply: super::answer::Reply, kind: Kind, style: Style, id: &str) -> Answer {
    let (word, named) = match kind {
        Kind::Vpcs => ("vpc", "Vpc"),
        Kind::Networks => ("network", "Network"),
        Kind::Subnets => ("subnet", "Subnet"),
        Kind::Ports => ("port", "Port"),
        Kind::SecurityGroups => ("security group", "SecurityGroup"),
    };
    let shown: String = id.chars().take(64).collect();
    if style == Style::Neutron {
        let body = serde_json::json!({"NeutronError": {
            "type": format!("{named}NotFound"),
            "message": format!("{named} {shown} could not be found."),
            "detail": "",
        }});
        return reply.json(404, &body);
    }
    let code = match kind {
        Kind::Vpcs => "VPC.0100",
        Kind::Networks | Kind::Subnets => "VPC.0202",
        Kind::Ports => "VPC.0301",
        Kind::SecurityGroups => "VPC.0602",
    };
    let row = Row::new(code, 404, "").saying(format!("The {word} {shown} could not be found."));
    if style == Style::V3 {
        let body = serde_json::json!({
            "request_id": reply.request.plain(), "error_code": row.code, "error_msg": row.message,
        });
        return reply.json(404, &body).with_code(row.code);
    }
    reply.refuse_query(&row)
}
