//! `SetSSLVpnDomain` and `DescribeSSLVpnDomain`: who comes into a network from single computers. Any VPN
//! gateway has such domains: gateways for them alone are sold at the console only.

use std::sync::Arc;

use regiment_core::edits::{Edit, GatewayChange};
use regiment_core::model::{AddressRange, Domain, DomainRule, Gateway, ProjectId, Way};
use regiment_core::world::World;
use serde::Serialize;

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::gateways::{self, VPN};
use crate::tencent_v2::ops::interfaces::{not_there, vpc};
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{names, task};

/// Pools, and rules, of one domain.
const PARTS_MAX: usize = 100;
const PROTOCOLS: [&str; 4] = ["all", "tcp", "udp", "icmp"];

/// The gateway a request means: the oldest of the network when it names none.
struct Named {
    network: String,
    gateway: Option<String>,
}

impl Named {
    fn read(fields: &Fields<'_>) -> Result<Named, Refusal> {
        let network = fields.need("vpcId")?.to_owned();
        Ok(Named { network, gateway: fields.text("sslVpnId").map(str::to_owned) })
    }

    fn find<'w>(&self, world: &'w World, project: ProjectId) -> Result<&'w Gateway, Refusal> {
        if let Some(named) = &self.gateway {
            return VPN.find_in(world, project, &self.network, named);
        }
        let vpc = vpc(world, project, &self.network)?;
        let own = world.gateways_of_sort(project, VPN.sort).filter(|one| one.vpc == Some(vpc.id));
        let first = own.min_by_key(|one| (one.created_at, one.id));
        first.ok_or_else(|| not_there(VPN.not_found, &format!("a VPN gateway of {}", self.network)))
    }
}

pub fn set(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let named = Named::read(&fields)?;
    let group = names::read(&fields, "groupId", gateways::NAME_CHARS_MAX)?.unwrap_or_default();
    let pools = fields.list("ipPool");
    let rules = fields.objects("acl");
    for (name, count) in [("ipPool", pools.len()), ("acl", rules.len())] {
        if count > PARTS_MAX {
            return Err(fields.bad(name, format!("must have at most {PARTS_MAX} values")));
        }
    }
    let bad = || fields.bad("ipPool", "must be addresses, two with a dash between them, or CIDRs");
    let pools = pools.into_iter().map(|text| gateways::range(text).ok_or_else(bad));
    let domain = Domain {
        group: group.into(),
        pools: pools.collect::<Result<_, _>>()?,
        rules: rules.iter().map(rule).collect::<Result<_, _>>()?,
    };
    Ok(gateways::task(call, VPN.faults, move |world, project| -> Result<Edit, Refusal> {
        Ok(gateways::changed(named.find(world, project)?, GatewayChange::Admit(domain)))
    }))
}

fn rule(fields: &Fields<'_>) -> Result<DomainRule, Refusal> {
    let protocol = fields.need("proto")?;
    if !PROTOCOLS.contains(&protocol) {
        return Err(fields.bad("proto", format!("must be one of {}", PROTOCOLS.join(", "))));
    }
    let action = fields.need_number("action", 0..=1)?;
    let port = fields.need("destinationPort")?;
    let numbers = port.split('-').all(|end| end.trim().parse::<u16>().is_ok());
    if port != "all" && !numbers {
        return Err(fields.bad("destinationPort", "must be a port, two with a dash, or all"));
    }
    let range = |name: &str| {
        let text = fields.need(name)?;
        let alone = || gateways::cidr(&format!("{text}/32"));
        gateways::cidr(text)
            .or_else(alone)
            .ok_or_else(|| fields.bad(name, "must be an address or a CIDR"))
    };
    Ok(DomainRule {
        protocol: protocol.into(),
        // The vendor counts so: 0 allows.
        allows: action == 0,
        port: port.into(),
        from: range("sourceCidr")?,
        to: range("destinationCidr")?,
    })
}

#[derive(Serialize)]
struct Found {
    data: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    group_id: Arc<str>,
    ip_pool: Vec<String>,
    acl: Vec<Acl>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Acl {
    proto: Arc<str>,
    action: u32,
    destination_port: Arc<str>,
    source_cidr: String,
    destination_cidr: String,
}

pub fn list(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let named = Named::read(&fields)?;
    let group = fields.text("groupId").map(str::to_owned);
    let project = call.project();
    Ok(Action::look(move |view| {
        task::shown(named.find(view.world, project).map(|gateway| {
            let takes = |one: &&Domain| group.as_ref().is_none_or(|group| *group == *one.group);
            Found { data: domains(gateway).iter().filter(takes).map(Item::of).collect() }
        }))
    }))
}

impl Item {
    fn of(domain: &Domain) -> Item {
        let acl = |rule: &DomainRule| Acl {
            proto: rule.protocol.clone(),
            action: u32::from(!rule.allows),
            destination_port: rule.port.clone(),
            source_cidr: rule.from.to_string(),
            destination_cidr: rule.to.to_string(),
        };
        Item {
            group_id: domain.group.clone(),
            ip_pool: domain.pools.iter().copied().map(pool).collect(),
            acl: domain.rules.iter().map(acl).collect(),
        }
    }
}

fn pool(range: AddressRange) -> String {
    let AddressRange { first, last } = range;
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

fn domains(gateway: &Gateway) -> &[Domain] {
    match &gateway.way {
        Way::Vpn { domains, .. } => domains,
        Way::Shared { .. }
        | Way::Site { .. }
        | Way::Tunnel(_)
        | Way::Line { .. }
        | Way::Peering(_)
        | Way::Server(_) => &[],
    }
}
