//! Lines to somebody's own site, and under which addresses a network is seen at their other end.

use std::net::Ipv4Addr;

use crate::edits::Desk;
use crate::limits::TRANSLATIONS_MAX;
use crate::model::{
    AddressRange, Cidr, Fault, FaultKind, Gateway, NetworkId, Translation, Way, WaySort,
};

/// The ends of lines here: link-local, since nobody reaches them but the line.
const ENDS: u32 = 0xA9FE_4000;
const ENDS_MAX: u32 = 1 << 14;

/// A network has one line that translates and one that does not.
pub(super) fn line(
    desk: &Desk<'_>,
    vpc: Option<NetworkId>,
    translates: bool,
) -> Result<Way, Fault> {
    let mut taken = Vec::new();
    for one in desk.world.gateways_of_sort(desk.project, WaySort::Line) {
        let Way::Line { address, translates: own, .. } = one.way else { continue };
        if one.vpc == vpc && own == translates {
            return Err(Fault::with(FaultKind::GatewayExists, one.name.clone()));
        }
        taken.push(address);
    }
    let mut ends = (ENDS + 1..ENDS + ENDS_MAX).map(Ipv4Addr::from);
    let address = ends.find(|one| !taken.contains(one)).ok_or(FaultKind::QuotaExceeded)?;
    Ok(Way::Line { address, translates, translations: Vec::new() })
}

/// The range of the network that the line leads out of.
pub(super) fn network(desk: &Desk<'_>, gateway: &Gateway) -> Result<Cidr, Fault> {
    let found = gateway.vpc.and_then(|id| desk.world.vpc(gateway.project, id));
    found.map(|vpc| vpc.cidr).ok_or_else(|| FaultKind::GatewayUnfit.into())
}

pub(super) fn translate(gateway: &mut Gateway, vpc: Cidr, new: &Translation) -> Result<(), Fault> {
    let all = translations(gateway)?;
    if all.len() >= TRANSLATIONS_MAX {
        let text = format!("{TRANSLATIONS_MAX} translations of a gateway");
        return Err(Fault::with(FaultKind::QuotaExceeded, text));
    }
    if let Some(from) = new.from.filter(|from| !vpc.holds(*from)) {
        return Err(Fault::with(FaultKind::AddressOutside, from.to_string()));
    }
    if new.to.meets(AddressRange::of(vpc)) {
        return Err(Fault::with(FaultKind::NetworksOverlap, new.words.clone()));
    }
    // Single addresses and pools are two lists, and each has an address once.
    for one in all.iter().filter(|one| one.from.is_some() == new.from.is_some()) {
        if new.from.is_some() && one.from == new.from {
            let from = new.from.map(|from| from.to_string()).unwrap_or_default();
            return Err(Fault::with(FaultKind::TranslationExists, from));
        }
        if one.to.meets(new.to) {
            return Err(Fault::with(FaultKind::AddressInUse, new.words.clone()));
        }
    }
    all.push(new.clone());
    Ok(())
}

/// Takes the translation out and tells where it stood.
pub(super) fn untranslate(
    gateway: &mut Gateway,
    (from, to): (Option<Ipv4Addr>, AddressRange),
) -> Result<usize, Fault> {
    let all = translations(gateway)?;
    let at = all.iter().position(|one| one.from == from && one.to == to);
    let at = at.ok_or_else(|| Fault::with(FaultKind::TranslationNotFound, to.first.to_string()))?;
    all.remove(at);
    Ok(at)
}

/// Puts the last one where it belongs.
pub(super) fn keep_place(gateway: &mut Gateway, at: usize) {
    if let Ok(all) = translations(gateway) {
        all[at..].rotate_right(1);
    }
}

fn translations(gateway: &mut Gateway) -> Result<&mut Vec<Translation>, Fault> {
    match &mut gateway.way {
        Way::Line { translates: true, translations, .. } => Ok(translations),
        Way::Line { translates: false, .. }
        | Way::Shared { .. }
        | Way::Vpn { .. }
        | Way::Site { .. }
        | Way::Tunnel(_)
        | Way::Peering(_)
        | Way::Server(_) => Err(Fault::with(FaultKind::GatewayUnfit, gateway.name.clone())),
    }
}
