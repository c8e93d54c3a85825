//! `DescribeLBHealthStatus`, `DescribeForwardLBHealthStatus`.

use std::sync::Arc;

use regiment_core::model::{ForwardingRule, HealthCheck, Listener, LoadBalancer, Member};
use regiment_core::world::World;
use serde::Serialize;

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb::{self, Bound};
use crate::tencent_v2::ops::servers;
use crate::tencent_v2::task;

/// Load balancers in one call.
const BALANCERS_MAX: usize = 30;

#[derive(Serialize)]
struct List<T> {
    data: Vec<T>,
}

/// A backend, seen from one listener of a classic load balancer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Classic {
    ip: String,
    protocol: String,
    port: u16,
    vport: u16,
    health_status: u32,
}

/// `DescribeLBHealthStatus`. The older pages spell the first parameter without its r.
pub fn decode_classic(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let balancer = match fields.text("loadBalanceId") {
        Some(id) => id.to_owned(),
        None => fields.need("loadBalancerId")?.to_owned(),
    };
    let listener = fields.text("listenerId").map(str::to_owned);
    let project = call.project();
    Ok(Action::look(move |view| {
        let list = || {
            let balancer = lb::find_classic(view.world, project, &balancer)?;
            let only = listener.map(|id| lb::find_listener(balancer, &id)).transpose()?;
            let wanted = |one: &&Listener| only.is_none_or(|only: &Listener| only.id == one.id);
            let listeners = balancer.listeners.iter().filter(wanted);
            Ok(List {
                data: listeners.flat_map(|one| classic(view.world, balancer, one)).collect(),
            })
        };
        task::shown(list())
    }))
}

fn classic(world: &World, balancer: &LoadBalancer, listener: &Listener) -> Vec<Classic> {
    let of = |one: &Bound<'_>| Classic {
        ip: one.lan_ip(),
        protocol: lb::protocol_word(listener.protocol).to_ascii_uppercase(),
        port: one.port,
        vport: listener.port,
        health_status: one.health(listener.health.on),
    };
    Bound::of_classic(world, balancer, listener).iter().map(of).collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Application {
    load_balancer_name: Arc<str>,
    load_balancer_id: String,
    un_load_balancer_id: String,
    listener: Vec<OfListener>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfListener {
    listener_id: String,
    listener_name: Arc<str>,
    protocol: u32,
    load_balancer_port: u16,
    rules: Vec<OfRule>,
    /// Of TCP and UDP.
    #[serde(skip_serializing_if = "Option::is_none")]
    backends: Option<Vec<OfBackend>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfRule {
    location_id: String,
    domain: Arc<str>,
    url: Arc<str>,
    backends: Vec<OfBackend>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfBackend {
    ip: String,
    port: u16,
    health_status: u32,
}

/// `DescribeForwardLBHealthStatus`.
pub fn decode_application(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let named = servers::values(&fields, "loadBalancerIds")?;
    if named.is_empty() {
        return Err(Refusal::Missing("loadBalancerIds.0".to_owned()));
    }
    if named.len() > BALANCERS_MAX {
        return Err(fields.bad("loadBalancerIds", format!("must be at most {BALANCERS_MAX}")));
    }
    let project = call.project();
    Ok(Action::look(move |view| {
        let of = |id: &String| {
            lb::find_application(view.world, project, id)
                .map(|balancer| application(view.world, balancer))
        };
        let data = named.iter().map(of).collect::<Result<Vec<_>, Refusal>>();
        task::shown(data.map(|data| List { data }))
    }))
}

fn application(world: &World, balancer: &LoadBalancer) -> Application {
    let of_listener = |listener: &Listener| {
        let of_rule = |rule: &ForwardingRule| OfRule {
            location_id: ids::rule(rule.id),
            domain: rule.domain.clone(),
            url: rule.path.clone(),
            backends: of_members(world, &rule.members, &rule.health),
        };
        let own = !listener.protocol.has_rules();
        OfListener {
            listener_id: ids::listener(listener.id),
            listener_name: listener.name.clone(),
            protocol: lb::protocol_number(listener.protocol),
            load_balancer_port: listener.port,
            rules: listener.rules.iter().map(of_rule).collect(),
            backends: own.then(|| of_members(world, &listener.members, &listener.health)),
        }
    };
    Application {
        load_balancer_name: balancer.name.clone(),
        load_balancer_id: ids::balancer(balancer.id),
        un_load_balancer_id: ids::balancer(balancer.id),
        listener: balancer.listeners.iter().map(of_listener).collect(),
    }
}

fn of_members(world: &World, members: &[Member], check: &HealthCheck) -> Vec<OfBackend> {
    let of = |one: &Bound<'_>| OfBackend {
        ip: one.lan_ip(),
        port: one.port,
        health_status: one.health(check.on),
    };
    Bound::of_members(world, members).iter().map(of).collect()
}
