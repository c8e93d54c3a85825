//! `DescribeNetworkInterfaces`: those of instances, and those that no instance has.

use std::net::Ipv4Addr;
use std::sync::Arc;

use regiment_core::model::{
    Interface, NetworkId, Nic, PortId, ProjectId, PublicAddress, Server, Subnet, Time, Vpc,
};
use regiment_core::ops::Operation;
use regiment_core::world::World;
use serde::Serialize;

use super::servers::Page;
use crate::Action;
use crate::tencent::zones::Zones;
use crate::tencent::{form, ids};
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::task;

/// Characters in a name or a description.
pub const NAME_CHARS_MAX: usize = 60;
const PAGE_MAX: u32 = 50;
/// What an interface is called that came with its instance.
const PRIMARY: &str = "Primary";

/// An address in a field, if there is one.
pub fn address(fields: &Fields<'_>, name: &str) -> Result<Option<Ipv4Addr>, Refusal> {
    let Some(text) = fields.text(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| fields.bad(name, "is not an IPv4 address"))
}

/// The network that a client names.
pub fn vpc<'w>(world: &'w World, project: ProjectId, named: &str) -> Result<&'w Vpc, Refusal> {
    // The older form is a number, perhaps behind a word for the region.
    let digits = named.rsplit_once("_vpc_").map_or(named, |(_, digits)| digits);
    let older = form::parse_digits(digits);
    let is =
        |one: &&Vpc| ids::network(one.id) == named || older == Some(ids::network_number(one.id));
    world.vpcs(project).find(is).ok_or_else(|| not_there("InvalidVpc.NotFound", named))
}

/// The subnet of a network that a client names.
pub fn subnet<'w>(world: &'w World, vpc: &Vpc, named: &str) -> Result<&'w Subnet, Refusal> {
    let mut of_vpc = world.subnets(vpc.project).filter(|one| one.vpc == vpc.id);
    let found = of_vpc.find(|one| ids::subnet(one.id) == named);
    found.ok_or_else(|| not_there("InvalidSubnet.NotFound", named))
}

/// The security group that a client names.
pub fn group(world: &World, project: ProjectId, named: &str) -> Result<NetworkId, Refusal> {
    let found = world.security_groups(project).find(|one| ids::security_group(one.id) == named);
    found.map(|one| one.id).ok_or_else(|| not_there("InvalidSecurityGroup.NotFound", named))
}

/// The interface that a client names, in an instance or not.
pub fn find(world: &World, project: ProjectId, named: &str) -> Result<PortId, Refusal> {
    let free = world.interfaces(project).map(|one| one.nic.port);
    let used = world.servers_of(project).flat_map(|one| one.details.nics.iter());
    ids::find(free.chain(used.map(|nic| nic.port)), named, ids::interface)
        .ok_or_else(|| not_there("InvalidNetworkInterface.NotFound", named))
}

/// The interface with a life of its own that a client names, in the network that it names.
pub fn own<'w>(
    world: &'w World,
    project: ProjectId,
    network: &str,
    named: &str,
) -> Result<&'w Interface, Refusal> {
    let vpc = vpc(world, project, network)?;
    let port = find(world, project, named)?;
    match world.interface(project, port) {
        Some(one) if one.vpc == vpc.id => Ok(one),
        Some(_) => Err(not_there("InvalidNetworkInterface.NotFound", named)),
        None => Err(Refusal::Malformed {
            name: "networkInterfaceId".to_owned(),
            why: format!("{named} came with its instance and stays in it"),
        }),
    }
}

/// An order on an instance that is about such an interface.
pub fn order_on_own(
    call: &Call<'_>,
    operation: fn(&Interface) -> Operation,
) -> Result<Action, Refusal> {
    let fields = call.fields();
    let network = fields.need("vpcId")?.to_owned();
    let named = fields.need("networkInterfaceId")?.to_owned();
    let instance = ids::read_instance(fields.need("instanceId")?);
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        task::settled(own(view.world, issuer.project, &network, &named).map(|interface| {
            let command = issuer.command(operation(interface), vec![instance]);
            task::order(command, "", |job, _, _| task::Numbered::of(job))
        }))
    }))
}

pub fn not_there(code_desc: &'static str, name: &str) -> Refusal {
    Refusal::NotThere { code_desc, name: name.to_owned() }
}

/// What is looked for; empty and absent are anything.
struct Filter {
    vpc: Option<String>,
    subnet: Option<String>,
    id: Option<String>,
    instance: Option<String>,
    group: Option<String>,
    name: Option<String>,
    description: Option<String>,
}

impl Filter {
    fn read(fields: &Fields<'_>) -> Filter {
        let text = |name: &str| fields.text(name).map(str::to_owned);
        Filter {
            vpc: text("vpcId"),
            subnet: text("subnetId"),
            id: text("networkInterfaceId"),
            instance: text("instanceId"),
            group: text("sgId"),
            name: text("eniName"),
            description: text("eniDescription"),
        }
    }

    fn takes(&self, item: &Item) -> bool {
        let is =
            |wanted: &Option<String>, own: &str| wanted.as_ref().is_none_or(|wanted| wanted == own);
        let instance = item.instance_set.as_ref().map_or("", |one| &one.instance_id);
        let in_group = |wanted: &String| item.group_set.iter().any(|group| group.sg_id == *wanted);
        is(&self.vpc, &item.vpc_id)
            && is(&self.subnet, &item.subnet_id)
            && is(&self.id, &item.network_interface_id)
            && is(&self.instance, instance)
            && self.group.as_ref().is_none_or(in_group)
            && self.name.as_ref().is_none_or(|word| item.eni_name.contains(&**word))
            && self.description.as_ref().is_none_or(|word| item.eni_description.contains(&**word))
    }
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let filter = Filter::read(&fields);
    let offset = fields.number("offset", 0..=u32::MAX)?.unwrap_or(0);
    let limit = fields.number("limit", 0..=PAGE_MAX)?.unwrap_or(20);
    let page = Page { offset: offset as usize, limit: limit as usize };
    let by_name = match fields.text("orderField") {
        Some("eniName") => true,
        Some("createTime") | None => false,
        Some(_) => return Err(fields.bad("orderField", "must be eniName or createTime")),
    };
    let ascending = match fields.text("orderDirection") {
        Some("asc") => true,
        Some("desc") | None => false,
        Some(_) => return Err(fields.bad("orderDirection", "must be asc or desc")),
    };
    let project = call.project();
    Ok(Action::look(move |view| {
        let mut found = items(view.world, project);
        found.retain(|(_, item)| filter.takes(item));
        found.sort_by_cached_key(|(made_at, item)| {
            let name = if by_name { item.eni_name.clone() } else { Arc::default() };
            (name, *made_at, item.network_interface_id.clone())
        });
        if !ascending {
            found.reverse();
        }
        let (total, part) = page.of(found);
        let items = part.map(|(_, item)| item).collect();
        task::shown(Ok(List { data: Data { total, items } }))
    }))
}

#[derive(Serialize)]
struct List {
    data: Data,
}

#[derive(Serialize)]
struct Data {
    #[serde(rename = "totalNum")]
    total: usize,
    #[serde(rename = "data")]
    items: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    vpc_id: String,
    subnet_id: String,
    zone_id: u32,
    eni_name: Arc<str>,
    eni_description: Arc<str>,
    network_interface_id: String,
    primary: bool,
    mac_address: String,
    private_ip_addresses_set: Vec<Private>,
    instance_set: Option<Instance>,
    group_set: Vec<Group>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Private {
    private_ip_address: Ipv4Addr,
    primary: bool,
    description: &'static str,
    wan_ip: String,
    is_wan_ip_blocked: bool,
    eip_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Instance {
    instance_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    sg_id: String,
    sg_name: Arc<str>,
}

/// Every interface of a project, with the time it was made.
fn items(world: &World, project: ProjectId) -> Vec<(Time, Item)> {
    let zones = Zones::of(world);
    let addresses: Vec<&PublicAddress> = world.public_addresses(project).collect();
    let teller = Teller { world, zones: &zones, addresses: &addresses };
    let free = world.free_interfaces(project);
    let free = free.map(|one| (one.created_at, teller.item(project, &one.nic, Some(one), None)));
    let used = world.servers_of(project).flat_map(|server| {
        let of_server = move |(at, nic): (usize, &'_ Nic)| {
            let own = world.interface(project, nic.port);
            let made_at = own.map_or(server.created_at, |one| one.created_at);
            (made_at, teller.item(project, nic, own, Some((server, at))))
        };
        server.details.nics.iter().enumerate().map(of_server)
    });
    free.chain(used).collect()
}

#[derive(Clone, Copy)]
struct Teller<'a> {
    world: &'a World,
    zones: &'a Zones,
    addresses: &'a [&'a PublicAddress],
}

impl Teller<'_> {
    fn item(
        self,
        project: ProjectId,
        nic: &Nic,
        own: Option<&Interface>,
        holder: Option<(&Server, usize)>,
    ) -> Item {
        let world = self.world;
        let subnet = nic.subnet.and_then(|id| world.subnet(project, id));
        let of_holder = holder.and_then(|(server, _)| server.details.network);
        let vpc = own.map(|one| one.vpc).or(subnet.map(|one| one.vpc)).or(of_holder);
        let zone = match holder {
            Some((server, _)) => self.zones.number(&server.details.zone),
            None => world.zones().next().map_or(0, |zone| self.zones.number(zone)),
        };
        let groups = match (nic.security_groups.as_slice(), holder) {
            ([], Some((server, _))) => &server.details.security_groups,
            _ => &nic.security_groups,
        };
        let primary = holder.is_some_and(|(_, at)| at == 0);
        let named = |id: &NetworkId| Group {
            sg_id: ids::security_group(*id),
            sg_name: world
                .security_group(project, *id)
                .map(|group| group.name.clone())
                .unwrap_or_default(),
        };
        Item {
            vpc_id: vpc.map(ids::network).unwrap_or_default(),
            subnet_id: nic.subnet.map(ids::subnet).unwrap_or_default(),
            zone_id: zone,
            eni_name: match own {
                Some(one) => one.name.clone(),
                None if primary => PRIMARY.into(),
                None => "".into(),
            },
            eni_description: own.map(|one| one.description.clone()).unwrap_or_default(),
            network_interface_id: ids::interface(nic.port),
            primary,
            mac_address: nic.mac.map(|byte| format!("{byte:02x}")).join(":"),
            private_ip_addresses_set: nic
                .addresses()
                .enumerate()
                .map(|(at, address)| self.private(nic.port, address, at == 0))
                .collect(),
            instance_set: holder
                .map(|(server, _)| Instance { instance_id: ids::instance(server.id.handle()) }),
            group_set: groups.iter().map(named).collect(),
        }
    }

    fn private(self, port: PortId, address: Ipv4Addr, primary: bool) -> Private {
        let leads = |one: &&&PublicAddress| {
            one.leads_to.is_some_and(|end| end.port == port && end.address == address)
        };
        let public = self.addresses.iter().find(leads);
        Private {
            private_ip_address: address,
            primary,
            description: "",
            wan_ip: public.map(|one| one.address.to_string()).unwrap_or_default(),
            is_wan_ip_blocked: false,
            eip_id: public
                .filter(|one| one.kept)
                .map(|one| ids::public_address(one.id))
                .unwrap_or_default(),
        }
    }
}
