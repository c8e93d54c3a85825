//! `DescribeForwardLBBackends`.

use std::sync::Arc;

use regiment_core::model::{ForwardingRule, Listener, Member};
use regiment_core::world::World;
use serde::Serialize;

use super::application_listeners::Which;
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb::{self, Bound, ShownBackend};
use crate::tencent_v2::task;

#[derive(Serialize)]
struct List {
    data: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    listener_id: String,
    protocol: u32,
    protocol_type: &'static str,
    load_balancer_port: u16,
    /// Of HTTP and HTTPS.
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<Vec<OfRule>>,
    /// Of TCP and UDP.
    #[serde(skip_serializing_if = "Option::is_none")]
    backends: Option<Vec<ShownBackend>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfRule {
    location_id: String,
    domain: Arc<str>,
    url: Arc<str>,
    backends: Vec<ShownBackend>,
}

fn shown(world: &World, members: &[Member]) -> Vec<ShownBackend> {
    Bound::of_members(world, members).iter().map(|bound| bound.show(world)).collect()
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let which = Which::read(&call.fields())?;
    let project = call.project();
    Ok(Action::look(move |view| {
        let world = view.world;
        task::shown(lb::find_application(world, project, &which.balancer).map(|balancer| {
            let found = balancer.listeners.iter().filter(|listener| which.takes(listener));
            List { data: found.map(|listener| Item::of(world, listener)).collect() }
        }))
    }))
}

impl Item {
    fn of(world: &World, listener: &Listener) -> Item {
        let has_rules = listener.protocol.has_rules();
        let of_rule = |rule: &ForwardingRule| OfRule {
            location_id: ids::rule(rule.id),
            domain: rule.domain.clone(),
            url: rule.path.clone(),
            backends: shown(world, &rule.members),
        };
        Item {
            listener_id: ids::listener(listener.id),
            protocol: lb::protocol_number(listener.protocol),
            protocol_type: lb::protocol_word(listener.protocol),
            load_balancer_port: listener.port,
            rules: has_rules.then(|| listener.rules.iter().map(of_rule).collect()),
            backends: (!has_rules).then(|| shown(world, &listener.members)),
        }
    }
}
