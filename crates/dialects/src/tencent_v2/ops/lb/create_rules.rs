use regiment_core::model::{ForwardingRule, Handle, Hints, Protocol, RuleId};
use regiment_core::ops::{CreateRules, Operation};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb::{self, Manner};
use crate::tencent_v2::params::Fields;

/// Rules in one call: as many as a listener may have in all, by the vendor's quota.
const RULES_MAX: usize = 50;

/// `CreateForwardLBListenerRules`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let wanted = fields.objects("rules");
    if wanted.is_empty() {
        return Err(Refusal::Missing("rules.0.domain".to_owned()));
    }
    if wanted.len() > RULES_MAX {
        return Err(fields.bad("rules", format!("must be at most {RULES_MAX}")));
    }
    let rules = wanted.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    lb::order_on_rules(call, move |listener| {
        Ok(Operation::CreateRules(CreateRules {
            listener: listener.id,
            rules,
            default_domain: None,
        }))
    })
}

fn read(fields: &Fields<'_>) -> Result<ForwardingRule, Refusal> {
    let manner = Manner::read(fields)?;
    Ok(ForwardingRule {
        // Chosen when the order is planned.
        id: RuleId(Handle::fold(0)),
        domain: lb::domain(fields, "domain")?,
        path: lb::path(fields, "url")?,
        scheduler: manner.scheduler(Protocol::Http),
        session_s: manner.session_s.unwrap_or(0),
        health: manner.health(),
        certificates: None,
        members: Vec::new(),
        redirection: None,
        automatic: false,
        created_at: None,
        hints: Hints::default(),
    })
}
