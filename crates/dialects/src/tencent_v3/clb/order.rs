//! An order on one listener or on targets of one, as the actions for it have it in common.

use regiment_core::model::{Listener, Membership};
use regiment_core::ops::Operation;
use serde::Deserialize;

use super::{WantedTarget, Where, command, find_routing, weight};
use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    #[serde(flatten)]
    place: Where,
    targets: Vec<WantedTarget>,
    /// For targets that say none of their own; not every action knows it.
    weight: Option<i64>,
}

/// An order on the listener that these two ids name.
pub fn order_on_listener(
    call: &Call<'_>,
    [balancer, listener]: [String; 2],
    operation: impl FnOnce(&Listener) -> Result<Operation, Refusal> + Send + 'static,
) -> Action {
    call.consult(move |view, issuer| {
        let balancer = find_routing(view, issuer.project, &balancer)?;
        let operation = operation(super::listener(balancer, &listener)?)?;
        Ok(issuer.order(command(issuer, balancer, operation)))
    })
}

pub fn order_members(
    call: &Call<'_>,
    operation: fn(Vec<Membership>) -> Operation,
) -> Result<Action, Refusal> {
    let Wanted { place, targets, weight: said } = call.read()?;
    WantedTarget::check_all(&targets)?;
    let said = said.map(weight).transpose()?;
    Ok(call.consult(move |view, issuer| {
        let balancer = find_routing(view, issuer.project, &place.load_balancer_id)?;
        let place = place.find(balancer)?;
        let targets = targets.iter().map(|target| (place, target));
        let members = WantedTarget::members(targets, view, issuer.project, said)?;
        Ok(issuer.order(command(issuer, balancer, operation(members))))
    }))
}
