use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, Put, with_details};
use crate::limits::{INTERFACES_MAX, NIC_ADDRESSES_MAX};
use crate::model::{
    Asset, AssetKey, Fault, FaultKind, Interface, LeadsTo, NetworkId, Nic, PortId, PublicAddress,
    SubJobId,
};
use crate::ops::{NicMint, NicOrder};

/// Make an interface that no server has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateInterface {
    pub vpc: NetworkId,
    pub subnet: NetworkId,
    pub name: Arc<str>,
    pub description: Arc<str>,
    /// Its own address; one is chosen where none is wanted.
    pub address: Option<Ipv4Addr>,
    /// Further addresses that are wanted, and how many more of any.
    pub more: Vec<Ipv4Addr>,
    pub more_of_any: u32,
    pub security_groups: Vec<NetworkId>,
}

impl EditRules for CreateInterface {
    fn name(&self) -> &'static str {
        "create_interface"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        if desk.world.interfaces(desk.project).count() >= INTERFACES_MAX {
            let text = format!("{INTERFACES_MAX} interfaces");
            return Err(Fault::with(FaultKind::QuotaExceeded, text));
        }
        fits(self.more.len(), self.more_of_any)?;
        let subnet = Some(self.subnet);
        let named: Vec<Ipv4Addr> = self.address.iter().chain(&self.more).copied().collect();
        check(&desk, Some(self.vpc), subnet, &named)?;
        let order = NicOrder {
            subnet,
            address: self.address,
            port: None,
            security_groups: self.security_groups.clone(),
            virtual_addresses: self.more.clone(),
        };
        let sub = SubJobId(desk.world.next_number);
        let mut mint = NicMint::new(desk.world, desk.project, std::slice::from_ref(&order));
        let mut nic = mint.mint(&order, sub, desk.chance)?;
        let any = NicOrder { subnet, ..NicOrder::default() };
        for _ in 0..self.more_of_any {
            nic.virtual_addresses.push(mint.address_for(&any, sub)?);
        }
        let interface = Interface {
            project: desk.project,
            vpc: self.vpc,
            name: self.name.clone(),
            description: self.description.clone(),
            nic,
            created_at: desk.now,
        };
        Ok(Put::Asset(Asset::Interface(interface)).into())
    }
}

/// Forget an interface that no server has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteInterface {
    pub port: PortId,
}

impl EditRules for DeleteInterface {
    fn name(&self) -> &'static str {
        "delete_interface"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let (world, project) = (desk.world, desk.project);
        let fault = |kind| Fault::with(kind, self.port.to_string());
        if world.interface(project, self.port).is_none() {
            return Err(fault(FaultKind::NicNotFound));
        }
        if world.port_in_use(project, self.port) || world.port_ordered(project, self.port) {
            return Err(fault(FaultKind::NicTaken));
        }
        Ok(Put::NoAsset(AssetKey::Interface(project, self.port)).into())
    }
}

/// Give an interface further addresses, or take some from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeFurtherAddresses {
    pub port: PortId,
    pub add: Vec<Ipv4Addr>,
    /// How many to add of any.
    pub add_any: u32,
    pub remove: Vec<Ipv4Addr>,
}

impl EditRules for ChangeFurtherAddresses {
    fn name(&self) -> &'static str {
        "change_further_addresses"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let nic = nic(&desk, self.port)?;
        check(&desk, None, nic.subnet, &self.add)?;
        let mut after = nic.virtual_addresses.clone();
        for address in &self.remove {
            let at = after.iter().position(|own| own == address);
            let at =
                at.ok_or_else(|| Fault::with(FaultKind::AddressNotOnNic, address.to_string()))?;
            after.remove(at);
        }
        fits(after.len() + self.add.len(), self.add_any)?;
        after.extend(&self.add);
        let any = NicOrder { subnet: nic.subnet, ..NicOrder::default() };
        let named = NicOrder { virtual_addresses: self.add.clone(), ..any.clone() };
        let mut mint = NicMint::new(desk.world, desk.project, std::slice::from_ref(&named));
        for _ in 0..self.add_any {
            after.push(mint.address_for(&any, SubJobId(desk.world.next_number))?);
        }
        Ok(Edited { puts: with_further(&desk, self.port, &after), answers: Vec::new() })
    }
}

/// Move a further address from one interface to another in the same subnet. A public address that
/// leads to it goes on doing so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveFurtherAddress {
    pub from: PortId,
    pub to: PortId,
    pub address: Ipv4Addr,
}

impl EditRules for MoveFurtherAddress {
    fn name(&self) -> &'static str {
        "move_further_address"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let (from, to) = (nic(&desk, self.from)?, nic(&desk, self.to)?);
        if self.from == self.to {
            return Err(Fault::with(FaultKind::NicTaken, self.to.to_string()));
        }
        if from.subnet != to.subnet {
            return Err(FaultKind::SubnetElsewhere.into());
        }
        let mut left = from.virtual_addresses.clone();
        let at = left.iter().position(|own| *own == self.address);
        let missing = || Fault::with(FaultKind::AddressNotOnNic, self.address.to_string());
        left.remove(at.ok_or_else(missing)?);
        let mut got = to.virtual_addresses.clone();
        fits(got.len(), 1)?;
        got.push(self.address);
        let mut puts = with_further(&desk, self.from, &left);
        puts.extend(with_further_after(&desk, self.to, &got, &puts));
        let end = LeadsTo { port: self.from, address: self.address };
        for one in desk.world.public_addresses(desk.project) {
            if one.leads_to == Some(end) {
                let leads_to = Some(LeadsTo { port: self.to, ..end });
                let moved = PublicAddress { leads_to, updated_at: desk.now, ..one.clone() };
                puts.push(Put::Asset(Asset::PublicAddress(moved)));
            }
        }
        Ok(Edited { puts, answers: Vec::new() })
    }
}

fn nic<'d>(desk: &'d Desk<'_>, port: PortId) -> Result<&'d Nic, Fault> {
    let found = desk.world.nic(desk.project, port);
    let missing = || Fault::with(FaultKind::NicNotFound, port.to_string());
    found.map(|(_, nic)| nic).ok_or_else(missing)
}

fn fits(has: usize, more: u32) -> Result<(), Fault> {
    if has + more as usize > NIC_ADDRESSES_MAX {
        let text = format!("{NIC_ADDRESSES_MAX} further addresses of an interface");
        return Err(Fault::with(FaultKind::QuotaExceeded, text));
    }
    Ok(())
}

/// Whether nobody has these addresses of a subnet, and it has them to give.
fn check(
    desk: &Desk<'_>,
    network: Option<NetworkId>,
    subnet: Option<NetworkId>,
    addresses: &[Ipv4Addr],
) -> Result<(), Fault> {
    let mut named = BTreeSet::new();
    let order = |address| NicOrder { subnet, address, ..NicOrder::default() };
    order(None).check(desk.world, desk.project, network)?;
    for address in addresses {
        order(Some(*address)).check(desk.world, desk.project, network)?;
        if !named.insert(address) {
            return Err(Fault::with(FaultKind::AddressInUse, address.to_string()));
        }
    }
    Ok(())
}

/// The interface with these further addresses, where it is kept and where it is used.
fn with_further(desk: &Desk<'_>, port: PortId, further: &[Ipv4Addr]) -> Vec<Put> {
    with_further_after(desk, port, further, &[])
}

/// The same when `before` may have changed the server that it is in.
fn with_further_after(
    desk: &Desk<'_>,
    port: PortId,
    further: &[Ipv4Addr],
    before: &[Put],
) -> Vec<Put> {
    let mut puts = Vec::new();
    if let Some((Some(server), _)) = desk.world.nic(desk.project, port) {
        let earlier = before.iter().find_map(|put| match put {
            Put::Server { id, name: _, details } if *id == server.id => Some(details.clone()),
            Put::Server { .. }
            | Put::Asset(_)
            | Put::NoAsset(_)
            | Put::Project(_)
            | Put::Credential(_)
            | Put::NoCredential(_)
            | Put::Mark { .. } => None,
        });
        let mut server = server.clone();
        server.details = earlier.unwrap_or(server.details);
        puts.push(with_details(&server, |details| {
            for nic in details.nics.iter_mut().filter(|nic| nic.port == port) {
                nic.virtual_addresses = further.to_vec();
            }
        }));
    }
    if let Some(interface) = desk.world.interface(desk.project, port) {
        let mut interface = interface.clone();
        interface.nic.virtual_addresses = further.to_vec();
        puts.push(Put::Asset(Asset::Interface(interface)));
    }
    puts
}
