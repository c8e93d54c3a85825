use regiment_core::ops::{DeleteRules, Operation};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb::{self, WhichRules};

/// `DeleteForwardLBListenerRules`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let which = WhichRules::read(&fields)?;
    lb::order_on_rules(call, move |listener| {
        let rules = which.need(listener)?.iter().map(|rule| rule.id).collect();
        Ok(Operation::DeleteRules(DeleteRules {
            listener: listener.id,
            rules,
            default_domain: None,
        }))
    })
}
