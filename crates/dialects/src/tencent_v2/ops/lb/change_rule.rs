use regiment_core::model::Hints;
use regiment_core::ops::{ChangeRule, Operation};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb::{self, Manner};

/// `ModifyLoadBalancerRulesProbe`: what is left out stays as it is.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let rule = fields.need("locationId")?.to_owned();
    let path = fields.text("url").map(|_| lb::path(&fields, "url")).transpose()?;
    let manner = Manner::read(&fields)?;
    lb::order_on_rules(call, move |listener| {
        let rule = lb::find_rule(listener, &rule)?;
        Ok(Operation::ChangeRule(ChangeRule {
            listener: listener.id,
            rule: rule.id,
            path,
            scheduler: manner.scheduler_over(listener)?,
            session_s: manner.session_s,
            health: manner.health_over(&rule.health),
            hints: Hints::default(),
        }))
    })
}
