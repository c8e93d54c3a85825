//! `ManualRewrite`, and what it shares with its end.

use regiment_core::model::{LoadBalancer, RuleId};
use regiment_core::ops::{Operation, Redirect, Way};

use super::redirect_to_https::CODE;
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{lb, task};

/// Ways in one call: as many as a listener may have rules, by the vendor's quota.
const WAYS_MAX: usize = 50;

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    order(call, "rewriteInfo", |ways| {
        let way = |(from, to)| Way { from, to, code: CODE, keeps_path: true };
        Operation::Redirect(Redirect { ways: ways.into_iter().map(way).collect() })
    })
}

/// An order on ways from rules of one listener to rules of the same or another.
pub fn order(
    call: &Call<'_>,
    list: &str,
    operation: fn(Vec<(RuleId, RuleId)>) -> Operation,
) -> Result<Action, Refusal> {
    let wanted = Wanted::read(&call.fields(), list)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let order = || {
            let balancer = lb::find_application(view.world, issuer.project, &wanted.balancer)?;
            let operation = operation(wanted.find(balancer)?);
            Ok(task::order_numbered(lb::command(&issuer, balancer, operation), ""))
        };
        task::settled(order())
    }))
}

struct Wanted {
    balancer: String,
    source: String,
    target: String,
    ways: Vec<(String, String)>,
}

impl Wanted {
    fn read(fields: &Fields<'_>, list: &str) -> Result<Wanted, Refusal> {
        let ways = fields.objects(list);
        if ways.is_empty() {
            return Err(Refusal::Missing(format!("{list}.0.sourceLocation")));
        }
        if ways.len() > WAYS_MAX {
            return Err(fields.bad(list, format!("must be at most {WAYS_MAX}")));
        }
        let text = |fields: &Fields<'_>, name| fields.need(name).map(str::to_owned);
        let way =
            |one: &Fields<'_>| Ok((text(one, "sourceLocation")?, text(one, "targetLocation")?));
        Ok(Wanted {
            balancer: text(fields, "loadBalancerId")?,
            source: text(fields, "sourceuListenerId")?,
            target: text(fields, "targetuListenerId")?,
            ways: ways.iter().map(way).collect::<Result<_, Refusal>>()?,
        })
    }

    fn find(&self, balancer: &LoadBalancer) -> Result<Vec<(RuleId, RuleId)>, Refusal> {
        let source = lb::find_listener(balancer, &self.source)?;
        let target = lb::find_listener(balancer, &self.target)?;
        let way = |(from, to): &(String, String)| {
            Ok((lb::find_rule(source, from)?.id, lb::find_rule(target, to)?.id))
        };
        self.ways.iter().map(way).collect()
    }
}
