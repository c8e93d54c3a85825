use regiment_core::ops::{DeleteListeners, Operation};
use serde::Deserialize;

use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    listener_id: String,
}

/// `DeleteListener`, of either kind of load balancer.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    Ok(call.consult(move |view, issuer| {
        let balancer = clb::find(view, issuer.project, &wanted.load_balancer_id)?;
        let listeners = vec![clb::listener(balancer, &wanted.listener_id)?.id];
        let operation = Operation::DeleteListeners(DeleteListeners { listeners });
        Ok(issuer.order(clb::command(issuer, balancer, operation)))
    }))
}
