//! An order on one listener with rules, as the actions for it have it in common.

use regiment_core::model::Listener;
use regiment_core::ops::Operation;

use super::{command, find_application, find_listener, is_of_layer};
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// The listener is the one that `loadBalancerId` and `listenerId` name.
pub fn order_on_rules(
    call: &Call<'_>,
    operation: impl FnOnce(&Listener) -> Result<Operation, Refusal> + Send + 'static,
) -> Result<Action, Refusal> {
    let fields = call.fields();
    let balancer = fields.need("loadBalancerId")?.to_owned();
    let listener = fields.need("listenerId")?.to_owned();
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let order = || {
            let balancer = find_application(view.world, issuer.project, &balancer)?;
            let listener = find_listener(balancer, &listener)?;
            is_of_layer(listener, 7)?;
            Ok(task::order_numbered(command(&issuer, balancer, operation(listener)?), ""))
        };
        task::settled(order())
    }))
}
