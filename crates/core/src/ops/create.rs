use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::nic_mint::{NicMint, NicOrder, ports_are_free};
use super::{Rules, Step, rename};
use crate::chance::Chance;
use crate::limits::SERVER_GROUP_MEMBERS_MAX;
use crate::model::{
    Busy, Details, Fault, FaultKind, ImageId, Phase, Power, ProjectId, Server, ServerId, SubJobId,
    Time, Volume, VolumeId,
};
use crate::world::World;

/// Make servers, one for each name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Create {
    pub names: Vec<Arc<str>>,
    pub flavor: Arc<str>,
    pub image: ImageId,
    /// All that is the same for each server; its `nics` and `volumes` are filled from the orders.
    pub details: Arc<Details>,
    pub nics: Vec<NicOrder>,
    /// The boot disk first.
    pub volumes: Vec<VolumeOrder>,
    /// Whether servers for which no zone is named are spread over all zones.
    #[serde(default)]
    pub spread: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeOrder {
    /// Absent: what the image needs.
    pub size_gib: Option<u32>,
    pub class: Arc<str>,
    pub delete_with_server: bool,
}

impl Rules for Create {
    fn name(&self) -> &'static str {
        "create"
    }

    fn check(&self, world: &World, project: ProjectId) -> Result<(), Fault> {
        rename::names_are_bounded(&self.names)?;
        let flavor = world
            .flavor(&self.flavor)
            .ok_or_else(|| Fault::with(FaultKind::FlavorNotFound, self.flavor.clone()))?;
        world.usable_image(project, self.image)?;
        world.check_key_pair(project, self.details.key_name.as_ref())?;
        NicOrder::check_all(&self.nics, world, project, self.details.network)?;
        if self.names.len() > 1
            && let Some(address) = self.nics.iter().find_map(|nic| nic.address)
        {
            return Err(Fault::with(FaultKind::AddressInUse, address.to_string()));
        }
        ports_are_free(&self.nics, world, project)?;
        if self.names.len() > 1
            && let Some(port) = self.nics.iter().find_map(|nic| nic.port)
        {
            return Err(Fault::with(FaultKind::NicTaken, port.to_string()));
        }
        if let Some(id) = self.details.server_group {
            if world.server_group(project, id).is_none() {
                return Err(Fault::with(FaultKind::ServerGroupNotFound, id.to_string()));
            }
            if world.members(id).count() + self.names.len() > SERVER_GROUP_MEMBERS_MAX {
                return Err(FaultKind::ServerGroupFull.into());
            }
        }
        let count = i64::try_from(self.names.len()).expect("bounded above");
        let vcpus = count * i64::from(flavor.vcpus);
        let ram_mib = count * i64::from(flavor.ram_mib);
        if world.has_room(project, count, vcpus, ram_mib) {
            Ok(())
        } else {
            Err(FaultKind::QuotaExceeded.into())
        }
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Provision, Step::Run]
    }
}

impl Create {
    /// The records of the servers ordered, one for each name, each held by its sub-job.
    pub(crate) fn mint(
        &self,
        world: &World,
        project: ProjectId,
        subs: impl Iterator<Item = SubJobId>,
        now: Time,
        chance: &mut Chance,
    ) -> Result<Vec<Server>, Fault> {
        let mut mint = NicMint::new(world, project, &self.nics);
        let mut taken = Vec::with_capacity(self.names.len());
        let image_disk_gib = world.image(self.image).map_or(40, |image| image.disk_gib_min);
        let zones: Vec<&Arc<str>> = match &self.details.zone {
            none if none.is_empty() => {
                world.zones().take(if self.spread { usize::MAX } else { 1 }).collect()
            }
            named => vec![named],
        };
        self.names
            .iter()
            .zip(subs)
            .enumerate()
            .map(|(place, (name, sub))| {
                let id = loop {
                    let id = ServerId(chance.uuid());
                    if world.is_free(id.handle()) && !taken.contains(&id.handle()) {
                        break id;
                    }
                };
                taken.push(id.handle());
                let mut details = (*self.details).clone();
                details.zone =
                    zones.get(place % zones.len().max(1)).copied().cloned().unwrap_or_default();
                if details.hostname.is_empty() {
                    details.hostname = name.clone();
                }
                let nics = self.nics.iter().map(|nic| mint.mint(nic, sub, chance));
                details.nics = nics.collect::<Result<_, _>>()?;
                details.volumes = self
                    .volumes
                    .iter()
                    .enumerate()
                    .map(|(index, volume)| Volume {
                        id: VolumeId(chance.uuid()),
                        device: device_name(index),
                        size_gib: volume.size_gib.unwrap_or(image_disk_gib),
                        class: volume.class.clone(),
                        delete_with_server: volume.delete_with_server,
                    })
                    .collect();
                Ok(Server {
                    id,
                    project,
                    order: sub.0,
                    name: name.clone(),
                    flavor: self.flavor.clone(),
                    image: self.image,
                    host: None,
                    power: Power::Stopped,
                    phase: Phase::Creating,
                    busy: Some(Busy { sub, activity: crate::model::Activity::Creating }),
                    image_generation: 0,
                    password_generation: 0,
                    created_at: now,
                    updated_at: now,
                    launched_at: None,
                    fault: None,
                    last: None,
                    orders: Vec::new(),
                    details: Arc::new(details),
                })
            })
            .collect()
    }
}

/// `/dev/vda`, `/dev/vdb` …
pub fn device_name(index: usize) -> Arc<str> {
    let letter = u8::try_from(index % 26).expect("below 26");
    format!("/dev/vd{}", char::from(b'a' + letter)).into()
}
