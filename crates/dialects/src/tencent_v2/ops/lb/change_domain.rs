use regiment_core::model::Hints;
use regiment_core::ops::{ChangeDomain, Operation};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::{lb, task};

/// `ModifyForwardLBRulesDomain`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let balancer = fields.need("loadBalancerId")?.to_owned();
    let listener = fields.need("listenerId")?.to_owned();
    let domain = fields.need("domain")?.into();
    let new_name = Some(lb::domain(&fields, "newDomain")?);
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let order = || {
            let balancer = lb::find_application(view.world, issuer.project, &balancer)?;
            let listener = lb::find_listener(balancer, &listener)?;
            lb::is_of_layer(listener, 7)?;
            let operation = Operation::ChangeDomain(ChangeDomain {
                listener: listener.id,
                domain,
                new_name,
                certificates: None,
                default_domain: None,
                hints: Hints::default(),
            });
            Ok(task::order_numbered(lb::command(&issuer, balancer, operation), ""))
        };
        task::settled(order())
    }))
}
