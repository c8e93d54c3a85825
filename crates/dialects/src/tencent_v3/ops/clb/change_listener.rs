use std::sync::Arc;

use regiment_core::model::Listener;
use regiment_core::ops::{ChangeListener, Operation};
use serde::Deserialize;

use super::create_listeners::{Manner, of_rules};
use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

/// What is not here.
const ABSENT: [&str; 11] = [
    "DataCompressMode",
    "IdleConnectTimeout",
    "MaxConn",
    "MaxCps",
    "MultiCertInfo",
    "ProxyProtocol",
    "RescheduleExpandTarget",
    "RescheduleInterval",
    "RescheduleStartTime",
    "RescheduleTargetZeroWeight",
    "RescheduleUnhealthy",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    listener_id: String,
    listener_name: Option<String>,
    #[serde(flatten)]
    manner: Manner,
}

/// `ModifyListener`: what is left out stays as it is.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    if let Some(name) = call.input.asks_for(&ABSENT) {
        return Err(Refusal::not_served(name));
    }
    let wanted: Wanted = call.read()?;
    if let Some(name) = &wanted.listener_name {
        clb::name("ListenerName", name)?;
    }
    Ok(call.consult(move |view, issuer| {
        let balancer = clb::find_routing(view, issuer.project, &wanted.load_balancer_id)?;
        let change = wanted.change(clb::listener(balancer, &wanted.listener_id)?)?;
        let operation = Operation::ChangeListener(change);
        Ok(issuer.order(clb::command(issuer, balancer, operation)))
    }))
}

impl Wanted {
    fn change(&self, listener: &Listener) -> Result<ChangeListener, Refusal> {
        let Wanted { load_balancer_id: _, listener_id: _, listener_name, manner } = self;
        let protocol = listener.protocol;
        let health = match &manner.health_check {
            Some(_) if protocol.has_rules() => return Err(of_rules("HealthCheck")),
            Some(wanted) => Some(wanted.over(&listener.health, protocol)?),
            None => None,
        };
        Ok(ChangeListener {
            listener: listener.id,
            name: listener_name.as_deref().map(Arc::from),
            scheduler: manner.scheduler(protocol)?,
            session_s: manner.session_s(protocol)?,
            health,
            certificates: manner.certificates(protocol)?,
            hints: manner.hints(protocol)?,
        })
    }
}
