use std::sync::Arc;

use regiment_core::model::{Listener, Protocol};
use regiment_core::ops::{DomainWay, Mint, Operation, RedirectToHttps};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::ops::servers;
use crate::tencent_v2::{lb, task};

/// What clients are told; this version has no word for it.
pub const CODE: u16 = 302;

/// Where clients are sent by this action alone.
const PORT: u16 = 443;

/// `AutoRewrite`: of all domains when none is named.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let balancer = fields.need("loadBalancerId")?.to_owned();
    let listener = fields.need("listenerId")?.to_owned();
    let named = servers::values(&fields, "domains")?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let order = || {
            let balancer = lb::find_application(view.world, issuer.project, &balancer)?;
            let operation = wanted(lb::find_listener(balancer, &listener)?, &named)?;
            Ok(task::order_numbered(lb::command(&issuer, balancer, operation), ""))
        };
        task::settled(order())
    }))
}

fn wanted(listener: &Listener, named: &[String]) -> Result<Operation, Refusal> {
    if listener.protocol != Protocol::Https || listener.port != PORT {
        let why = "must be a listener of HTTPS at port 443".to_owned();
        return Err(Refusal::Malformed { name: "listenerId".to_owned(), why });
    }
    let mut domains: Vec<Arc<str>> = Vec::new();
    let of_rules = listener.rules.iter().map(|rule| rule.domain.clone());
    let of_rules = of_rules.filter(|_| named.is_empty());
    for domain in named.iter().map(|domain| (**domain).into()).chain(of_rules) {
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    let way = |domain| DomainWay { domain, code: CODE, keeps_path: true };
    let domains = domains.into_iter().map(way).collect();
    let mint = Mint::default();
    let redirect = RedirectToHttps { listener: listener.id, domains, mint };
    Ok(Operation::RedirectToHttps(redirect))
}
