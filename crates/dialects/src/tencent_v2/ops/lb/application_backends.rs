//! `DescribeForwardLBBackends`.

use regiment_core::model::Listener;
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
    /// Of TCP and UDP.
    #[serde(skip_serializing_if = "Option::is_none")]
    backends: Option<Vec<ShownBackend>>,
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
        let bound = Bound::of_members(world, &listener.members);
        let own = !lb::is_of_web(listener.protocol);
        Item {
            listener_id: ids::listener(listener.id),
            protocol: lb::protocol_number(listener.protocol),
            protocol_type: lb::protocol_word(listener.protocol),
            load_balancer_port: listener.port,
            backends: own.then(|| bound.iter().map(Bound::show).collect()),
        }
    }
}
