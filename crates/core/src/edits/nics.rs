use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, with_details};
use crate::model::{Fault, FaultKind, NetworkId, Nic, PortId, Server, ServerId, SubJobId};
use crate::ops::{NicMint, NicOrder};

/// Say of an interface whether it goes with its server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeepNic {
    pub server: ServerId,
    pub port: PortId,
    pub delete_with_server: bool,
}

impl EditRules for KeepNic {
    fn name(&self) -> &'static str {
        "keep_nic"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let (server, at) = nic_of(&desk, self.server, self.port)?;
        let put = with_details(server, |details| {
            details.nics[at].delete_with_server = self.delete_with_server;
        });
        Ok(put.into())
    }
}

/// Give an interface another address, perhaps in another subnet of its network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeAddress {
    pub server: ServerId,
    pub port: PortId,
    /// Absent: it stays in its subnet.
    pub subnet: Option<NetworkId>,
    /// Absent: one is chosen.
    pub address: Option<Ipv4Addr>,
}

impl EditRules for ChangeAddress {
    fn name(&self) -> &'static str {
        "change_address"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let (server, at) = nic_of(&desk, self.server, self.port)?;
        let nic = &server.details.nics[at];
        let subnet = self.subnet.or(nic.subnet);
        let stays = subnet == nic.subnet && self.address.is_none_or(|wanted| wanted == nic.address);
        let address = if stays {
            nic.address
        } else {
            let order = NicOrder { subnet, address: self.address, ..NicOrder::default() };
            order.check(desk.world, desk.project, server.details.network)?;
            let orders = std::slice::from_ref(&order);
            let sub = SubJobId(desk.world.next_number);
            NicMint::new(desk.world, desk.project, orders).address_for(&order, sub)?
        };
        let put = with_details(server, |details| {
            let nic = &mut details.nics[at];
            if nic.subnet != subnet {
                // They belong to the subnet that it left.
                nic.virtual_addresses.clear();
            }
            (nic.subnet, nic.address) = (subnet, address);
        });
        Ok(put.into())
    }
}

/// Let an interface answer to one more address, or to its own alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareAddress {
    pub server: ServerId,
    pub port: PortId,
    /// Absent: it gives up all it shares.
    pub address: Option<Ipv4Addr>,
}

impl EditRules for ShareAddress {
    fn name(&self) -> &'static str {
        "share_address"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let (server, at) = nic_of(&desk, self.server, self.port)?;
        let nic = &server.details.nics[at];
        if let Some(address) = self.address {
            may_share(&desk, nic, address)?;
        }
        let put = with_details(server, |details| {
            let shared = &mut details.nics[at].virtual_addresses;
            match self.address {
                Some(address) if shared.contains(&address) => {}
                Some(address) => shared.push(address),
                None => shared.clear(),
            }
        });
        Ok(put.into())
    }
}

/// A shared address may be another interface's shared one, but nobody's own.
fn may_share(desk: &Desk<'_>, nic: &Nic, address: Ipv4Addr) -> Result<(), Fault> {
    let known = nic.subnet.and_then(|id| desk.world.subnet(desk.project, id));
    if known.is_some_and(|subnet| !subnet.offers(address)) {
        return Err(Fault::with(FaultKind::AddressOutside, address.to_string()));
    }
    if desk.world.address_is_owned(desk.project, nic.subnet, address) {
        return Err(Fault::with(FaultKind::AddressInUse, address.to_string()));
    }
    Ok(())
}

/// Put a server into a security group, or take it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSecurityGroup {
    pub server: ServerId,
    pub group: NetworkId,
    pub member: bool,
    /// What a server that was given no group is in.
    pub default: NetworkId,
}

impl EditRules for ChangeSecurityGroup {
    fn name(&self) -> &'static str {
        "change_security_group"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let server = desk.server(self.server)?;
        let mut groups = server.details.security_groups.clone();
        if groups.is_empty() {
            groups.push(self.default);
        }
        let fault = |kind| Fault::with(kind, self.group.to_string());
        let of_nics =
            server.details.nics.iter().any(|nic| nic.security_groups.contains(&self.group));
        match (groups.iter().position(|group| *group == self.group), self.member) {
            (None, true) => groups.push(self.group),
            (Some(_), false) if groups.len() == 1 => {
                return Err(FaultKind::LastSecurityGroup.into());
            }
            (Some(at), false) => drop(groups.remove(at)),
            (None, false) if !of_nics => return Err(fault(FaultKind::NotInSecurityGroup)),
            (Some(_), true) | (None, false) => {}
        }
        let put = with_details(server, |details| {
            details.nics.iter_mut().for_each(|nic| self.change(nic));
            details.security_groups = groups;
        });
        Ok(put.into())
    }
}

impl ChangeSecurityGroup {
    /// An interface with groups of its own follows its server.
    fn change(&self, nic: &mut Nic) {
        if nic.security_groups.is_empty() {
            return;
        }
        nic.security_groups.retain(|group| *group != self.group);
        if self.member {
            nic.security_groups.push(self.group);
        }
    }
}

/// Give a server other security groups, whatever it was in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplaceSecurityGroups {
    pub server: ServerId,
    pub groups: Vec<NetworkId>,
}

impl EditRules for ReplaceSecurityGroups {
    fn name(&self) -> &'static str {
        "replace_security_groups"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let server = desk.server(self.server)?;
        let put = with_details(server, |details| {
            // An interface with groups of its own follows its server.
            for nic in details.nics.iter_mut().filter(|nic| !nic.security_groups.is_empty()) {
                nic.security_groups.clone_from(&self.groups);
            }
            details.security_groups.clone_from(&self.groups);
        });
        Ok(put.into())
    }
}

fn nic_of<'d>(
    desk: &'d Desk<'_>,
    server: ServerId,
    port: PortId,
) -> Result<(&'d Server, usize), Fault> {
    let server = desk.server(server)?;
    let at = server.details.nics.iter().position(|nic| nic.port == port);
    at.map(|at| (server, at)).ok_or_else(|| Fault::with(FaultKind::NicNotFound, port.to_string()))
}
