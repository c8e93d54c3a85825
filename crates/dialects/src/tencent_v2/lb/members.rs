//! An order on ports of instances behind one listener, as the actions for it have it in common.

use regiment_core::model::{Fault, FaultKind, Listener, Member, Membership};
use regiment_core::ops::Operation;
use regiment_core::view::View;

use super::{Named, command, find_application, find_listener, is_of_layer};
use crate::Action;
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// An order on members of a listener of TCP or UDP, `needed` fields of each being there. One without
/// a port stands for all the ports of its instance.
pub fn order_members(
    call: &Call<'_>,
    needed: &[&str],
    operation: fn(Vec<Membership>) -> Operation,
) -> Result<Action, Refusal> {
    let fields = call.fields();
    let balancer = fields.need("loadBalancerId")?.to_owned();
    let listener = fields.need("listenerId")?.to_owned();
    let named = Named::all(&fields, needed)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let order = || {
            let balancer = find_application(view.world, issuer.project, &balancer)?;
            let listener = find_listener(balancer, &listener)?;
            is_of_layer(listener, 4)?;
            let members = members(&named, view, &issuer, listener)?;
            Ok(task::order_numbered(command(&issuer, balancer, operation(members)), ""))
        };
        task::settled(order())
    }))
}

/// The members that all of these are. One place named twice is refused.
fn members(
    named: &[Named],
    view: &View<'_>,
    issuer: &Issuer,
    listener: &Listener,
) -> Result<Vec<Membership>, Refusal> {
    let mut members: Vec<Membership> = Vec::new();
    for one in named {
        let server = one.server(view.world, issuer.project)?;
        let ports: Vec<u16> = match one.port {
            Some(port) => vec![port],
            None => {
                let there = listener.members.iter().filter(|member| member.server == server);
                there.map(|member| member.port).collect()
            }
        };
        if ports.is_empty() {
            return Err(Fault::with(FaultKind::BackendNotFound, &*one.instance).into());
        }
        for port in ports {
            if members.iter().any(|old| old.member.is_at(server, port)) {
                let why = format!("names port {port} of {} twice", one.instance);
                return Err(Refusal::Malformed { name: "backends".to_owned(), why });
            }
            let member = Member { server, port, weight: one.weight(), since: view.now };
            members.push(Membership::of(listener.id.into(), member));
        }
    }
    Ok(members)
}
