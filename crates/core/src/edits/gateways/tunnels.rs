//! Tunnels from VPN gateways to sites of somebody's own, and who comes in from single computers.

use std::net::Ipv4Addr;

use crate::edits::Desk;
use crate::model::{Cidr, Domain, Fault, FaultKind, Gateway, Hints, Tunnel, Way, WaySort};

pub(super) fn site(desk: &Desk<'_>, address: Ipv4Addr) -> Result<Way, Fault> {
    let way = Way::Site { address };
    if desk.world.gateways_of_sort(desk.project, WaySort::Site).any(|one| one.way == way) {
        return Err(Fault::with(FaultKind::GatewayInUse, address.to_string()));
    }
    Ok(way)
}

/// Between a VPN gateway and a site of the project's, which have none yet.
pub(super) fn tunnel(desk: &Desk<'_>, tunnel: &Tunnel) -> Result<Way, Fault> {
    for (id, sort) in [(tunnel.gateway, WaySort::Vpn), (tunnel.site, WaySort::Site)] {
        let found = desk.world.gateway(desk.project, id);
        if found.is_none_or(|one| one.way.sort() != sort) {
            return Err(FaultKind::GatewayNotFound.into());
        }
    }
    let ends = (tunnel.gateway, tunnel.site);
    let mut all = desk.world.gateways(desk.project);
    let same = |one: &&Gateway| one.tunnel().is_some_and(|own| (own.gateway, own.site) == ends);
    match all.find(same) {
        Some(one) => Err(Fault::with(FaultKind::GatewayInUse, one.name.clone())),
        None => Ok(Way::Tunnel(tunnel.clone())),
    }
}

pub(super) fn retune(
    gateway: &mut Gateway,
    pairs: Option<&Vec<(Cidr, Cidr)>>,
    hints: &Hints,
) -> Result<(), Fault> {
    let Way::Tunnel(tunnel) = &mut gateway.way else {
        return Err(Fault::with(FaultKind::GatewayUnfit, gateway.name.clone()));
    };
    if let Some(pairs) = pairs {
        tunnel.pairs.clone_from(pairs);
    }
    gateway.hints.extend(hints.iter().map(|(name, said)| (name.clone(), said.clone())));
    Ok(())
}

pub(super) fn admit(gateway: &mut Gateway, domain: &Domain) -> Result<(), Fault> {
    let Way::Vpn { domains, .. } = &mut gateway.way else {
        return Err(Fault::with(FaultKind::GatewayUnfit, gateway.name.clone()));
    };
    match domains.iter_mut().find(|one| one.group == domain.group) {
        Some(own) => own.clone_from(domain),
        None => domains.push(domain.clone()),
    }
    Ok(())
}
