use regiment_core::model::Hints;
use regiment_core::ops::{ChangeDomain, Operation};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb;

/// `ModifyForwardLBRulesDomain`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let domain = fields.need("domain")?.into();
    let new_name = Some(lb::domain(&fields, "newDomain")?);
    lb::order_on_rules(call, move |listener| {
        Ok(Operation::ChangeDomain(ChangeDomain {
            listener: listener.id,
            domain,
            new_name,
            certificates: None,
            default_domain: None,
            hints: Hints::default(),
        }))
    })
}
