use regiment_core::model::Hints;
use regiment_core::ops::{ChangeRule, Operation};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb::{self, Manner};
use crate::tencent_v2::task;

/// `ModifyLoadBalancerRulesProbe`: what is left out stays as it is.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let balancer = fields.need("loadBalancerId")?.to_owned();
    let listener = fields.need("listenerId")?.to_owned();
    let rule = fields.need("locationId")?.to_owned();
    let path = fields.text("url").map(|_| lb::path(&fields, "url")).transpose()?;
    let manner = Manner::read(&fields)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let order = || {
            let balancer = lb::find_application(view.world, issuer.project, &balancer)?;
            let listener = lb::find_listener(balancer, &listener)?;
            lb::is_of_layer(listener, 7)?;
            let rule = lb::find_rule(listener, &rule)?;
            let operation = Operation::ChangeRule(ChangeRule {
                listener: listener.id,
                rule: rule.id,
                path,
                scheduler: manner.scheduler_over(listener)?,
                session_s: manner.session_s,
                health: manner.health_over(&rule.health),
                hints: Hints::default(),
            });
            Ok(task::order_numbered(lb::command(&issuer, balancer, operation), ""))
        };
        task::settled(order())
    }))
}
