//! What the load balancers' actions share: how one is found, what is said of listeners, and the
//! instances behind them.
//!
//! Deliberately absent: the actions themselves, which stand in `ops/lb`.

mod backends;
mod manner;
mod members;
mod order;
mod rules;

use regiment_core::command::{Admission, Command, TargetRef};
use regiment_core::model::{Fault, FaultKind, Listener, LoadBalancer, ProjectId, Protocol};
use regiment_core::ops::Operation;
use regiment_core::world::World;

use super::call::Issuer;
use super::faults::Refusal;
use crate::tencent::ids;

pub use backends::{Bound, Named, Shown as ShownBackend};
pub use manner::{Manner, certificates, certificates_are_named, name, port};
pub use members::{Found, Of, order_members};
pub use order::order_on_rules;
pub use rules::{Which as WhichRules, domain, find_rule, path};

/// Listeners in one call: as many as a load balancer may have in all, by the vendor's quota.
pub const LISTENERS_MAX: usize = 50;

/// How a load balancer is found that an action is for.
pub type Find = for<'w, 'i> fn(&'w World, ProjectId, &'i str) -> Result<&'w LoadBalancer, Refusal>;

/// The load balancer a client names, if it is this project's.
pub fn find<'w>(
    world: &'w World,
    project: ProjectId,
    id: &str,
) -> Result<&'w LoadBalancer, Refusal> {
    world
        .named_balancer(project, &ids::read_balancer(id))
        .ok_or_else(|| Fault::with(FaultKind::BalancerNotFound, id).into())
}

/// The same, if it is of the older kind, whose backends are its own.
pub fn find_classic<'w>(
    world: &'w World,
    project: ProjectId,
    id: &str,
) -> Result<&'w LoadBalancer, Refusal> {
    let balancer = find(world, project, id)?;
    if balancer.routes { Err(Refusal::NotForApplication(id.to_owned())) } else { Ok(balancer) }
}

/// The same, if it is of the newer kind, whose backends are its listeners' and their rules'.
pub fn find_application<'w>(
    world: &'w World,
    project: ProjectId,
    id: &str,
) -> Result<&'w LoadBalancer, Refusal> {
    let balancer = find(world, project, id)?;
    if balancer.routes { Ok(balancer) } else { Err(Refusal::NotForClassic(id.to_owned())) }
}

pub fn find_listener<'b>(balancer: &'b LoadBalancer, id: &str) -> Result<&'b Listener, Refusal> {
    ids::read_listener(id)
        .and_then(|read| balancer.listener(read))
        .ok_or_else(|| Fault::with(FaultKind::ListenerNotFound, id).into())
}

/// Refuses a listener of the other layer, of 4 and 7.
pub fn is_of_layer(listener: &Listener, layer: u32) -> Result<(), Refusal> {
    if listener.protocol.has_rules() == (layer == 7) {
        return Ok(());
    }
    let of = if layer == 7 { "HTTP or HTTPS" } else { "TCP or UDP" };
    let why = format!("must be a listener of {of}");
    Err(Refusal::Malformed { name: "listenerId".to_owned(), why })
}

/// A command for one load balancer.
pub fn command(issuer: &Issuer, balancer: &LoadBalancer, operation: Operation) -> Command {
    let mut command = issuer.command(operation, vec![TargetRef::Balancer(balancer.id)]);
    command.admission = Admission::AllOrNothing;
    command
}

/// The protocol with this number, which must be 1 to 4.
pub const fn protocol(number: u32) -> Protocol {
    match number {
        1 => Protocol::Http,
        2 => Protocol::Tcp,
        3 => Protocol::Udp,
        _ => Protocol::Https,
    }
}

pub const fn protocol_number(protocol: Protocol) -> u32 {
    match protocol {
        Protocol::Http => 1,
        Protocol::Tcp => 2,
        Protocol::Udp => 3,
        Protocol::Https => 4,
        // Of the later API; this one has no number for it.
        Protocol::Tls => 5,
    }
}

pub const fn protocol_word(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Http => "http",
        Protocol::Tcp => "tcp",
        Protocol::Udp => "udp",
        Protocol::Https => "https",
        Protocol::Tls => "tcp_ssl",
    }
}
