//! What the actions of load balancers share: how one is found, its codes, and what a client says of
//! it that only this version shows again.
//!
//! Deliberately absent: the actions themselves, which stand in `ops/clb`.

mod certificate;
mod health;
mod order;
mod rules;
mod targets;

use regiment_core::command::{Command, TargetRef};
use regiment_core::model::{
    FaultKind, Hints, Listener, LoadBalancer, ProjectId, Protocol, Reach, ServerId,
};
use regiment_core::ops::Operation;
use regiment_core::view::View;

use super::call::Issuer;
use super::faults::Refusal;
use crate::tencent::ids;

pub use crate::tencent::health::usual as usual_health;
pub use crate::tencent::hints::{number_in as number, said as hint};
pub use certificate::{Shown as ShownCertificate, Wanted as WantedCertificate};
pub use health::{Shown as ShownHealth, Wanted as WantedHealth};
pub use order::{order_members, order_on_listener};
pub use rules::ShownRule;
pub use targets::{
    Listed, Shown as ShownTarget, Wanted as WantedTarget, WantedRule, Where, port, rule, rule_for,
    weight,
};

/// Characters in a name of a load balancer or a listener.
const NAME_CHARS_MAX: usize = 80;

/// Under what a load balancer remembers what was said of it.
pub mod hints {
    pub const BANDWIDTH: &str = "tencent_v3/InternetMaxBandwidthOut";
    pub const CHARGE_TYPE: &str = "tencent_v3/LBChargeType";
    pub const INTERNET_CHARGE_TYPE: &str = "tencent_v3/InternetChargeType";
    pub const ISP: &str = "tencent_v3/VipIsp";
    pub const PASS_TO_TARGET: &str = "tencent_v3/LoadBalancerPassToTarget";
    pub const PERIOD: &str = "tencent_v3/Period";
    pub use crate::tencent::hints::BALANCER_PROJECT as PROJECT;
    pub const PROTECTED: &str = "tencent_v3/DeleteProtect";
    pub const RENEW_FLAG: &str = "tencent_v3/RenewFlag";
    pub const SLA_TYPE: &str = "tencent_v3/SlaType";
    pub use crate::tencent::hints::BALANCER_ZONE as ZONE;
    /// Of listeners.
    pub const DEREGISTER_RESET: &str = "tencent_v3/DeregisterTargetRst";
    pub const KEEPALIVE: &str = "tencent_v3/KeepaliveEnable";
    pub const SNI: &str = "tencent_v3/SniSwitch";
    /// Of rules.
    pub const FORWARD_TYPE: &str = "tencent_v3/ForwardType";
    pub const HTTP2: &str = "tencent_v3/Http2";
    pub const SOURCE_IP_TYPE: &str = "tencent_v3/SourceIpType";
}

pub fn flag(hints: &Hints, name: &str) -> bool {
    hint(hints, name) == Some("true")
}

/// A name for a load balancer or a listener, if it is not too long and says something.
pub fn name(parameter: &str, said: &str) -> Result<(), Refusal> {
    if !(1..=NAME_CHARS_MAX).contains(&said.chars().count()) {
        return Err(Refusal::bad_length(parameter, 1, NAME_CHARS_MAX));
    }
    if said.chars().any(char::is_control) {
        return Err(Refusal::bad("InvalidParameter.FormatError", parameter, "…"));
    }
    Ok(())
}

pub fn target(id: &str) -> Result<TargetRef, Refusal> {
    match ids::read_balancer(id) {
        TargetRef::Unreadable(_) => {
            Err(Refusal::bad("InvalidParameter.FormatError", "LoadBalancerId", id))
        }
        target @ (TargetRef::Server(_)
        | TargetRef::Short(_)
        | TargetRef::Balancer(_)
        | TargetRef::Disk(_)
        | TargetRef::Image(_)) => Ok(target),
    }
}

/// The load balancer a client names, if it is this project's.
pub fn find<'v>(
    view: &View<'v>,
    project: ProjectId,
    id: &str,
) -> Result<&'v LoadBalancer, Refusal> {
    view.world
        .named_balancer(project, &target(id)?)
        .ok_or_else(|| Refusal::from(FaultKind::BalancerNotFound).about(id))
}

/// One to have listeners and targets of this version: the older kind has its own in API 2.0.
pub fn find_routing<'v>(
    view: &View<'v>,
    project: ProjectId,
    id: &str,
) -> Result<&'v LoadBalancer, Refusal> {
    let balancer = find(view, project, id)?;
    if balancer.routes {
        return Ok(balancer);
    }
    Err(Refusal::said_by_action(
        "FailedOperation",
        "the action is not for classic load balancers",
        "传统型负载均衡不支持该操作",
    )
    .about(id))
}

/// One of the older kind, which has backends and no targets.
pub fn find_classic<'v>(
    view: &View<'v>,
    project: ProjectId,
    id: &str,
) -> Result<&'v LoadBalancer, Refusal> {
    let balancer = find(view, project, id)?;
    if !balancer.routes {
        return Ok(balancer);
    }
    Err(Refusal::said_by_action(
        "FailedOperation",
        "the action is only for classic load balancers",
        "仅传统型负载均衡支持该操作",
    )
    .about(id))
}

/// The servers named. One named twice is refused.
pub fn servers<'i>(
    view: &View<'_>,
    project: ProjectId,
    ids: impl IntoIterator<Item = &'i String>,
) -> Result<Vec<ServerId>, Refusal> {
    let mut servers = Vec::new();
    for id in ids {
        let named = view.world.named(project, &super::call::target(id)?);
        let server = named.ok_or_else(|| Refusal::from(FaultKind::ServerNotFound).about(id))?.id;
        if servers.contains(&server) {
            return Err(Refusal::bad("InvalidParameterValue.Duplicate", "InstanceId", id));
        }
        servers.push(server);
    }
    Ok(servers)
}

pub fn listener<'b>(balancer: &'b LoadBalancer, id: &str) -> Result<&'b Listener, Refusal> {
    let read = ids::read_listener(id)
        .ok_or_else(|| Refusal::bad("InvalidParameter.FormatError", "ListenerId", id))?;
    balancer.listener(read).ok_or_else(|| Refusal::from(FaultKind::ListenerNotFound).about(id))
}

/// A command for one load balancer.
pub fn command(issuer: &Issuer, balancer: &LoadBalancer, operation: Operation) -> Command {
    issuer.command(operation, vec![TargetRef::Balancer(balancer.id)])
}

pub const fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::Public => "OPEN",
        Reach::Private => "INTERNAL",
    }
}

pub fn read_reach(word: &str) -> Result<Reach, Refusal> {
    match word {
        "OPEN" => Ok(Reach::Public),
        "INTERNAL" => Ok(Reach::Private),
        word => Err(Refusal::bad("InvalidParameterValue", "LoadBalancerType", word)),
    }
}

pub const fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Http => "HTTP",
        Protocol::Https => "HTTPS",
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
        Protocol::Tls => "TCP_SSL",
    }
}

pub fn read_protocol(word: &str) -> Result<Protocol, Refusal> {
    match word {
        "HTTP" => Ok(Protocol::Http),
        "HTTPS" => Ok(Protocol::Https),
        "TCP" => Ok(Protocol::Tcp),
        "UDP" => Ok(Protocol::Udp),
        "TCP_SSL" => Ok(Protocol::Tls),
        word => Err(Refusal::bad("InvalidParameterValue", "Protocol", word)),
    }
}
