//! `GetCertListWithLoadBalancer`: which listeners have a certificate.

use std::sync::Arc;

use regiment_core::model::{Listener, LoadBalancer, ProjectId};
use regiment_core::world::World;
use serde::Serialize;

use super::listeners;
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::ops::servers;
use crate::tencent_v2::reply::{self, Keyed};

#[derive(Serialize)]
struct List {
    #[serde(rename = "certSet")]
    certificates: Keyed<String, Vec<Item>>,
}

#[derive(Serialize)]
struct Item {
    #[serde(rename = "LBName")]
    name: Arc<str>,
    #[serde(rename = "loadBalancerId")]
    id: String,
    region: Arc<str>,
    listener: Vec<listeners::Item>,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let named = servers::values(&call.fields(), "certIds")?;
    if named.is_empty() {
        return Err(Refusal::Missing("certIds.0".to_owned()));
    }
    let (project, region) = (call.project(), call.region());
    Ok(Action::look(move |view| {
        let of = |id: String| {
            let users = users(view.world, project, &region, &id);
            (id, users)
        };
        let certificates = Keyed(named.into_iter().map(of).collect());
        reply::success("", List { certificates })
    }))
}

/// Whether the certificate is the listener's own, of its clients, or of a domain of its rules.
pub fn shows(listener: &Listener, certificate: &str) -> bool {
    let is = |of: &Arc<str>| **of == *certificate;
    listener.certificate.iter().chain(&listener.client_certificate).any(is)
        || listener
            .rules
            .iter()
            .filter_map(|rule| rule.certificates.as_ref())
            .any(|both| is(&both.own) || both.of_clients.iter().any(is))
}

fn users(world: &World, project: ProjectId, region: &Arc<str>, certificate: &str) -> Vec<Item> {
    let item = |balancer: &LoadBalancer| {
        let listeners = balancer.listeners.iter().filter(|one| shows(one, certificate));
        let listener: Vec<listeners::Item> =
            listeners.map(|one| listeners::Item::of(one, 1)).collect();
        (!listener.is_empty()).then(|| Item {
            name: balancer.name.clone(),
            id: ids::balancer(balancer.id),
            region: region.clone(),
            listener,
        })
    };
    world.balancers().filter(|one| one.project == project).filter_map(item).collect()
}
