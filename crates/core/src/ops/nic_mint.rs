//! What new interfaces get: an address, a port and a hardware address, none of them twice.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::chance::Chance;
use crate::model::{Fault, FaultKind, NetworkId, Nic, PortId, ProjectId, SubJobId, Subnet};
use crate::world::World;

/// One interface as it is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NicOrder {
    pub subnet: Option<NetworkId>,
    /// Wanted by the client; else one is chosen.
    pub address: Option<Ipv4Addr>,
    /// That of an interface with a life of its own: it is that one, as it is.
    pub port: Option<PortId>,
    /// None: those of the server.
    #[serde(default)]
    pub security_groups: Vec<NetworkId>,
    /// Addresses that it answers to beside its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub virtual_addresses: Vec<Ipv4Addr>,
}

impl NicOrder {
    /// Whether a server in this network may have it.
    pub(crate) fn check(
        &self,
        world: &World,
        project: ProjectId,
        network: Option<NetworkId>,
    ) -> Result<(), Fault> {
        if let Some(interface) = self.port.and_then(|port| world.interface(project, port)) {
            return if network.is_some_and(|network| network != interface.vpc) {
                Err(FaultKind::SubnetElsewhere.into())
            } else {
                Ok(())
            };
        }
        // Subnets that are not ours are taken at their word.
        let known = self.subnet.and_then(|id| world.subnet(project, id));
        if let Some(subnet) = known
            && network.is_some_and(|network| network != subnet.vpc)
        {
            return Err(Fault::with(FaultKind::SubnetElsewhere, subnet.id.to_string()));
        }
        for address in &self.virtual_addresses {
            if known.is_some_and(|subnet| !subnet.offers(*address)) {
                return Err(Fault::with(FaultKind::AddressOutside, address.to_string()));
            }
            if world.address_is_owned(project, self.subnet, *address) {
                return Err(Fault::with(FaultKind::AddressInUse, address.to_string()));
            }
        }
        let Some(address) = self.address else { return Ok(()) };
        if known.is_some_and(|subnet| !subnet.offers(address)) {
            return Err(Fault::with(FaultKind::AddressOutside, address.to_string()));
        }
        if world.address_in_use(project, self.subnet, address) {
            return Err(Fault::with(FaultKind::AddressInUse, address.to_string()));
        }
        Ok(())
    }

    /// The same for several interfaces of one server, which must not want the same address.
    pub(crate) fn check_all(
        orders: &[NicOrder],
        world: &World,
        project: ProjectId,
        network: Option<NetworkId>,
    ) -> Result<(), Fault> {
        let mut wanted = BTreeSet::new();
        for order in orders {
            order.check(world, project, network)?;
            if let Some(address) = order.address
                && !wanted.insert((order.subnet, address))
            {
                return Err(Fault::with(FaultKind::AddressInUse, address.to_string()));
            }
        }
        Ok(())
    }
}

/// Whether the ports that orders name belong to no interface yet, and to one of the orders each.
pub(crate) fn ports_are_free(
    orders: &[NicOrder],
    world: &World,
    project: ProjectId,
) -> Result<(), Fault> {
    let mut named = BTreeSet::new();
    for port in orders.iter().filter_map(|order| order.port) {
        let taken = world.port_in_use(project, port) || world.port_ordered(project, port);
        if !named.insert(port) || taken {
            return Err(Fault::with(FaultKind::NicTaken, port.to_string()));
        }
    }
    Ok(())
}

/// Makes the interfaces of one order.
pub(crate) struct NicMint<'a> {
    world: &'a World,
    project: ProjectId,
    /// Addresses that the order names itself.
    wanted: BTreeSet<(Option<NetworkId>, u32)>,
    /// Where to look on, by subnet: what was given before lies below.
    next: BTreeMap<Option<NetworkId>, u32>,
}

/// Where interfaces get their addresses from whose subnet is not known here: a network of 16 million.
const ELSEWHERE: (u32, u32) = (0x0A00_0004, 0x0AFF_FFF3);

impl<'a> NicMint<'a> {
    pub fn new(world: &'a World, project: ProjectId, orders: &[NicOrder]) -> NicMint<'a> {
        let wanted = orders.iter().flat_map(|order| {
            let named = order.address.into_iter().chain(order.virtual_addresses.iter().copied());
            named.map(|address| (order.subnet, address.to_bits()))
        });
        NicMint { world, project, wanted: wanted.collect(), next: BTreeMap::new() }
    }

    /// A unicast, locally administered hardware address, and a private address nobody else has.
    pub fn mint(
        &mut self,
        order: &NicOrder,
        sub: SubJobId,
        chance: &mut Chance,
    ) -> Result<Nic, Fault> {
        if let Some(one) = order.port.and_then(|port| self.world.interface(self.project, port)) {
            return Ok(one.nic.clone());
        }
        let bits = chance.next_u64().to_be_bytes();
        let port = order.port.unwrap_or_else(|| PortId(chance.uuid()));
        let address = self.address_for(order, sub)?;
        Ok(Nic {
            port,
            subnet: order.subnet,
            address,
            mac: [0xfa, 0x16, 0x3e, bits[0], bits[1], bits[2]],
            security_groups: order.security_groups.clone(),
            virtual_addresses: order.virtual_addresses.clone(),
            delete_with_server: false,
        })
    }

    /// The address that is wanted, or one that is free.
    pub fn address_for(&mut self, order: &NicOrder, sub: SubJobId) -> Result<Ipv4Addr, Fault> {
        order.address.map_or_else(|| self.address(order.subnet, sub), Ok)
    }

    fn address(&mut self, subnet: Option<NetworkId>, sub: SubJobId) -> Result<Ipv4Addr, Fault> {
        let known = subnet.and_then(|id| self.world.subnet(self.project, id));
        let (first, last) = known.map_or(ELSEWHERE, Subnet::usable);
        // Numbers go on, so that in a network without an end an address is hardly ever used again.
        let start = match known {
            Some(_) => first,
            None => {
                let span = u64::from(last - first) + 1;
                first + u32::try_from(sub.0 % span).expect("below the span")
            }
        };
        let start = self.next.get(&subnet).map_or(start, |next| start.max(*next));
        let gateway = known.map(|subnet| subnet.gateway.to_bits());
        let free = self.free_in(subnet, gateway, start, last);
        let free = free.or_else(|| self.free_in(subnet, gateway, first, last));
        let full = || Fault::from(FaultKind::SubnetFull);
        let address = free.ok_or_else(full)?;
        self.next.insert(subnet, address + 1);
        self.wanted.insert((subnet, address));
        Ok(Ipv4Addr::from(address))
    }

    fn free_in(
        &self,
        subnet: Option<NetworkId>,
        gateway: Option<u32>,
        from: u32,
        last: u32,
    ) -> Option<u32> {
        let mut at = from;
        loop {
            at = self.world.free_address(self.project, subnet, at);
            if at > last {
                return None;
            }
            if gateway != Some(at) && !self.wanted.contains(&(subnet, at)) {
                return Some(at);
            }
            at += 1;
        }
    }
}
