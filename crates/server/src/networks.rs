//! The two networks that a new plane begins with: one that the first fleet is in, and one to move to.

use std::net::Ipv4Addr;

use regiment_core::apply::{Change, Edited};
use regiment_core::chance::Chance;
use regiment_core::edits::Put;
use regiment_core::model::{
    Asset, Cidr, Direction, NetworkId, ProjectId, Remote, Rule, SecurityGroup, Subnet, Time, Vpc,
};

pub struct Networks {
    pub home: Network,
    other: Network,
}

/// A network with one subnet, which is all of it, and a security group.
pub struct Network {
    pub vpc: NetworkId,
    pub subnet: NetworkId,
    pub group: NetworkId,
    names: [&'static str; 3],
    cidr: Cidr,
    rules: [NetworkId; 5],
}

/// Up to so many servers fit the smaller network with room for as many as a quarter more.
const SMALL_FLEET_MAX: u32 = 50_000;

/// The addresses before these are left for gateways and for whatever clients put there.
const FIRST_ADDRESS: u32 = 10;

impl Networks {
    pub fn draw(fleet: u32, chance: &mut Chance) -> Networks {
        let cidr =
            if fleet <= SMALL_FLEET_MAX { ([192, 168, 0, 0], 16) } else { ([10, 0, 0, 0], 8) };
        let names = ["vpc-default", "subnet-default", "default"];
        let home = Network::draw(names, cidr, chance);
        let names = ["vpc-other", "subnet-other", "other"];
        Networks { home, other: Network::draw(names, ([172, 16, 0, 0], 16), chance) }
    }

    pub fn change(&self, project: ProjectId, at: Time) -> Change {
        let networks = [&self.home, &self.other];
        let puts = networks.into_iter().flat_map(|network| network.assets(project, at));
        Change::Edited(Edited { at, puts: puts.map(Put::Asset).collect(), token: None, job: None })
    }
}

impl Network {
    fn draw(names: [&'static str; 3], cidr: ([u8; 4], u8), chance: &mut Chance) -> Network {
        let (base, bits) = cidr;
        let mut id = || NetworkId(chance.uuid());
        Network {
            vpc: id(),
            subnet: id(),
            group: id(),
            names,
            cidr: Cidr { base: Ipv4Addr::from(base), bits },
            rules: [id(), id(), id(), id(), id()],
        }
    }

    /// The address of the n-th server of the first fleet, counted from 1.
    pub fn address(&self, number: u32) -> Ipv4Addr {
        Ipv4Addr::from(self.cidr.first() + FIRST_ADDRESS - 1 + number)
    }

    fn assets(&self, project: ProjectId, created_at: Time) -> [Asset; 3] {
        let [vpc, subnet, group] = self.names;
        let (cidr, description) = (self.cidr, "".into());
        [
            Asset::Vpc(Vpc {
                id: self.vpc,
                project,
                name: vpc.into(),
                description,
                cidr,
                created_at,
            }),
            Asset::Subnet(Subnet {
                id: self.subnet,
                project,
                vpc: self.vpc,
                name: subnet.into(),
                description: "".into(),
                cidr,
                gateway: Ipv4Addr::from(cidr.first() + 1),
                created_at,
            }),
            Asset::SecurityGroup(SecurityGroup {
                id: self.group,
                project,
                name: group.into(),
                description: "".into(),
                rules: self.rules(),
                created_at,
            }),
        ]
    }

    /// What a public cloud's first group says: everything may go out, in come the group's own
    /// members and those who administer a server.
    fn rules(&self) -> Vec<Rule> {
        let [out, members, ssh, desktop, ping] = self.rules;
        let rule = |id, direction, protocol: Option<&str>, port: Option<u16>, remote| Rule {
            id,
            direction,
            version: 4,
            protocol: protocol.map(Into::into),
            ports: port.map(|port| (port, port)),
            remote,
        };
        vec![
            rule(out, Direction::Out, None, None, Remote::Anyone),
            rule(members, Direction::In, None, None, Remote::Group(self.group)),
            rule(ssh, Direction::In, Some("tcp"), Some(22), Remote::Anyone),
            rule(desktop, Direction::In, Some("tcp"), Some(3389), Remote::Anyone),
            rule(ping, Direction::In, Some("icmp"), None, Remote::Anyone),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_of_any_size_has_its_addresses_in_the_subnet() {
        for fleet in [0, 1, 20, SMALL_FLEET_MAX, SMALL_FLEET_MAX + 1, 1_000_000] {
            let networks = Networks::draw(fleet, &mut Chance::new(1));
            let assets = networks.home.assets(ProjectId(1), Time::ZERO);
            let Some(Asset::Subnet(subnet)) = assets.get(1) else { panic!("no subnet") };
            assert!(subnet.offers(networks.home.address(1)));
            assert!(subnet.offers(networks.home.address(fleet.max(1))), "{fleet}");
        }
    }
}
