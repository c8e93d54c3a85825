//! Ways out of networks: made, changed in one respect, removed. What one change means for one kind of
//! way is in the file of that kind.

mod lines;
mod peerings;
mod shared;
mod tunnels;

use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use shared::Addresses;

use super::public_addresses::make;
use super::{Desk, EditRules, Edited, Put};
use crate::limits::GATEWAYS_MAX;
use crate::model::{
    AddressRange, Asset, AssetKey, Cidr, Domain, Fault, FaultKind, Gateway, GatewayId, Hints,
    NetworkId, PeeringState, ProjectId, ServerId, Translation, Tunnel, Vpc, Way, WaySort,
};

/// Make a way out of a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddGateway {
    /// A site of somebody's own is in none.
    pub vpc: Option<NetworkId>,
    pub name: Arc<str>,
    pub way: NewWay,
    pub hints: Hints,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NewWay {
    Shared { connections_max: u32, bandwidth_mbps: u32, addresses: Addresses },
    Vpn { bandwidth_mbps: u32 },
    Site { address: Ipv4Addr },
    Tunnel(Tunnel),
    Line { translates: bool },
    Peering { peer: ProjectId, peer_vpc: NetworkId },
    Server(ServerId),
}

impl NewWay {
    const fn sort(&self) -> WaySort {
        match self {
            NewWay::Shared { .. } => WaySort::Shared,
            NewWay::Vpn { .. } => WaySort::Vpn,
            NewWay::Site { .. } => WaySort::Site,
            NewWay::Tunnel(_) => WaySort::Tunnel,
            NewWay::Line { .. } => WaySort::Line,
            NewWay::Peering { .. } => WaySort::Peering,
            NewWay::Server(_) => WaySort::Server,
        }
    }
}

impl EditRules for AddGateway {
    fn name(&self) -> &'static str {
        "add_gateway"
    }

    fn plan(&self, mut desk: Desk<'_>) -> Result<Edited, Fault> {
        if desk.world.gateways(desk.project).count() >= GATEWAYS_MAX {
            let text = format!("{GATEWAYS_MAX} gateways");
            return Err(Fault::with(FaultKind::QuotaExceeded, text));
        }
        self.name_is_free(&desk)?;
        let id = GatewayId(desk.chance.uuid());
        let mut puts = Vec::new();
        let way = match &self.way {
            NewWay::Shared { connections_max, bandwidth_mbps, addresses } => {
                puts = addresses.serve(&mut desk, id, 0)?;
                Way::Shared { connections_max: *connections_max, bandwidth_mbps: *bandwidth_mbps }
            }
            NewWay::Vpn { bandwidth_mbps } => Way::Vpn {
                address: make(&mut desk, &[], "".into(), "".into()).address,
                bandwidth_mbps: *bandwidth_mbps,
                domains: Vec::new(),
            },
            NewWay::Site { address } => tunnels::site(&desk, *address)?,
            NewWay::Tunnel(tunnel) => tunnels::tunnel(&desk, tunnel)?,
            NewWay::Line { translates } => lines::line(&desk, self.vpc, *translates)?,
            NewWay::Peering { peer, peer_vpc } => {
                peerings::peering(&desk, self.network(&desk)?, *peer, *peer_vpc)?
            }
            NewWay::Server(server) => {
                puts = gone(&desk);
                to_server(&desk, *server)?
            }
        };
        let Desk { project, now: created_at, .. } = desk;
        let (vpc, name, hints) = (self.vpc, self.name.clone(), self.hints.clone());
        let made = Gateway { id, project, vpc, name, way, hints, created_at };
        // What was made stands first: it is what the receipt is asked for.
        puts.insert(0, Put::Asset(Asset::Gateway(made)));
        Ok(Edited { puts, answers: Vec::new() })
    }
}

impl AddGateway {
    fn name_is_free(&self, desk: &Desk<'_>) -> Result<(), Fault> {
        let sort = self.way.sort();
        let mut same = desk.world.gateways_of_sort(desk.project, sort);
        let taken = |one: &Gateway| one.vpc == self.vpc && one.name == self.name;
        if sort.is_named_once() && same.any(taken) {
            return Err(Fault::with(FaultKind::GatewayExists, self.name.clone()));
        }
        Ok(())
    }

    fn network<'d>(&self, desk: &'d Desk<'_>) -> Result<&'d Vpc, Fault> {
        let found = self.vpc.and_then(|id| desk.world.vpc(desk.project, id));
        found.ok_or_else(|| FaultKind::SubnetElsewhere.into())
    }
}

fn to_server(desk: &Desk<'_>, id: ServerId) -> Result<Way, Fault> {
    let server = desk.server(id)?;
    let same = |one: &Gateway| one.way == Way::Server(id);
    if server.details.network.is_some() {
        return Err(Fault::with(FaultKind::GatewayUnfit, id.to_string()));
    }
    if desk.world.gateways_of_sort(desk.project, WaySort::Server).any(same) {
        return Err(Fault::with(FaultKind::GatewayExists, id.to_string()));
    }
    Ok(Way::Server(id))
}

/// Ways to servers that are there no more: nobody saw them since, and now they are forgotten.
fn gone(desk: &Desk<'_>) -> Vec<Put> {
    let (world, project) = (desk.world, desk.project);
    let gone = |one: &&Gateway| match one.way {
        Way::Server(id) => world.server_or_recycled(id).is_none(),
        Way::Shared { .. }
        | Way::Vpn { .. }
        | Way::Site { .. }
        | Way::Tunnel(_)
        | Way::Line { .. }
        | Way::Peering(_) => false,
    };
    let forget = |one: &Gateway| Put::NoAsset(AssetKey::Gateway(one.project, one.id));
    world.gateways(project).filter(gone).map(forget).collect()
}

/// Have a way out of a network be otherwise in one respect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeGateway {
    pub id: GatewayId,
    pub change: GatewayChange,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GatewayChange {
    Rename(Arc<str>),
    /// Go out under these addresses too.
    Serve(Addresses),
    /// … or under these no more; one must stay.
    Release(Vec<Ipv4Addr>),
    /// Let computers in; the group's former rules are replaced.
    Admit(Domain),
    /// What both ends of a tunnel agree on; what is absent stays as it is.
    Retune {
        name: Option<Arc<str>>,
        pairs: Option<Vec<(Cidr, Cidr)>>,
        hints: Hints,
    },
    Translate(Vec<Translation>),
    Untranslate(Vec<(Option<Ipv4Addr>, AddressRange)>),
    Retranslate {
        old: (Option<Ipv4Addr>, AddressRange),
        new: Translation,
    },
    /// The other project's answer to a wish to connect, or the wish said again.
    Answer(Answer),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    Accept,
    Refuse,
    AskAgain,
}

impl EditRules for ChangeGateway {
    fn name(&self) -> &'static str {
        "change_gateway"
    }

    fn plan(&self, mut desk: Desk<'_>) -> Result<Edited, Fault> {
        let mut gateway = own_or_peer(&desk, self.id)?.clone();
        match &self.change {
            GatewayChange::Rename(name) => rename(&desk, &mut gateway, name)?,
            GatewayChange::Serve(addresses) => {
                let has = desk.world.serving(&gateway).count();
                let puts = addresses.serve(&mut desk, gateway.id, has)?;
                return Ok(Edited { puts, answers: Vec::new() });
            }
            GatewayChange::Release(addresses) => {
                let puts = shared::release(&desk, &gateway, addresses)?;
                return Ok(Edited { puts, answers: Vec::new() });
            }
            GatewayChange::Admit(domain) => tunnels::admit(&mut gateway, domain)?,
            GatewayChange::Retune { name, pairs, hints } => {
                if let Some(name) = name {
                    rename(&desk, &mut gateway, name)?;
                }
                tunnels::retune(&mut gateway, pairs.as_ref(), hints)?;
            }
            GatewayChange::Translate(new) => {
                let vpc = lines::network(&desk, &gateway)?;
                new.iter().try_for_each(|one| lines::translate(&mut gateway, vpc, one))?;
            }
            GatewayChange::Untranslate(old) => {
                old.iter().try_for_each(|key| lines::untranslate(&mut gateway, *key).map(drop))?;
            }
            GatewayChange::Retranslate { old, new } => {
                let vpc = lines::network(&desk, &gateway)?;
                let at = lines::untranslate(&mut gateway, *old)?;
                lines::translate(&mut gateway, vpc, new)?;
                lines::keep_place(&mut gateway, at);
            }
            GatewayChange::Answer(answer) => peerings::answer(&desk, &mut gateway, *answer)?,
        }
        Ok(Put::Asset(Asset::Gateway(gateway)).into())
    }
}

fn rename(desk: &Desk<'_>, gateway: &mut Gateway, name: &Arc<str>) -> Result<(), Fault> {
    let (id, vpc) = (gateway.id, gateway.vpc);
    let mut same = desk.world.gateways_of_sort(gateway.project, gateway.way.sort());
    let taken = |one: &Gateway| one.id != id && one.vpc == vpc && one.name == *name;
    if gateway.way.sort().is_named_once() && same.any(taken) {
        return Err(Fault::with(FaultKind::GatewayExists, name.clone()));
    }
    gateway.name = name.clone();
    Ok(())
}

/// Remove ways out of networks: all of them or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveGateways {
    pub ids: Vec<GatewayId>,
}

impl EditRules for RemoveGateways {
    fn name(&self) -> &'static str {
        "remove_gateways"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let mut puts = Vec::new();
        for id in &self.ids {
            let gateway = own_or_peer(&desk, *id)?;
            let needs = |one: &Gateway| {
                one.tunnel().is_some_and(|tunnel| tunnel.site == *id || tunnel.gateway == *id)
            };
            if desk.world.gateways(gateway.project).any(needs) {
                return Err(Fault::with(FaultKind::GatewayInUse, gateway.name.clone()));
            }
            puts.extend(desk.world.serving(gateway).map(|one| shared::freed(one, desk.now)));
            puts.push(match peerings::seen_ended(gateway, desk.project) {
                Some(state) => Put::Asset(Asset::Gateway(with_state(gateway, state))),
                None => Put::NoAsset(AssetKey::Gateway(gateway.project, gateway.id)),
            });
        }
        Ok(Edited { puts, answers: Vec::new() })
    }
}

fn with_state(gateway: &Gateway, state: PeeringState) -> Gateway {
    let mut changed = gateway.clone();
    if let Way::Peering(peering) = &mut changed.way {
        peering.state = state;
    }
    changed
}

/// The project's gateway of this id, or a peering that it was asked for.
fn own_or_peer<'d>(desk: &'d Desk<'_>, id: GatewayId) -> Result<&'d Gateway, Fault> {
    let own = desk.world.gateway(desk.project, id).filter(|one| one.peering().is_none());
    own.or_else(|| desk.world.peerings(desk.project).find(|one| one.id == id))
        .ok_or_else(|| FaultKind::GatewayNotFound.into())
}
