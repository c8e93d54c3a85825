use regiment_core::ops::{ChangeRule, Operation};
use serde::Deserialize;

use super::create_rules::{Manner, path};
use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    listener_id: String,
    location_id: String,
    url: Option<String>,
    #[serde(flatten)]
    manner: Manner,
}

/// `ModifyRule`: what is left out stays as it is.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    if let Some(name) = call.input.asks_for(&["OAuth"]) {
        return Err(Refusal::not_served(name));
    }
    let wanted: Wanted = call.read()?;
    let path = wanted.url.as_deref().map(|said| path("Url", said)).transpose()?;
    let ids = [wanted.load_balancer_id.clone(), wanted.listener_id.clone()];
    Ok(clb::order_on_listener(call, ids, move |listener| {
        let rule = clb::rule(listener, &wanted.location_id)?;
        let manner = &wanted.manner;
        let check = manner.health_check.as_ref();
        let change = ChangeRule {
            listener: listener.id,
            rule: rule.id,
            path,
            scheduler: manner.scheduler()?,
            session_s: manner.session_s()?,
            health: check.map(|check| check.over(&rule.health, listener.protocol)).transpose()?,
            hints: manner.hints(listener.protocol)?,
        };
        Ok(Operation::ChangeRule(change))
    }))
}
