//! An order on ports of instances behind one listener or some of its rules, as the actions for it
//! have it in common.

use regiment_core::model::{Fault, FaultKind, Listener, LoadBalancer, Member, Membership, Place};
use regiment_core::ops::Operation;
use regiment_core::view::View;

use super::{Named, WhichRules, command, find_application, find_listener, is_of_layer};
use crate::Action;
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// Whose members an action is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// A listener of TCP or UDP.
    Listener,
    /// Rules of one of HTTP or HTTPS, which must be named.
    Rules,
    /// The same; all of the listener's when none is named.
    AnyRules,
}

/// A member that is named.
pub struct Found {
    pub at: Membership,
    pub new_port: Option<u16>,
    /// The weight that was said, if any; in `at` stands the usual one then.
    pub weight: Option<u32>,
}

/// An order on members, `needed` fields of each being there. One without a port stands for all the
/// ports of its instance.
pub fn order_members(
    call: &Call<'_>,
    of: Of,
    needed: &[&str],
    operation: fn(Vec<Found>) -> Operation,
) -> Result<Action, Refusal> {
    let fields = call.fields();
    let balancer = fields.need("loadBalancerId")?.to_owned();
    let listener = fields.need("listenerId")?.to_owned();
    let rules = WhichRules::read(&fields)?;
    let named = Named::all(&fields, needed)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let order = || {
            let balancer = find_application(view.world, issuer.project, &balancer)?;
            let listener = find_listener(balancer, &listener)?;
            let places = places(of, listener, &rules)?;
            let asked = Asked { balancer, places, everywhere: of != Of::AnyRules };
            let found = asked.all(&named, view, &issuer)?;
            Ok(task::order_numbered(command(&issuer, balancer, operation(found)), ""))
        };
        task::settled(order())
    }))
}

fn places(of: Of, listener: &Listener, rules: &WhichRules) -> Result<Vec<Place>, Refusal> {
    let rules = match of {
        Of::Listener => {
            is_of_layer(listener, 4)?;
            return Ok(vec![Place { listener: listener.id, rule: None }]);
        }
        Of::Rules => {
            is_of_layer(listener, 7)?;
            rules.need(listener)?
        }
        Of::AnyRules => {
            is_of_layer(listener, 7)?;
            let named = rules.find(listener)?;
            if named.is_empty() { listener.rules.iter().collect() } else { named }
        }
    };
    Ok(rules.iter().map(|rule| Place { listener: listener.id, rule: Some(rule.id) }).collect())
}

struct Asked<'w> {
    balancer: &'w LoadBalancer,
    places: Vec<Place>,
    /// Whether what is named must be in each of the places; else one is enough.
    everywhere: bool,
}

impl Asked<'_> {
    /// The members that all of these are. One that is named twice is refused.
    fn all(
        &self,
        named: &[Named],
        view: &View<'_>,
        issuer: &Issuer,
    ) -> Result<Vec<Found>, Refusal> {
        let mut found: Vec<Found> = Vec::new();
        for one in named {
            let server = one.server(view.world, issuer.project)?;
            let mut is_there = false;
            for place in &self.places {
                let members = self.balancer.members_at(*place)?;
                let own = members.iter().filter(|member| member.server == server);
                let own: Vec<u16> = own.map(|member| member.port).collect();
                let ports = match one.port {
                    None => own,
                    Some(port) if self.everywhere || own.contains(&port) => vec![port],
                    Some(_) => Vec::new(),
                };
                is_there |= !ports.is_empty();
                if ports.is_empty() && self.everywhere {
                    return Err(one.not_bound());
                }
                for port in ports {
                    let member = Member { server, port, weight: one.weight(), since: view.now };
                    let at = Membership::of(*place, member);
                    let same =
                        |old: &Found| old.at.place() == *place && old.at.member.is_at(server, port);
                    if found.iter().any(same) {
                        let why = format!("names port {port} of {} twice", one.instance);
                        return Err(Refusal::Malformed { name: "backends".to_owned(), why });
                    }
                    found.push(Found { at, new_port: one.new_port, weight: one.weight });
                }
            }
            if !is_there {
                return Err(one.not_bound());
            }
        }
        Ok(found)
    }
}

impl Named {
    fn not_bound(&self) -> Refusal {
        Fault::with(FaultKind::BackendNotFound, &*self.instance).into()
    }
}
