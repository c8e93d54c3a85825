//! `DescribeClassicalLBTargets`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::{ids, status};
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    targets: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    #[serde(rename = "Type")]
    kind: &'static str,
    instance_id: String,
    instance_name: Arc<str>,
    weight: u32,
    /// No server has a public address.
    public_ip_addresses: [String; 0],
    private_ip_addresses: Vec<String>,
    run_flag: u32,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let project = call.project();
    Ok(call.look(move |view| {
        let balancer = clb::find_classic(view, project, &wanted.load_balancer_id)?;
        let found = balancer.backends.iter().filter_map(|backend| {
            let server = view.world.server(backend.server)?;
            Some(Item {
                kind: "CVM",
                instance_id: ids::instance(server.id.handle()),
                instance_name: server.name.clone(),
                weight: backend.weight,
                public_ip_addresses: [],
                private_ip_addresses: server
                    .details
                    .nics
                    .iter()
                    .map(|nic| nic.address.to_string())
                    .collect(),
                run_flag: status::status(server),
            })
        });
        Ok(List { targets: found.collect() })
    }))
}
