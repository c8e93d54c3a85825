use std::collections::BTreeMap;
use std::sync::Arc;

use regiment_core::model::Reach;
use regiment_core::ops::{ChangeLoadBalancer, Operation};

use super::create_load_balancers::{not_for_domain, prefix};
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{lb, names, task};

fn name(fields: &Fields<'_>) -> Result<Option<Arc<str>>, Refusal> {
    let name = names::read(fields, "loadBalancerName", names::BALANCER_CHARS_MAX)?;
    Ok(name.map(Into::into))
}

/// `ModifyLoadBalancerAttributes`.
pub fn decode_classic(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let (name, domain_prefix) = (name(&fields)?, prefix(&fields)?);
    if name.is_none() && domain_prefix.is_none() {
        return Err(Refusal::Missing("loadBalancerName".to_owned()));
    }
    order(call, lb::find_classic, name, domain_prefix)
}

/// `ModifyForwardLBName`.
pub fn decode_application(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    fields.need("loadBalancerName")?;
    order(call, lb::find_application, name(&fields)?, None)
}

fn order(
    call: &Call<'_>,
    find: lb::Find,
    name: Option<Arc<str>>,
    domain_prefix: Option<Arc<str>>,
) -> Result<Action, Refusal> {
    let balancer = call.fields().need("loadBalancerId")?.to_owned();
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let order = || {
            let balancer = find(view.world, issuer.project, &balancer)?;
            if domain_prefix.is_some() && balancer.reach == Reach::Private {
                return Err(not_for_domain());
            }
            let change = ChangeLoadBalancer {
                name,
                domain_prefix,
                hints: BTreeMap::new(),
                security_groups: None,
            };
            let operation = Operation::ChangeLoadBalancer(change);
            Ok(task::order_numbered(lb::command(&issuer, balancer, operation), ""))
        };
        task::settled(order())
    }))
}
