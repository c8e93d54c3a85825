//! Gateways whose whole network goes out under a few public addresses.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::super::public_addresses::{gone, make};
use crate::edits::{Desk, Put};
use crate::limits::{GATEWAY_ADDRESSES_MAX, PUBLIC_ADDRESSES_MAX};
use crate::model::{Asset, Fault, FaultKind, Gateway, GatewayId, PublicAddress, Time, Way};

/// Addresses that the project has and that lead nowhere, and how many new ones beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addresses {
    pub own: Vec<Ipv4Addr>,
    pub more: u32,
    /// What new ones are called, and whose lines they are reached over.
    pub name: std::sync::Arc<str>,
    pub line: std::sync::Arc<str>,
}

impl Addresses {
    /// What they are from now on, all for this gateway, which `has` some.
    pub(super) fn serve(
        &self,
        desk: &mut Desk<'_>,
        gateway: GatewayId,
        has: usize,
    ) -> Result<Vec<Put>, Fault> {
        if has + self.own.len() + self.more as usize > GATEWAY_ADDRESSES_MAX {
            let text = format!("{GATEWAY_ADDRESSES_MAX} public addresses of a gateway");
            return Err(Fault::with(FaultKind::QuotaExceeded, text));
        }
        let mut puts = gone(desk);
        let all = desk.world.public_addresses(desk.project).count() - puts.len();
        if all + self.more as usize > PUBLIC_ADDRESSES_MAX {
            let text = format!("{PUBLIC_ADDRESSES_MAX} public addresses");
            return Err(Fault::with(FaultKind::QuotaExceeded, text));
        }
        let ends = desk.world.ends(desk.project);
        for (at, address) in self.own.iter().enumerate() {
            let one = kept(desk, *address)?;
            if one.serves.is_some()
                || ends.contains_key(&one.id)
                || self.own[..at].contains(address)
            {
                return Err(Fault::with(FaultKind::PublicAddressInUse, address.to_string()));
            }
            puts.push(put(PublicAddress {
                serves: Some(gateway),
                leads_to: None,
                updated_at: desk.now,
                ..one.clone()
            }));
        }
        let mut given = Vec::new();
        for _ in 0..self.more {
            let mut made = make(desk, &given, self.name.clone(), self.line.clone());
            (made.kept, made.serves) = (true, Some(gateway));
            given.push(made.address);
            puts.push(put(made));
        }
        Ok(puts)
    }
}

/// The addresses, led nowhere. The gateway keeps one at least.
pub(super) fn release(
    desk: &Desk<'_>,
    gateway: &Gateway,
    addresses: &[Ipv4Addr],
) -> Result<Vec<Put>, Fault> {
    let Way::Shared { .. } = gateway.way else { return Err(FaultKind::GatewayUnfit.into()) };
    let mut puts = Vec::new();
    for (at, address) in addresses.iter().enumerate() {
        let one = kept(desk, *address)?;
        if one.serves != Some(gateway.id) || addresses[..at].contains(address) {
            return Err(Fault::with(FaultKind::PublicAddressNotInUse, address.to_string()));
        }
        puts.push(freed(one, desk.now));
    }
    if desk.world.serving(gateway).count() <= puts.len() {
        return Err(Fault::with(FaultKind::GatewayUnfit, gateway.name.clone()));
    }
    Ok(puts)
}

pub(super) fn freed(one: &PublicAddress, now: Time) -> Put {
    put(PublicAddress { serves: None, updated_at: now, ..one.clone() })
}

const fn put(one: PublicAddress) -> Put {
    Put::Asset(Asset::PublicAddress(one))
}

fn kept<'d>(desk: &'d Desk<'_>, address: Ipv4Addr) -> Result<&'d PublicAddress, Fault> {
    let mut all = desk.world.public_addresses(desk.project);
    let found = all.find(|one| one.kept && one.address == address);
    found.ok_or_else(|| Fault::with(FaultKind::PublicAddressNotFound, address.to_string()))
}
