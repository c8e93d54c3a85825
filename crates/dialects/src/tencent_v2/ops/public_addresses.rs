//! `DescribeEip`.

use std::sync::Arc;

use regiment_core::model::{Nic, ProjectId, PublicAddress, Server};
use regiment_core::world::World;
use serde::Serialize;

use super::servers::{self, Page};
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{task, times};

/// The line nobody asked otherwise for.
pub const BGP: u32 = 5;
/// What an address is called when nobody says.
pub const UNNAMED: &str = "unNamed";
/// Characters in the name of an address.
pub const NAME_CHARS_MAX: usize = 20;

const BOUND: u32 = 2;
const UNBOUND: u32 = 4;
const ORDERS: [&str; 7] =
    ["eipId", "eip", "ispId", "status", "unInstanceId", "arrears", "createdAt"];

/// The address a client names.
pub fn find<'w>(
    world: &'w World,
    project: ProjectId,
    named: &str,
) -> Result<&'w PublicAddress, Refusal> {
    world
        .public_addresses(project)
        .find(|one| one.kept && ids::public_address(one.id) == named)
        .ok_or_else(|| Refusal::NotThere {
            code_desc: "InvalidAddressId.NotFound",
            name: named.to_owned(),
        })
}

/// What is looked for; empty and absent are anything.
struct Filter {
    ids: Vec<String>,
    addresses: Vec<String>,
    instances: Vec<String>,
    interfaces: Vec<String>,
    private: Option<String>,
    word: Option<String>,
    statuses: Vec<u32>,
    kind: Option<u32>,
}

impl Filter {
    fn read(fields: &Fields<'_>) -> Result<Filter, Refusal> {
        let number = |text: &String| {
            let known = ["0", "1", "2", "3", "4", "6", "9"].contains(&text.as_str());
            text.parse().ok().filter(|_| known)
        };
        let statuses = servers::values(fields, "status")?;
        let statuses: Option<Vec<u32>> = statuses.iter().map(number).collect();
        Ok(Filter {
            ids: servers::values(fields, "eipIds")?,
            addresses: servers::values(fields, "eips")?,
            instances: servers::values(fields, "unInstanceIds")?,
            interfaces: servers::values(fields, "networkInterfaceIds")?,
            private: fields.text("privateIpAddress").map(str::to_owned),
            word: fields.text("searchKey").map(str::to_owned),
            statuses: statuses
                .ok_or_else(|| fields.bad("status", "must each be 0, 1, 2, 3, 4, 6 or 9"))?,
            kind: fields.number("type", 0..=1)?,
        })
    }

    fn takes(&self, item: &Item) -> bool {
        let among = |wanted: &[String], own: &Option<String>| {
            wanted.is_empty() || own.as_ref().is_some_and(|own| wanted.contains(own))
        };
        (self.ids.is_empty() || self.ids.contains(&item.eip_id))
            && (self.addresses.is_empty() || self.addresses.contains(&item.eip))
            && among(&self.instances, &item.un_instance_id)
            && among(&self.interfaces, &item.network_interface_id)
            && (self.private.is_none() || self.private == item.private_ip_address)
            && self.word.as_ref().is_none_or(|word| item.eip_name.contains(&**word))
            && (self.statuses.is_empty() || self.statuses.contains(&item.status))
            && self.kind.is_none_or(|kind| kind == item.kind)
    }
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let (filter, page) = (Filter::read(&fields)?, Page::read(&fields)?);
    let order = fields.text("orderBy").unwrap_or("createdAt").to_owned();
    if !ORDERS.contains(&order.as_str()) {
        return Err(fields.bad("orderBy", format!("must be one of {}", ORDERS.join(", "))));
    }
    let descending = fields.flag("orderType")?.unwrap_or(true);
    let project = call.project();
    Ok(Action::look(move |view| {
        task::shown(Ok(list(view.world, project, &filter, page, &order, descending)))
    }))
}

#[derive(Serialize)]
struct List {
    #[serde(rename = "totalCount")]
    total: usize,
    data: Set,
}

#[derive(Serialize)]
struct Set {
    #[serde(rename = "eipSet")]
    items: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    eip_id: String,
    eip_name: Arc<str>,
    eip: String,
    isp_id: u32,
    status: u32,
    /// 0: of an instance; 1: of a NAT gateway.
    #[serde(rename = "type")]
    kind: u32,
    arrears: u32,
    un_instance_id: Option<String>,
    network_interface_id: Option<String>,
    private_ip_address: Option<String>,
    created_at: String,
    updated_at: String,
}

fn list(
    world: &World,
    project: ProjectId,
    filter: &Filter,
    page: Page,
    order: &str,
    descending: bool,
) -> List {
    let ends = world.ends(project);
    let mut found: Vec<(&PublicAddress, Item)> = world
        .public_addresses(project)
        .filter(|one| one.kept)
        .map(|one| (one, Item::of(one, ends.get(&one.id).copied())))
        .filter(|(_, item)| filter.takes(item))
        .collect();
    found.sort_by_cached_key(|(one, item)| {
        let text = match order {
            "eipId" => item.eip_id.clone(),
            "unInstanceId" => item.un_instance_id.clone().unwrap_or_default(),
            _ => String::new(),
        };
        let number = match order {
            "eip" => i64::from(one.address.to_bits()),
            "ispId" => i64::from(item.isp_id),
            "status" => i64::from(item.status),
            "createdAt" => one.created_at.0,
            _ => 0,
        };
        (text, number, one.id)
    });
    if descending {
        found.reverse();
    }
    let (total, part) = page.of(found);
    List { total, data: Set { items: part.map(|(_, item)| item).collect() } }
}

impl Item {
    fn of(one: &PublicAddress, end: Option<(&Nic, Option<&Server>)>) -> Item {
        let server = end.and_then(|(_, server)| server);
        let nat = one.serves.is_some();
        Item {
            eip_id: ids::public_address(one.id),
            eip_name: one.name.clone(),
            eip: one.address.to_string(),
            isp_id: one.line.parse().unwrap_or(BGP),
            status: if end.is_some() || nat { BOUND } else { UNBOUND },
            kind: u32::from(nat),
            arrears: 0,
            un_instance_id: server.map(|server| ids::instance(server.id.handle())),
            network_interface_id: end.map(|(nic, _)| ids::interface(nic.port)),
            private_ip_address: end.and(one.leads_to).map(|end| end.address.to_string()),
            created_at: times::beijing(one.created_at),
            updated_at: times::beijing(one.updated_at),
        }
    }
}
