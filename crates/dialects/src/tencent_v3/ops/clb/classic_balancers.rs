//! `DescribeClassicalLBByInstanceId`: the classic load balancers that each server is behind.

use regiment_core::model::ServerId;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::{Call, INSTANCES_MAX};
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_ids: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    load_balancer_info_list: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    instance_id: String,
    load_balancer_ids: Vec<String>,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    if !(1..=INSTANCES_MAX).contains(&wanted.instance_ids.len()) {
        return Err(Refusal::bad_length("InstanceIds", 1, INSTANCES_MAX));
    }
    let project = call.project();
    Ok(call.look(move |view| {
        let classic = || {
            view.world
                .balancers()
                .filter(|balancer| balancer.project == project && !balancer.routes)
        };
        let item = |server: ServerId| Item {
            instance_id: ids::instance(server.handle()),
            load_balancer_ids: classic()
                .filter(|balancer| balancer.forwards_to(server))
                .map(|balancer| ids::balancer(balancer.id))
                .collect(),
        };
        let servers = clb::servers(view, project, &wanted.instance_ids)?;
        Ok(List { load_balancer_info_list: servers.into_iter().map(item).collect() })
    }))
}
