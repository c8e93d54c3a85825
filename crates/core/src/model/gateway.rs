//! What leads out of a network: to the outside, to another network, to a site of somebody's own.
//!
//! Deliberately absent: routes and packets. Nothing flows; what is kept is what was agreed.

use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Cidr, GatewayId, Hints, NetworkId, ProjectId, ServerId, Time};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gateway {
    pub id: GatewayId,
    pub project: ProjectId,
    /// The network it leads out of. A site of somebody's own is in none.
    pub vpc: Option<NetworkId>,
    pub name: Arc<str>,
    pub way: Way,
    /// What a dialect wants to tell again.
    pub hints: Hints,
    pub created_at: Time,
}

/// Where a gateway leads, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// To the outside, under public addresses. Which they are is said by the addresses.
    Shared {
        connections_max: u32,
        bandwidth_mbps: u32,
    },
    /// To sites of somebody's own, by tunnels; and from single computers into the network.
    Vpn {
        address: Ipv4Addr,
        bandwidth_mbps: u32,
        domains: Vec<Domain>,
    },
    /// The far end of tunnels.
    Site {
        address: Ipv4Addr,
    },
    Tunnel(Tunnel),
    /// To a site of somebody's own, by a line that nobody else uses.
    Line {
        address: Ipv4Addr,
        translates: bool,
        translations: Vec<Translation>,
    },
    Peering(Peering),
    /// To a server that is in no network.
    Server(ServerId),
}

/// What is told apart among gateways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WaySort {
    Shared,
    Vpn,
    Site,
    Tunnel,
    Line,
    Peering,
    Server,
}

/// Who may come in from single computers, under which addresses, and what they may reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// Unique in its gateway.
    pub group: Arc<str>,
    pub pools: Vec<AddressRange>,
    pub rules: Vec<DomainRule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainRule {
    pub protocol: Arc<str>,
    pub allows: bool,
    pub port: Arc<str>,
    pub from: Cidr,
    pub to: Cidr,
}

/// Between a VPN gateway and a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tunnel {
    pub gateway: GatewayId,
    pub site: GatewayId,
    /// Which ranges here talk to which ranges there.
    pub pairs: Vec<(Cidr, Cidr)>,
}

/// Addresses from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressRange {
    pub first: Ipv4Addr,
    pub last: Ipv4Addr,
}

impl AddressRange {
    pub const fn one(address: Ipv4Addr) -> AddressRange {
        AddressRange { first: address, last: address }
    }

    pub fn meets(self, other: AddressRange) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    pub fn of(cidr: Cidr) -> AddressRange {
        AddressRange { first: cidr.first().into(), last: cidr.last().into() }
    }
}

/// Under which addresses the network is seen at the other end of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Translation {
    /// The one address that is seen so. Absent: any, each under one of several, with another port.
    pub from: Option<Ipv4Addr>,
    pub to: AddressRange,
    /// How the client wrote `to`.
    pub words: Arc<str>,
    pub description: Arc<str>,
}

/// Between two networks, perhaps of two projects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peering {
    pub peer: ProjectId,
    pub peer_vpc: NetworkId,
    pub state: PeeringState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PeeringState {
    /// The other project was asked then, and has a week to answer.
    Asked(Time),
    Connected,
    Refused,
    /// One side has removed it; the other one still sees that.
    Ended {
        by: ProjectId,
    },
}

impl WaySort {
    /// Whether a network has no two of this sort with one name.
    pub const fn is_named_once(self) -> bool {
        match self {
            WaySort::Shared | WaySort::Site | WaySort::Tunnel | WaySort::Peering => true,
            WaySort::Vpn | WaySort::Line | WaySort::Server => false,
        }
    }
}

impl Way {
    pub const fn sort(&self) -> WaySort {
        match self {
            Way::Shared { .. } => WaySort::Shared,
            Way::Vpn { .. } => WaySort::Vpn,
            Way::Site { .. } => WaySort::Site,
            Way::Tunnel(_) => WaySort::Tunnel,
            Way::Line { .. } => WaySort::Line,
            Way::Peering(_) => WaySort::Peering,
            Way::Server(_) => WaySort::Server,
        }
    }
}

impl Gateway {
    /// Its own address of the outside.
    pub const fn outside(&self) -> Option<Ipv4Addr> {
        match &self.way {
            Way::Vpn { address, .. } => Some(*address),
            Way::Shared { .. }
            | Way::Site { .. }
            | Way::Tunnel(_)
            | Way::Line { .. }
            | Way::Peering(_)
            | Way::Server(_) => None,
        }
    }

    pub const fn peering(&self) -> Option<&Peering> {
        match &self.way {
            Way::Peering(peering) => Some(peering),
            Way::Shared { .. }
            | Way::Vpn { .. }
            | Way::Site { .. }
            | Way::Tunnel(_)
            | Way::Line { .. }
            | Way::Server(_) => None,
        }
    }

    pub const fn tunnel(&self) -> Option<&Tunnel> {
        match &self.way {
            Way::Tunnel(tunnel) => Some(tunnel),
            Way::Shared { .. }
            | Way::Vpn { .. }
            | Way::Site { .. }
            | Way::Peering(_)
            | Way::Line { .. }
            | Way::Server(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_meet_where_they_share_an_address() {
        let range = |first: u8, last: u8| AddressRange {
            first: Ipv4Addr::new(10, 0, 0, first),
            last: Ipv4Addr::new(10, 0, 0, last),
        };
        assert!(range(1, 5).meets(range(5, 9)));
        assert!(range(4, 6).meets(range(1, 9)));
        assert!(!range(1, 4).meets(range(5, 9)));
        let all = Cidr { base: Ipv4Addr::new(10, 0, 0, 7), bits: 29 };
        assert_eq!(AddressRange::of(all), range(0, 7));
    }
}
