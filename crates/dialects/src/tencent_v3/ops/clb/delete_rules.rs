use regiment_core::model::{FaultKind, Listener, RuleId};
use regiment_core::ops::{DeleteRules, Operation};
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
    #[serde(default)]
    location_ids: Vec<String>,
    domain: Option<String>,
    url: Option<String>,
    new_default_server_domain: Option<String>,
}

/// `DeleteRule`: by ids, or by a domain, all of it or one path.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let ids = [wanted.load_balancer_id.clone(), wanted.listener_id.clone()];
    Ok(clb::order_on_listener(call, ids, move |listener| {
        Ok(Operation::DeleteRules(DeleteRules {
            listener: listener.id,
            rules: wanted.rules(listener)?,
            default_domain: wanted.new_default_server_domain.as_deref().map(Into::into),
        }))
    }))
}

impl Wanted {
    fn rules(&self, listener: &Listener) -> Result<Vec<RuleId>, Refusal> {
        let Wanted { location_ids, domain, url, .. } = self;
        if !location_ids.is_empty() {
            let named = location_ids.iter().map(|id| clb::rule(listener, id).map(|rule| rule.id));
            let mut rules = Vec::new();
            for id in named {
                let id = id?;
                if !rules.contains(&id) {
                    rules.push(id);
                }
            }
            return Ok(rules);
        }
        match (domain, url) {
            (Some(domain), Some(url)) => Ok(vec![clb::rule_for(listener, domain, url)?.id]),
            (Some(domain), None) => {
                let of_domain = listener.rules.iter().filter(|rule| *rule.domain == **domain);
                let rules: Vec<RuleId> = of_domain.map(|rule| rule.id).collect();
                if rules.is_empty() {
                    return Err(Refusal::from(FaultKind::RuleNotFound).about(domain));
                }
                Ok(rules)
            }
            (None, Some(_)) => Err(Refusal::missing("Domain")),
            (None, None) => Err(Refusal::missing("LocationIds")),
        }
    }
}
