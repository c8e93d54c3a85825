//! Disks: what is in a server is the server's to say, the rest is kept with the disk. Both sides are
//! changed here and nowhere else.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::World;
use crate::model::{
    Asset, AssetKey, Attachment, Details, Disk, DiskPhase, Job, ProjectId, Server, ServerId,
    SubJobId, Time, Volume, VolumeId,
};
use crate::ops::{Operation, Sort};

impl World {
    pub fn disk(&self, project: ProjectId, id: VolumeId) -> Option<&Disk> {
        let Asset::Disk(disk) = self.asset(&AssetKey::Disk(project, id))? else { return None };
        Some(disk)
    }

    /// A project's disks with a life of their own, by id.
    pub fn disks(&self, project: ProjectId) -> impl Iterator<Item = &Disk> {
        let first = AssetKey::Disk(project, VolumeId(0));
        self.assets.range(first..).map_while(move |(_, asset)| {
            let Asset::Disk(disk) = asset else { return None };
            (disk.project == project).then_some(disk)
        })
    }

    fn change_disk(&mut self, project: ProjectId, id: VolumeId, change: impl FnOnce(&mut Disk)) {
        if let Some(mut disk) = self.disk(project, id).cloned() {
            change(&mut disk);
            self.put_asset(Asset::Disk(disk));
        }
    }

    /// A sub-job that works on the disk itself was accepted. One that makes it has it already.
    pub(crate) fn begin_on_disk(&mut self, job: &Job, id: VolumeId, sub: SubJobId) {
        if let Sort::Disks(rules) = job.operation.sort() {
            self.change_disk(job.project, id, |disk| {
                (disk.phase, _) = rules.phases();
                disk.held_by.push(sub);
            });
        }
    }

    /// That sub-job has ended.
    pub(crate) fn end_on_disk(&mut self, job: &Job, id: VolumeId, sub: SubJobId, succeeded: bool) {
        if succeeded && matches!(job.operation, Operation::DeleteDisks(_)) {
            self.remove_asset(&AssetKey::Disk(job.project, id));
            return;
        }
        self.change_disk(job.project, id, |disk| {
            disk.held_by.retain(|one| *one != sub);
            match job.operation.sort() {
                Sort::Disks(rules) if succeeded => rules.settle(disk),
                Sort::Disks(rules) => (_, disk.phase) = rules.phases(),
                Sort::NewDisks(_) => {
                    disk.phase = if succeeded { DiskPhase::Ready } else { DiskPhase::NotMade };
                }
                Sort::Servers(_)
                | Sort::Balancers(_)
                | Sort::NewServers(_)
                | Sort::NewBalancers(_)
                | Sort::Images(_)
                | Sort::NewImages(_)
                | Sort::Edit(_) => {}
            }
        });
    }

    /// A sub-job that will put disks into this server, or take some out of it, was accepted.
    pub(crate) fn hold_disks(&mut self, operation: &Operation, id: ServerId, sub: SubJobId) {
        let Some(server) = self.server(id).filter(|_| !operation.volumes().is_empty()) else {
            return;
        };
        let (project, details) = (server.project, server.details.clone());
        let leaves = matches!(operation, Operation::DetachVolume(_));
        for volume in operation.volumes() {
            if !leaves || details.volumes.iter().any(|one| one.id == *volume) {
                self.change_disk(project, *volume, |disk| disk.held_by.push(sub));
            }
        }
    }

    /// That sub-job has ended, well or not.
    pub(crate) fn release_disks(&mut self, operation: &Operation, project: ProjectId, sub: u64) {
        for volume in operation.volumes() {
            self.change_disk(project, *volume, |disk| disk.held_by.retain(|one| one.0 != sub));
        }
    }

    /// The driver has made a server's disks what the operation wants.
    pub(crate) fn replug(&mut self, operation: &Operation, id: ServerId, at: Time) {
        let Some(server) = self.server_or_recycled(id) else { return };
        let Some(after) = operation.volumes_after(self, server) else { return };
        let (project, before) = (server.project, server.details.clone());
        let of = |volumes: &[Volume], id| volumes.iter().any(|one| one.id == id);
        for volume in after.iter().filter(|one| !of(&before.volumes, one.id)) {
            self.change_disk(project, volume.id, |disk| {
                disk.attached_to.push(Attachment { server: id, at });
            });
        }
        for volume in before.volumes.iter().filter(|one| !of(&after, one.id)) {
            self.unplug(id, volume);
        }
        self.change_server(id, |server| {
            server.details = Arc::new(Details { volumes: after, ..(*before).clone() });
        });
    }

    /// A volume leaves its server: its record forgets the server, or begins.
    fn unplug(&mut self, id: ServerId, volume: &Volume) {
        let Some(server) = self.server_or_recycled(id) else { return };
        let project = server.project;
        if self.disk(project, volume.id).is_some() {
            self.change_disk(project, volume.id, |disk| {
                disk.attached_to.retain(|one| one.server != id);
            });
        } else {
            let disk = grown_up(server, volume);
            self.put_asset(Asset::Disk(disk));
        }
    }

    /// The data disks that a deletion takes away together with its server.
    pub(crate) fn disks_going_with(&self, operation: &Operation, id: ServerId) -> Vec<VolumeId> {
        let Some(server) = self.server_or_recycled(id) else { return Vec::new() };
        let data_too = if let Operation::Delete(delete) = operation {
            delete.volumes
        } else {
            server.details.recycled.is_some_and(|kept| kept.volumes)
        };
        let wanted = |disk: &Disk| {
            !disk.held_by.is_empty() || disk.attached_to.iter().any(|at| at.server != id)
        };
        let going = server.details.volumes.iter().skip(1).filter(|volume| {
            let goes = volume.delete_with_server || data_too;
            goes && !self.disk(server.project, volume.id).is_some_and(wanted)
        });
        going.map(|volume| volume.id).collect()
    }

    /// A server goes away: the disks that belong to it go with it, the others stay.
    pub(crate) fn let_go_of_disks(&mut self, id: ServerId, data_too: bool) {
        let Some(server) = self.server_or_recycled(id) else { return };
        let (project, details) = (server.project, server.details.clone());
        let was_made = server.image_generation > 0;
        for (index, volume) in details.volumes.iter().enumerate() {
            let goes = volume.delete_with_server || data_too && index > 0;
            let known = self.disk(project, volume.id).is_some();
            // What was never made leaves nothing behind.
            if known || was_made && !goes {
                self.unplug(id, volume);
            }
            let alone = self.disk(project, volume.id).is_some_and(Disk::is_free);
            if goes && alone {
                self.remove_asset(&AssetKey::Disk(project, volume.id));
            }
        }
    }
}

/// The record of a volume that was made with its server and leaves it.
fn grown_up(server: &Server, volume: &Volume) -> Disk {
    let place = server.details.volumes.iter().position(|one| one.id == volume.id);
    Disk {
        id: volume.id,
        project: server.project,
        name: format!("{}-volume-{:04}", server.name, place.unwrap_or_default()).into(),
        description: "".into(),
        zone: server.details.zone.clone(),
        size_gib: volume.size_gib,
        class: volume.class.clone(),
        shareable: false,
        created_at: server.created_at,
        phase: DiskPhase::Ready,
        attached_to: Vec::new(),
        held_by: Vec::new(),
        metadata: BTreeMap::new(),
        tags: Vec::new(),
        hints: BTreeMap::new(),
    }
}
