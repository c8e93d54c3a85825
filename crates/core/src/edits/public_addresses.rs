use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, Put};
use crate::limits::PUBLIC_ADDRESSES_MAX;
use crate::model::{
    Asset, AssetKey, Fault, FaultKind, LeadsTo, Nic, PortId, PublicAddress, PublicAddressId,
    ServerId,
};

/// Where public addresses come from: the range that carriers share, so that each is nobody's.
const RANGE: (u32, u32) = (0x6440_0001, 0x647F_FFFE);

/// Get public addresses that lead nowhere yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddPublicAddresses {
    pub count: u32,
    pub name: Arc<str>,
    pub line: Arc<str>,
}

impl EditRules for AddPublicAddresses {
    fn name(&self) -> &'static str {
        "add_public_addresses"
    }

    fn plan(&self, mut desk: Desk<'_>) -> Result<Edited, Fault> {
        let mut puts = gone(&desk);
        let has = desk.world.public_addresses(desk.project).count() - puts.len();
        if has + self.count as usize > PUBLIC_ADDRESSES_MAX {
            let text = format!("{PUBLIC_ADDRESSES_MAX} public addresses");
            return Err(Fault::with(FaultKind::QuotaExceeded, text));
        }
        let mut given = Vec::new();
        for _ in 0..self.count {
            let mut made = make(&mut desk, &given, self.name.clone(), self.line.clone());
            made.kept = true;
            given.push(made.address);
            puts.push(Put::Asset(Asset::PublicAddress(made)));
        }
        Ok(Edited { puts, answers: Vec::new() })
    }
}

/// Give public addresses back: all of them or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovePublicAddresses {
    pub ids: Vec<PublicAddressId>,
}

impl EditRules for RemovePublicAddresses {
    fn name(&self) -> &'static str {
        "remove_public_addresses"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let ends = desk.world.ends(desk.project);
        let mut puts = gone(&desk);
        for id in &self.ids {
            let one = kept(&desk, *id)?;
            if ends.contains_key(id) || one.serves.is_some() {
                return Err(Fault::with(FaultKind::PublicAddressInUse, one.address.to_string()));
            }
            puts.push(Put::NoAsset(AssetKey::PublicAddress(one.project, one.id)));
        }
        Ok(Edited { puts, answers: Vec::new() })
    }
}

/// Give a public address another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamePublicAddress {
    pub id: PublicAddressId,
    pub name: Arc<str>,
}

impl EditRules for NamePublicAddress {
    fn name(&self) -> &'static str {
        "name_public_address"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let one = kept(&desk, self.id)?;
        let named = PublicAddress { name: self.name.clone(), updated_at: desk.now, ..one.clone() };
        Ok(Put::Asset(Asset::PublicAddress(named)).into())
    }
}

/// Let a public address lead to a private one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindPublicAddress {
    pub id: PublicAddressId,
    pub port: PortId,
    /// Absent: the interface's own.
    pub address: Option<Ipv4Addr>,
}

impl EditRules for BindPublicAddress {
    fn name(&self) -> &'static str {
        "bind_public_address"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let one = kept(&desk, self.id)?;
        let ends = desk.world.ends(desk.project);
        if ends.contains_key(&one.id) || one.serves.is_some() {
            return Err(Fault::with(FaultKind::PublicAddressInUse, one.address.to_string()));
        }
        let end = end_of(&desk, self.port, self.address)?;
        let mut puts = gone(&desk);
        for other in desk.world.public_addresses(desk.project) {
            if other.leads_to != Some(end) || !ends.contains_key(&other.id) {
                continue;
            }
            if other.kept {
                return Err(Fault::with(FaultKind::PublicAddressInUse, end.address.to_string()));
            }
            // One that goes with what it leads to makes room for one that stays.
            puts.push(Put::NoAsset(AssetKey::PublicAddress(other.project, other.id)));
        }
        puts.push(led(one, Some(end), &desk));
        Ok(Edited { puts, answers: Vec::new() })
    }
}

/// Let a public address lead nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnbindPublicAddress {
    pub id: PublicAddressId,
    /// Whether what it led to gets another, which goes with it.
    pub replaced: bool,
}

impl EditRules for UnbindPublicAddress {
    fn name(&self) -> &'static str {
        "unbind_public_address"
    }

    fn plan(&self, mut desk: Desk<'_>) -> Result<Edited, Fault> {
        let one = kept(&desk, self.id)?.clone();
        if !desk.world.ends(desk.project).contains_key(&one.id) {
            return Err(Fault::with(FaultKind::PublicAddressNotInUse, one.address.to_string()));
        }
        let mut puts = gone(&desk);
        puts.push(led(&one, None, &desk));
        if self.replaced {
            let mut other = make(&mut desk, &[], "".into(), one.line.clone());
            other.leads_to = one.leads_to;
            puts.push(Put::Asset(Asset::PublicAddress(other)));
        }
        Ok(Edited { puts, answers: Vec::new() })
    }
}

/// Keep the public address that would go with a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeepPublicAddress {
    pub server: ServerId,
    pub name: Arc<str>,
}

impl EditRules for KeepPublicAddress {
    fn name(&self) -> &'static str {
        "keep_public_address"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let server = desk.server(self.server)?;
        let mut passing = desk.world.public_addresses_of(server).filter(|(_, one)| !one.kept);
        let missing = || Fault::with(FaultKind::PublicAddressNotFound, server.id.to_string());
        let (_, one) = passing.next().ok_or_else(missing)?;
        let name = self.name.clone();
        let kept = PublicAddress { kept: true, name, updated_at: desk.now, ..one.clone() };
        Ok(Put::Asset(Asset::PublicAddress(kept)).into())
    }
}

/// One that is the project's to name.
fn kept<'d>(desk: &'d Desk<'_>, id: PublicAddressId) -> Result<&'d PublicAddress, Fault> {
    let one = desk.world.public_address(desk.project, id).filter(|one| one.kept);
    one.ok_or_else(|| FaultKind::PublicAddressNotFound.into())
}

fn led(one: &PublicAddress, end: Option<LeadsTo>, desk: &Desk<'_>) -> Put {
    let led = PublicAddress { leads_to: end, updated_at: desk.now, ..one.clone() };
    Put::Asset(Asset::PublicAddress(led))
}

fn end_of(desk: &Desk<'_>, port: PortId, address: Option<Ipv4Addr>) -> Result<LeadsTo, Fault> {
    let found = desk.world.nic(desk.project, port);
    let missing = || Fault::with(FaultKind::NicNotFound, port.to_string());
    let (_, nic): (_, &Nic) = found.ok_or_else(missing)?;
    let address = address.unwrap_or(nic.address);
    if !nic.addresses().any(|own| own == address) {
        return Err(Fault::with(FaultKind::AddressNotOnNic, address.to_string()));
    }
    Ok(LeadsTo { port, address })
}

/// Those that went with what they led to: nobody saw them since, and now they are forgotten.
pub(super) fn gone(desk: &Desk<'_>) -> Vec<Put> {
    let world = desk.world;
    if world.public_addresses(desk.project).all(|one| one.kept) {
        return Vec::new();
    }
    let ends = world.ends(desk.project);
    world
        .public_addresses(desk.project)
        .filter(|one| !one.kept && !ends.contains_key(&one.id))
        .map(|one| Put::NoAsset(AssetKey::PublicAddress(one.project, one.id)))
        .collect()
}

pub(super) fn make(
    desk: &mut Desk<'_>,
    given: &[Ipv4Addr],
    name: Arc<str>,
    line: Arc<str>,
) -> PublicAddress {
    let (first, last) = RANGE;
    let span = u64::from(last - first) + 1;
    let mut at = first + u32::try_from(desk.chance.below(span)).expect("below the span");
    // A plane has far fewer projects than would fill the range.
    while given.contains(&at.into()) || desk.world.public_address_taken(at.into()) {
        at = if at == last { first } else { at + 1 };
    }
    PublicAddress {
        id: PublicAddressId(desk.chance.uuid()),
        project: desk.project,
        address: at.into(),
        name,
        line,
        kept: false,
        leads_to: None,
        serves: None,
        created_at: desk.now,
        updated_at: desk.now,
    }
}
