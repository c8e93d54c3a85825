use regiment_core::model::{Fault, FaultKind, ListenerId, LoadBalancer, Protocol};
use regiment_core::ops::{DeleteListeners, Operation};

use crate::Action;
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::ops::servers;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{lb, task};

/// `DeleteLoadBalancerListeners`.
pub fn decode_classic(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let balancer = fields.need("loadBalancerId")?.to_owned();
    let named = servers::values(&fields, "listenerIds")?;
    if named.is_empty() {
        return Err(Refusal::Missing("listenerIds.0".to_owned()));
    }
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let order = || {
            let balancer = lb::find_classic(view.world, issuer.project, &balancer)?;
            let find = |id: &String| lb::find_listener(balancer, id).map(|listener| listener.id);
            let listeners = named.iter().map(find).collect::<Result<Vec<_>, Refusal>>()?;
            Ok(delete(&issuer, balancer, listeners))
        };
        task::settled(order())
    }))
}

/// One listener, by its id or by what no other has.
enum Named {
    Id(String),
    Port(Protocol, u16),
}

/// `DeleteForwardLBListener`.
pub fn decode_application(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let balancer = fields.need("loadBalancerId")?.to_owned();
    let named = Named::read(&fields)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let order = || {
            let balancer = lb::find_application(view.world, issuer.project, &balancer)?;
            Ok(delete(&issuer, balancer, vec![named.find(balancer)?]))
        };
        task::settled(order())
    }))
}

fn delete(issuer: &Issuer, balancer: &LoadBalancer, listeners: Vec<ListenerId>) -> Action {
    let operation = Operation::DeleteListeners(DeleteListeners { listeners });
    task::order_numbered(lb::command(issuer, balancer, operation), "")
}

impl Named {
    fn read(fields: &Fields<'_>) -> Result<Named, Refusal> {
        if fields.text("loadBalancerPort").is_none() {
            return Ok(Named::Id(fields.need("listenerId")?.to_owned()));
        }
        let protocol = lb::protocol(fields.need_number("protocol", 1..=4)?);
        Ok(Named::Port(protocol, lb::port(fields, "loadBalancerPort")?))
    }

    fn find(&self, balancer: &LoadBalancer) -> Result<ListenerId, Refusal> {
        match self {
            Named::Id(id) => lb::find_listener(balancer, id).map(|listener| listener.id),
            Named::Port(protocol, port) => {
                let found = balancer
                    .listeners
                    .iter()
                    .find(|one| one.protocol == *protocol && one.port == *port);
                let absent = || Fault::with(FaultKind::ListenerNotFound, port.to_string()).into();
                found.map(|listener| listener.id).ok_or_else(absent)
            }
        }
    }
}
