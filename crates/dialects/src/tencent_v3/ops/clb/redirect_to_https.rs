use std::sync::Arc;

use regiment_core::model::{FaultKind, Listener, Protocol};
use regiment_core::ops::{DomainWay, Mint, Operation, RedirectToHttps};
use serde::Deserialize;

use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

/// What clients are told when nobody says.
pub const CODE: u16 = 302;

/// Where clients are sent by this action alone.
const PORT: u16 = 443;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    listener_id: String,
    #[serde(default)]
    domains: Vec<String>,
    #[serde(default)]
    rewrite_codes: Vec<i64>,
    #[serde(default)]
    take_urls: Vec<bool>,
}

/// `AutoRewrite`: of all domains when none is named; codes and the rest stand in their order.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let codes: Vec<u16> = wanted
        .rewrite_codes
        .iter()
        .map(|said| code("RewriteCodes", *said))
        .collect::<Result<_, _>>()?;
    let ids = [wanted.load_balancer_id.clone(), wanted.listener_id.clone()];
    Ok(clb::order_on_listener(call, ids, move |listener| {
        wanted.read(listener, &codes).map(Operation::RedirectToHttps)
    }))
}

pub fn code(name: &str, said: i64) -> Result<u16, Refusal> {
    u16::try_from(said)
        .ok()
        .filter(|code| matches!(code, 301 | 302 | 307))
        .ok_or_else(|| Refusal::bad("InvalidParameterValue", name, said))
}

impl Wanted {
    fn read(&self, listener: &Listener, codes: &[u16]) -> Result<RedirectToHttps, Refusal> {
        let id = &self.listener_id;
        if listener.protocol != Protocol::Https {
            return Err(Refusal::from(FaultKind::ListenerUnfit).about(id));
        }
        if listener.port != PORT {
            return Err(Refusal::bad("InvalidParameter.PortCheckFailed", "ListenerId", id));
        }
        let mut named: Vec<Arc<str>> = self.domains.iter().map(|said| (**said).into()).collect();
        if named.is_empty() {
            for rule in &listener.rules {
                if !named.contains(&rule.domain) {
                    named.push(rule.domain.clone());
                }
            }
        }
        let count = named.len();
        for (name, said) in [("RewriteCodes", codes.len()), ("TakeUrls", self.take_urls.len())] {
            if said != 0 && said != count {
                return Err(Refusal::bad_length(name, count, count));
            }
        }
        let domains = named.into_iter().enumerate().map(|(index, domain)| DomainWay {
            domain,
            code: codes.get(index).copied().unwrap_or(CODE),
            keeps_path: self.take_urls.get(index).copied().unwrap_or(true),
        });
        let domains: Vec<DomainWay> = domains.collect();
        if domains.is_empty() {
            return Err(Refusal::from(FaultKind::RuleNotFound).about(id));
        }
        Ok(RedirectToHttps { listener: listener.id, domains, mint: Mint::default() })
    }
}
