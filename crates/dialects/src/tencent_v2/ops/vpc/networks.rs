//! `DescribeVpcEx`: the networks, and how much of each kind they have.

use std::sync::Arc;

use regiment_core::model::{ProjectId, Vpc, WaySort};
use regiment_core::world::World;
use serde::Serialize;

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::gateways::List;
use crate::tencent_v2::ops::interfaces::vpc;
use crate::tencent_v2::ops::servers::Page;
use crate::tencent_v2::{task, times};

pub fn list(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let text = |name: &str| fields.text(name).map(str::to_owned);
    let (id, name, page) = (text("vpcId"), text("vpcName"), Page::read(&fields)?);
    let by_name = match fields.text("orderField") {
        Some("vpcName") => true,
        Some("createTime") | None => false,
        Some(_) => return Err(fields.bad("orderField", "must be createTime or vpcName")),
    };
    let ascending = match fields.text("orderDirection") {
        Some("asc") | None => true,
        Some("desc") => false,
        Some(_) => return Err(fields.bad("orderDirection", "must be asc or desc")),
    };
    let project = call.project();
    Ok(Action::look(move |view| {
        let world = view.world;
        let one = id.as_deref().map(|named| vpc(world, project, named)).transpose();
        task::shown(one.map(|one| {
            let takes = |vpc: &&Vpc| {
                one.is_none_or(|one| one.id == vpc.id)
                    && name.as_ref().is_none_or(|word| vpc.name.contains(&**word))
            };
            let mut found: Vec<&Vpc> = world.vpcs(project).filter(takes).collect();
            found.sort_by_cached_key(|vpc| {
                let name = if by_name { vpc.name.clone() } else { "".into() };
                (name, vpc.created_at, vpc.id)
            });
            if !ascending {
                found.reverse();
            }
            let (total_count, part) = page.of(found);
            List { total_count, data: part.map(|vpc| Item::of(vpc, world, project)).collect() }
        }))
    }))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    vpc_id: String,
    un_vpc_id: String,
    vpc_name: Arc<str>,
    cidr_block: String,
    subnet_num: usize,
    route_table_num: usize,
    vpn_gw_num: usize,
    vpc_peer_num: usize,
    classic_link_num: usize,
    vpg_num: usize,
    nat_num: usize,
    vpc_device_num: usize,
    is_default: bool,
    is_multicast: bool,
    create_time: String,
}

impl Item {
    fn of(vpc: &Vpc, world: &World, project: ProjectId) -> Item {
        let of_sort = |sort| {
            let own = world.gateways_of_sort(project, sort);
            own.filter(|one| one.vpc == Some(vpc.id)).count()
        };
        let peers = world.peerings(project).filter(|one| {
            let known = one.peering().map(|known| known.peer_vpc);
            one.vpc == Some(vpc.id) || known == Some(vpc.id)
        });
        let first = world.vpcs(project).map(|one| (one.created_at, one.id)).min();
        let inside =
            world.servers_of(project).filter(|server| server.details.network == Some(vpc.id));
        Item {
            vpc_id: ids::network_number(vpc.id).to_string(),
            un_vpc_id: ids::network(vpc.id),
            vpc_name: vpc.name.clone(),
            cidr_block: vpc.cidr.to_string(),
            subnet_num: world.subnets(project).filter(|subnet| subnet.vpc == vpc.id).count(),
            route_table_num: 0,
            vpn_gw_num: of_sort(WaySort::Vpn),
            vpc_peer_num: peers.count(),
            classic_link_num: of_sort(WaySort::Server),
            vpg_num: of_sort(WaySort::Line),
            nat_num: of_sort(WaySort::Shared),
            vpc_device_num: inside.count(),
            is_default: first == Some((vpc.created_at, vpc.id)),
            is_multicast: false,
            create_time: times::beijing(vpc.created_at),
        }
    }
}
