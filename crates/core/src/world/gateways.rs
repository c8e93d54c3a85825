//! What leads out of networks.

use super::World;
use crate::limits::PEERING_ASKED_MS;
use crate::model::{
    Asset, AssetKey, Gateway, GatewayId, PeeringState, ProjectId, PublicAddress, Time, WaySort,
};

impl World {
    pub fn gateway(&self, project: ProjectId, id: GatewayId) -> Option<&Gateway> {
        self.asset(&AssetKey::Gateway(project, id)).and_then(as_gateway)
    }

    /// A project's gateways by id.
    pub fn gateways(&self, project: ProjectId) -> impl Iterator<Item = &Gateway> {
        let key = |id| AssetKey::Gateway(project, id);
        let ends = key(GatewayId(0))..=key(GatewayId(u128::MAX));
        self.assets.range(ends).filter_map(|(_, asset)| as_gateway(asset))
    }

    /// Those of one sort.
    pub fn gateways_of_sort(
        &self,
        project: ProjectId,
        sort: WaySort,
    ) -> impl Iterator<Item = &Gateway> {
        self.gateways(project).filter(move |one| one.way.sort() == sort)
    }

    pub(crate) fn gateways_of_all(&self) -> impl Iterator<Item = &Gateway> {
        let first = AssetKey::Gateway(ProjectId(0), GatewayId(0));
        self.assets.range(first..).filter_map(|(_, asset)| as_gateway(asset))
    }

    /// The public addresses under which a gateway's network goes out.
    pub fn serving(&self, gateway: &Gateway) -> impl Iterator<Item = &PublicAddress> {
        let id = gateway.id;
        self.public_addresses(gateway.project).filter(move |one| one.serves == Some(id))
    }

    /// The peerings that a project sees: those it asked for, and those it was asked for.
    pub fn peerings(&self, project: ProjectId) -> impl Iterator<Item = &Gateway> {
        self.gateways_of_all().filter(move |one| {
            one.peering().is_some_and(|peering| {
                (one.project == project || peering.peer == project)
                    && peering.state != PeeringState::Ended { by: project }
            })
        })
    }

    /// What addresses and tunnels name is there.
    pub(super) fn check_gateways(&self, wrong: &mut Vec<String>) {
        for project in self.projects() {
            for one in self.public_addresses(project.id) {
                let Some(id) = one.serves else { continue };
                if self.gateway(project.id, id).is_none() || one.leads_to.is_some() {
                    wrong.push(format!("{} does not serve what it says", one.address));
                }
            }
            for tunnel in self.gateways(project.id).filter_map(Gateway::tunnel) {
                let ends = [(tunnel.gateway, WaySort::Vpn), (tunnel.site, WaySort::Site)];
                let stands = |(id, sort)| {
                    self.gateway(project.id, id).is_some_and(|one| one.way.sort() == sort)
                };
                if !ends.into_iter().all(stands) {
                    wrong.push(format!("a tunnel has lost its end: {tunnel:?}"));
                }
            }
        }
    }
}

impl PeeringState {
    /// Whether the other project did not answer in time.
    pub const fn expired(self, now: Time) -> bool {
        match self {
            PeeringState::Asked(at) => now.0 >= at.0 + PEERING_ASKED_MS,
            PeeringState::Connected | PeeringState::Refused | PeeringState::Ended { .. } => false,
        }
    }
}

const fn as_gateway(asset: &Asset) -> Option<&Gateway> {
    if let Asset::Gateway(gateway) = asset { Some(gateway) } else { None }
}
