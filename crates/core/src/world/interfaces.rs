//! Interfaces with a life of their own, and the public addresses that lead to private ones.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use super::World;
use crate::model::{
    Asset, AssetKey, Interface, LeadsTo, Nic, PortId, ProjectId, PublicAddress, PublicAddressId,
    Server,
};

impl World {
    pub fn interface(&self, project: ProjectId, port: PortId) -> Option<&Interface> {
        self.asset(&AssetKey::Interface(project, port)).and_then(as_interface)
    }

    /// A project's interfaces with a life of their own, by port.
    pub fn interfaces(&self, project: ProjectId) -> impl Iterator<Item = &Interface> {
        let key = |port| AssetKey::Interface(project, port);
        let ends = key(PortId(0))..=key(PortId(u128::MAX));
        self.assets.range(ends).filter_map(|(_, asset)| as_interface(asset))
    }

    /// Those that no server has. Looks at every server if there are any.
    pub fn free_interfaces(&self, project: ProjectId) -> impl Iterator<Item = &Interface> {
        let mut taken = BTreeSet::new();
        if self.interfaces(project).next().is_some() {
            let servers = self.servers_of(project).chain(self.recycled_of(project));
            taken.extend(servers.flat_map(|one| one.details.nics.iter().map(|nic| nic.port)));
        }
        self.interfaces(project).filter(move |one| !taken.contains(&one.nic.port))
    }

    /// An interface as it is now, and the server that has it, one in the recycle bin too. Looks at
    /// every server unless the interface is free.
    pub fn nic(&self, project: ProjectId, port: PortId) -> Option<(Option<&Server>, &Nic)> {
        let of_server = |server: &'_ Server| server.details.nics.iter().any(|nic| nic.port == port);
        let mut servers = self.servers_of(project).chain(self.recycled_of(project));
        if let Some(server) = servers.find(|server| of_server(server)) {
            let nic = server.details.nics.iter().find(|nic| nic.port == port)?;
            return Some((Some(server), nic));
        }
        self.interface(project, port).map(|interface| (None, &interface.nic))
    }

    pub fn public_address(
        &self,
        project: ProjectId,
        id: PublicAddressId,
    ) -> Option<&PublicAddress> {
        self.asset(&AssetKey::PublicAddress(project, id)).and_then(as_public)
    }

    /// A project's public addresses by id, those that go with what they lead to among them.
    pub fn public_addresses(&self, project: ProjectId) -> impl Iterator<Item = &PublicAddress> {
        let key = |id| AssetKey::PublicAddress(project, id);
        let ends = key(PublicAddressId(0))..=key(PublicAddressId(u128::MAX));
        self.assets.range(ends).filter_map(|(_, asset)| as_public(asset))
    }

    /// Whether any project has this public address.
    pub(crate) fn public_address_taken(&self, address: Ipv4Addr) -> bool {
        self.assets().filter_map(as_public).any(|one| one.address == address)
            || self.gateways_of_all().any(|one| one.outside() == Some(address))
    }

    /// The public addresses that lead to a server, in the order of its interfaces.
    pub fn public_addresses_of<'w>(
        &'w self,
        server: &'w Server,
    ) -> impl Iterator<Item = (&'w Nic, &'w PublicAddress)> {
        server.details.nics.iter().flat_map(move |nic| {
            self.public_addresses(server.project)
                .filter(move |one| one.leads_to.is_some_and(|end| leads(end, nic)))
                .map(move |one| (nic, one))
        })
    }

    /// Where the project's public addresses lead that lead anywhere: to an interface, and to the server
    /// that has it. Looks at every server once.
    pub fn ends(&self, project: ProjectId) -> BTreeMap<PublicAddressId, (&Nic, Option<&Server>)> {
        let mut wanted: BTreeMap<PortId, Vec<(PublicAddressId, LeadsTo)>> = BTreeMap::new();
        for one in self.public_addresses(project) {
            if let Some(end) = one.leads_to {
                wanted.entry(end.port).or_default().push((one.id, end));
            }
        }
        let mut ends = BTreeMap::new();
        if wanted.is_empty() {
            return ends;
        }
        let free = self.interfaces(project).map(|interface| (&interface.nic, None));
        let servers = self.servers_of(project).chain(self.recycled_of(project));
        let used = servers
            .flat_map(|server| server.details.nics.iter().map(move |nic| (nic, Some(server))));
        // What a server has is said by the server: it comes last.
        for (nic, server) in free.chain(used) {
            for (id, end) in wanted.get(&nic.port).into_iter().flatten() {
                if leads(*end, nic) {
                    ends.insert(*id, (nic, server));
                } else {
                    ends.remove(id);
                }
            }
        }
        ends
    }
}

fn leads(end: LeadsTo, nic: &Nic) -> bool {
    end.port == nic.port && nic.addresses().any(|address| address == end.address)
}

const fn as_interface(asset: &Asset) -> Option<&Interface> {
    if let Asset::Interface(interface) = asset { Some(interface) } else { None }
}

const fn as_public(asset: &Asset) -> Option<&PublicAddress> {
    if let Asset::PublicAddress(address) = asset { Some(address) } else { None }
}
