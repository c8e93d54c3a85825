use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{NetworkId, ProjectId, Time};

/// A range of addresses: all that share the first `bits` bits of `base`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cidr {
    pub base: Ipv4Addr,
    pub bits: u8,
}

impl Cidr {
    pub const fn first(self) -> u32 {
        self.base.to_bits() & self.mask()
    }

    pub const fn last(self) -> u32 {
        self.first() | !self.mask()
    }

    const fn mask(self) -> u32 {
        match self.bits {
            0 => 0,
            bits => u32::MAX << (32 - if bits > 32 { 32 } else { bits }),
        }
    }

    pub const fn holds(self, address: Ipv4Addr) -> bool {
        address.to_bits() & self.mask() == self.first()
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.base, self.bits)
    }
}

/// A private network of a project, divided into subnets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vpc {
    pub id: NetworkId,
    pub project: ProjectId,
    pub name: Arc<str>,
    pub description: Arc<str>,
    pub cidr: Cidr,
    pub created_at: Time,
}

/// A part of a network that interfaces are plugged into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    pub id: NetworkId,
    pub project: ProjectId,
    pub vpc: NetworkId,
    pub name: Arc<str>,
    pub description: Arc<str>,
    pub cidr: Cidr,
    pub gateway: Ipv4Addr,
    pub created_at: Time,
}

/// How many addresses at the end of a subnet are the network's own: a system interface, DHCP and
/// broadcast, as public clouds have it.
const KEPT_AT_THE_END: u32 = 3;

impl Subnet {
    /// The first and the last address an interface may have; the gateway may lie between.
    pub const fn usable(&self) -> (u32, u32) {
        (self.cidr.first() + 1, self.cidr.last().saturating_sub(KEPT_AT_THE_END))
    }

    /// Whether an interface may have the address.
    pub fn offers(&self, address: Ipv4Addr) -> bool {
        let (first, last) = self.usable();
        (first..=last).contains(&address.to_bits()) && address != self.gateway
    }
}

/// Rules for what may reach the interfaces that have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityGroup {
    pub id: NetworkId,
    pub project: ProjectId,
    pub name: Arc<str>,
    pub description: Arc<str>,
    pub rules: Vec<Rule>,
    pub created_at: Time,
}

/// What is let in or out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub id: NetworkId,
    pub direction: Direction,
    /// 4 or 6.
    pub version: u8,
    /// Absent: all.
    pub protocol: Option<Arc<str>>,
    /// Absent: all.
    pub ports: Option<(u16, u16)>,
    pub remote: Remote,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    In,
    Out,
}

/// Whom a rule is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Remote {
    Anyone,
    Range(Cidr),
    /// The interfaces of this group.
    Group(NetworkId),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_what_shares_its_bits() {
        let cidr = Cidr { base: Ipv4Addr::new(192, 168, 4, 0), bits: 22 };
        assert_eq!(cidr.to_string(), "192.168.4.0/22");
        assert!(cidr.holds(Ipv4Addr::new(192, 168, 7, 255)));
        assert!(!cidr.holds(Ipv4Addr::new(192, 168, 8, 0)));
        assert!(Cidr { base: Ipv4Addr::UNSPECIFIED, bits: 0 }.holds(Ipv4Addr::BROADCAST));
        let one = Cidr { base: Ipv4Addr::LOCALHOST, bits: 32 };
        assert_eq!((one.first(), one.last()), (0x7F00_0001, 0x7F00_0001));
    }

    #[test]
    fn a_subnet_keeps_its_ends_and_its_gateway() {
        let subnet = Subnet {
            id: NetworkId(1),
            project: ProjectId(1),
            vpc: NetworkId(2),
            name: "s".into(),
            description: "".into(),
            cidr: Cidr { base: Ipv4Addr::new(10, 1, 2, 0), bits: 24 },
            gateway: Ipv4Addr::new(10, 1, 2, 1),
            created_at: Time::ZERO,
        };
        let offered = (0..=255).filter(|last| subnet.offers(Ipv4Addr::new(10, 1, 2, *last)));
        assert_eq!(offered.collect::<Vec<u8>>(), (2..=252).collect::<Vec<u8>>());
        assert!(!subnet.offers(Ipv4Addr::new(10, 1, 3, 7)));
    }
}
