use regiment_core::model::LoadBalancer;
use regiment_core::ops::{CreateLoadBalancers, Operation};
use serde::Serialize;

use crate::Action;
use crate::tencent::{hints, ids};
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::{lb, task};

#[derive(Serialize)]
struct Made {
    #[serde(rename = "cloneLBId")]
    id: String,
}

/// `CloneLB`: answered when the new one is made.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let balancer = fields.need("loadBalancerId")?.to_owned();
    let bare = match fields.need("cloneType")? {
        "all" => false,
        "onlyListener" => true,
        _ => return Err(fields.bad("cloneType", "must be all or onlyListener")),
    };
    let zone = fields.text("zone").map(str::to_owned);
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let found = lb::find_application(view.world, issuer.project, &balancer);
        task::settled(found.map(|model| order(model, bare, zone, &issuer)))
    }))
}

/// The name says of whom it is a copy.
fn order(model: &LoadBalancer, bare: bool, zone: Option<String>, issuer: &Issuer) -> Action {
    let mut hints = model.hints.clone();
    if let Some(zone) = zone {
        hints.insert(hints::BALANCER_ZONE.into(), zone.into());
    }
    let operation = Operation::CreateLoadBalancers(CreateLoadBalancers {
        names: vec![format!("cloneFrom-{}", ids::balancer(model.id)).into()],
        reach: model.reach,
        routes: model.routes,
        domain_prefix: None,
        network: model.network.clone(),
        subnet: model.subnet.clone(),
        tags: model.tags.clone(),
        hints,
        like: Some(model.id),
        bare,
    });
    let command = issuer.command(operation, Vec::new());
    task::order_and_wait(command, "", |_, receipt, _| Made {
        id: receipt.balancers().map(ids::balancer).next().unwrap_or_default(),
    })
}
