use regiment_core::ops::{DeleteRules, Operation};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb::{self, WhichRules};
use crate::tencent_v2::task;

/// `DeleteForwardLBListenerRules`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let balancer = fields.need("loadBalancerId")?.to_owned();
    let listener = fields.need("listenerId")?.to_owned();
    let which = WhichRules::read(&fields)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let order = || {
            let balancer = lb::find_application(view.world, issuer.project, &balancer)?;
            let listener = lb::find_listener(balancer, &listener)?;
            lb::is_of_layer(listener, 7)?;
            let rules = which.need(listener)?.iter().map(|rule| rule.id).collect();
            let delete = DeleteRules { listener: listener.id, rules, default_domain: None };
            let operation = Operation::DeleteRules(delete);
            Ok(task::order_numbered(lb::command(&issuer, balancer, operation), ""))
        };
        task::settled(order())
    }))
}
