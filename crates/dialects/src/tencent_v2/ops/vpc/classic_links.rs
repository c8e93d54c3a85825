//! `AttachClassicLinkVpc`, `DetachClassicLinkVpc`, `DescribeVpcClassicLink`: instances that are in no
//! private network, made to see one.

use std::sync::Arc;

use regiment_core::edits::{AddGateway, Edit, NewWay, RemoveGateways, Together};
use regiment_core::model::{FaultKind, Gateway, Hints, ProjectId, Server, ServerId, Way};
use regiment_core::view::View;
use regiment_core::world::World;
use serde::Serialize;

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::gateways::{self, CLASSIC_LINK, Look};
use crate::tencent_v2::ops::interfaces::{not_there, vpc};
use crate::tencent_v2::ops::servers::lan_ip;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::times;

/// Instances in one call.
const INSTANCES_MAX: usize = 100;

struct Named {
    network: String,
    instances: Vec<String>,
}

impl Named {
    fn read(fields: &Fields<'_>) -> Result<Named, Refusal> {
        let network = fields.need("vpcId")?.to_owned();
        let instances: Vec<String> =
            fields.list("instanceIds").into_iter().map(str::to_owned).collect();
        if instances.is_empty() {
            return Err(Refusal::Missing("instanceIds.0".to_owned()));
        }
        if instances.len() > INSTANCES_MAX {
            let why = format!("must have at most {INSTANCES_MAX} values");
            return Err(fields.bad("instanceIds", why));
        }
        Ok(Named { network, instances })
    }

    /// The instances, each once.
    fn servers(&self, world: &World, project: ProjectId) -> Result<Vec<ServerId>, Refusal> {
        let mut found = Vec::new();
        for named in &self.instances {
            let server = ids::find_instance(world, project, named);
            let server = server.ok_or_else(|| not_there("InvalidInstance.NotFound", named))?;
            if !found.contains(&server.id) {
                found.push(server.id);
            }
        }
        Ok(found)
    }
}

pub fn attach(call: &Call<'_>) -> Result<Action, Refusal> {
    let named = Named::read(&call.fields())?;
    Ok(gateways::task(call, CLASSIC_LINK.faults, move |world, project| {
        let vpc = Some(vpc(world, project, &named.network)?.id);
        let link = |id| {
            let way = NewWay::Server(id);
            Edit::AddGateway(AddGateway { vpc, name: "".into(), way, hints: Hints::new() })
        };
        let edits = named.servers(world, project)?.into_iter().map(link).collect();
        Ok(Edit::Together(Together { edits }))
    }))
}

pub fn detach(call: &Call<'_>) -> Result<Action, Refusal> {
    let named = Named::read(&call.fields())?;
    Ok(gateways::task(call, CLASSIC_LINK.faults, move |world, project| {
        let vpc = vpc(world, project, &named.network)?.id;
        let mut ids = Vec::new();
        for server in named.servers(world, project)? {
            let mut links = world.gateways_of_sort(project, CLASSIC_LINK.sort);
            let link = links.find(|one| one.vpc == Some(vpc) && one.way == Way::Server(server));
            ids.push(link.ok_or(FaultKind::GatewayNotFound)?.id);
        }
        Ok(Edit::RemoveGateways(RemoveGateways { ids }))
    }))
}

pub fn list(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let look = Look::read(&fields, &CLASSIC_LINK, "instanceName", false)?;
    let address = fields.text("lanIp").map(str::to_owned);
    let keep = move |one: &Gateway, view: &View<'_>| {
        server(one, view.world)
            .is_some_and(|server| address.as_ref().is_none_or(|address| *address == lan_ip(server)))
    };
    Ok(gateways::list(call, &CLASSIC_LINK, look, keep, Item::of))
}

/// The instance that a link leads to, while it is there.
fn server<'w>(gateway: &Gateway, world: &'w World) -> Option<&'w Server> {
    match gateway.way {
        Way::Server(id) => world.server(id),
        Way::Shared { .. }
        | Way::Vpn { .. }
        | Way::Site { .. }
        | Way::Tunnel(_)
        | Way::Line { .. }
        | Way::Peering(_) => None,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    lan_ip: String,
    vpc_id: String,
    un_vpc_id: String,
    /// As the vendor's sample has it; its table has the other.
    uniq_vpc_id: String,
    classic_link_id: String,
    create_time: String,
    instance_id: String,
    instance_name: Arc<str>,
}

impl Item {
    fn of(gateway: &Gateway, view: &View<'_>) -> Item {
        let server = server(gateway, view.world);
        let network = gateway.vpc.map(ids::network).unwrap_or_default();
        Item {
            lan_ip: server.map(lan_ip).unwrap_or_default(),
            vpc_id: gateway.vpc.map(|id| ids::network_number(id).to_string()).unwrap_or_default(),
            un_vpc_id: network.clone(),
            uniq_vpc_id: network,
            classic_link_id: ids::gateway(gateway),
            create_time: times::beijing(gateway.created_at),
            instance_id: server.map(|server| ids::instance(server.id.handle())).unwrap_or_default(),
            instance_name: server.map(|server| server.name.clone()).unwrap_or_default(),
        }
    }
}
