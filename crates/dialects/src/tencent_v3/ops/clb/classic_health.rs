//! `DescribeClassicalLBHealthStatus`: of the backends, at each listener.

use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::health;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, Listed};
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    listener_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    health_list: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    #[serde(rename = "IP")]
    ip: String,
    port: u16,
    listener_port: u16,
    protocol: &'static str,
    health_status: u8,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let project = call.project();
    Ok(call.look(move |view| {
        let balancer = clb::find_classic(view, project, &wanted.load_balancer_id)?;
        let only = match &wanted.listener_id {
            Some(id) => Some(clb::listener(balancer, id)?.id),
            None => None,
        };
        let listeners =
            balancer.listeners.iter().filter(|one| only.is_none_or(|only| only == one.id));
        let mut health_list = Vec::new();
        for listener in listeners {
            for target in Listed::of(view, balancer, listener) {
                // What is not looked at counts as well.
                let well = !listener.health.on || health::is_alive(target.server);
                health_list.push(Item {
                    ip: target.addresses().into_iter().next().unwrap_or_default(),
                    port: target.port,
                    listener_port: listener.port,
                    protocol: clb::protocol(listener.protocol),
                    health_status: u8::from(well),
                });
            }
        }
        Ok(List { health_list })
    }))
}
