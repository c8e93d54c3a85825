//! `DescribeLoadBalancerBackends`.

use std::sync::Arc;

use regiment_core::model::{Backend, ProjectId, Server};
use regiment_core::world::World;
use serde::Serialize;

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb;
use crate::tencent_v2::ops::servers::{self, Page};
use crate::tencent_v2::task;

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let balancer = fields.need("loadBalancerId")?.to_owned();
    let page = Page::read(&fields)?;
    let project = call.project();
    Ok(Action::look(move |view| task::shown(list(view.world, project, &balancer, page))))
}

#[derive(Serialize)]
struct List {
    #[serde(rename = "totalCount")]
    total: usize,
    #[serde(rename = "backendSet")]
    backends: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    instance_id: String,
    un_instance_id: String,
    instance_name: Arc<str>,
    weight: u32,
    lan_ip: String,
    wan_ip_set: Vec<String>,
    instance_status: u32,
}

fn list(world: &World, project: ProjectId, id: &str, page: Page) -> Result<List, Refusal> {
    let balancer = lb::find_classic(world, project, id)?;
    let found: Vec<(&Backend, &Server)> = balancer
        .backends
        .iter()
        .filter_map(|backend| Some((backend, world.server(backend.server)?)))
        .collect();
    let (total, part) = page.of(found);
    let item = |(backend, server): (&Backend, &Server)| Item {
        instance_id: ids::instance_long(server.id),
        un_instance_id: ids::instance(server.id.handle()),
        instance_name: server.name.clone(),
        weight: backend.weight,
        lan_ip: servers::lan_ip(server),
        wan_ip_set: servers::wan_ips(server, world),
        instance_status: servers::status(server),
    };
    Ok(List { total, backends: part.map(item).collect() })
}
