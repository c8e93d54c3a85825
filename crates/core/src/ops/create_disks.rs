use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Rules, Step};
use crate::chance::Chance;
use crate::model::{Disk, DiskPhase, Fault, FaultKind, ProjectId, SubJobId, Tag, Time, VolumeId};
use crate::world::World;

/// Make disks that belong to no server, one for each name.
///
/// A machine is asked for them, as for everything that takes up room: it may be slow, and it may have
/// none left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateDisks {
    pub names: Vec<Arc<str>>,
    pub description: Arc<str>,
    pub zone: Arc<str>,
    pub size_gib: u32,
    /// The kind of disk, in the word the client used for it.
    pub class: Arc<str>,
    pub shareable: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<Arc<str>, Arc<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Values a dialect was given and must give back, under that dialect's own names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hints: BTreeMap<Arc<str>, Arc<str>>,
}

impl Rules for CreateDisks {
    fn name(&self) -> &'static str {
        "create_disks"
    }

    fn check(&self, world: &World, project: ProjectId) -> Result<(), Fault> {
        if !world.zones().any(|zone| *zone == self.zone) {
            return Err(Fault::with(FaultKind::ZoneNotFound, self.zone.clone()));
        }
        let quota = world.project(project).and_then(|project| project.quota.disks);
        let fits = quota
            .is_none_or(|quota| world.disks(project).count() + self.names.len() <= quota as usize);
        if fits { Ok(()) } else { Err(FaultKind::QuotaExceeded.into()) }
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Disk]
    }
}

impl CreateDisks {
    pub(crate) fn mint(
        &self,
        project: ProjectId,
        subs: impl Iterator<Item = SubJobId>,
        now: Time,
        chance: &mut Chance,
    ) -> Vec<Disk> {
        let disk = |(name, sub): (&Arc<str>, SubJobId)| Disk {
            id: VolumeId(chance.uuid()),
            project,
            name: name.clone(),
            description: self.description.clone(),
            zone: self.zone.clone(),
            size_gib: self.size_gib,
            class: self.class.clone(),
            shareable: self.shareable,
            created_at: now,
            phase: DiskPhase::Creating,
            attached_to: Vec::new(),
            held_by: vec![sub],
            metadata: self.metadata.clone(),
            tags: self.tags.clone(),
            hints: self.hints.clone(),
        };
        self.names.iter().zip(subs).map(disk).collect()
    }
}
