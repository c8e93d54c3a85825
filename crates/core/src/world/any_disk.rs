//! Every disk of a project alike, whether it has a life of its own or belongs to the server it was
//! made with.

use super::World;
use crate::model::{Disk, DiskPhase, Phase, ProjectId, Server, ServerId, Time, Volume, VolumeId};
use crate::ops::Operation;

/// Where a disk is kept.
#[derive(Clone, Copy, Debug)]
pub enum AnyDisk<'a> {
    Loose(&'a Disk),
    /// Made with the server, at this place in it.
    Of(&'a Server, usize),
}

/// Where a disk is, and what is being done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskState {
    Creating,
    Failed,
    Available,
    Attaching,
    InUse,
    Detaching,
    Extending,
    Deleting,
    /// It could not be deleted.
    Stuck,
}

impl World {
    /// All disks of a project, those in deleted servers too that can still be taken back.
    pub fn all_disks<'w>(&'w self, project: ProjectId) -> impl Iterator<Item = AnyDisk<'w>> {
        let own = move |server: &'w Server| {
            let volumes = server.details.volumes.iter().enumerate();
            volumes
                .filter(move |(_, volume)| self.disk(project, volume.id).is_none())
                .map(move |(at, _)| AnyDisk::Of(server, at))
        };
        let servers = self.servers_of(project).chain(self.recycled_of(project));
        self.disks(project).map(AnyDisk::Loose).chain(servers.flat_map(own))
    }

    /// The project's disk with this id.
    pub fn any_disk(&self, project: ProjectId, id: VolumeId) -> Option<AnyDisk<'_>> {
        let own = || self.server_with_volume(project, id);
        let loose = self.disk(project, id).map(AnyDisk::Loose);
        loose.or_else(|| own().map(|(server, at)| AnyDisk::Of(server, at)))
    }
}

impl<'a> AnyDisk<'a> {
    fn volume(server: &'a Server, at: usize) -> &'a Volume {
        &server.details.volumes[at]
    }

    /// Whether it has a life of its own.
    pub const fn is_alone(self) -> bool {
        matches!(self, AnyDisk::Loose(_))
    }

    pub fn id(self) -> VolumeId {
        match self {
            AnyDisk::Loose(disk) => disk.id,
            AnyDisk::Of(server, at) => AnyDisk::volume(server, at).id,
        }
    }

    pub fn name(self) -> String {
        match self {
            AnyDisk::Loose(disk) => disk.name.to_string(),
            // As its record will be named should it leave the server.
            AnyDisk::Of(server, at) => format!("{}-volume-{at:04}", server.name),
        }
    }

    pub fn zone(self) -> &'a str {
        match self {
            AnyDisk::Loose(disk) => &disk.zone,
            AnyDisk::Of(server, _) => &server.details.zone,
        }
    }

    pub fn size(self) -> u32 {
        match self {
            AnyDisk::Loose(disk) => disk.size_gib,
            AnyDisk::Of(server, at) => AnyDisk::volume(server, at).size_gib,
        }
    }

    pub fn class(self) -> &'a str {
        match self {
            AnyDisk::Loose(disk) => &disk.class,
            AnyDisk::Of(server, at) => &AnyDisk::volume(server, at).class,
        }
    }

    pub const fn shareable(self) -> bool {
        match self {
            AnyDisk::Loose(disk) => disk.shareable,
            AnyDisk::Of(_, _) => false,
        }
    }

    pub const fn created_at(self) -> Time {
        match self {
            AnyDisk::Loose(disk) => disk.created_at,
            AnyDisk::Of(server, _) => server.created_at,
        }
    }

    /// Whether this server has it.
    pub fn is_in(self, id: ServerId) -> bool {
        match self {
            AnyDisk::Loose(disk) => disk.is_in(id),
            AnyDisk::Of(server, _) => server.id == id,
        }
    }

    pub fn state(self, world: &World) -> DiskState {
        match self {
            AnyDisk::Loose(disk) if disk.phase != DiskPhase::Ready => by_itself(disk.phase),
            AnyDisk::Loose(disk) => {
                let op = disk.held_by.first().and_then(|sub| world.job_with_number(sub.0));
                match op.map(|job| matches!(job.operation, Operation::AttachVolume(_))) {
                    Some(true) if disk.attached_to.is_empty() => DiskState::Attaching,
                    Some(false) if disk.attached_to.len() == 1 => DiskState::Detaching,
                    Some(_) | None if disk.attached_to.is_empty() => DiskState::Available,
                    Some(_) | None => DiskState::InUse,
                }
            }
            AnyDisk::Of(server, at) => {
                let id = AnyDisk::volume(server, at).id;
                let job = server.busy.and_then(|busy| world.job_with_number(busy.sub.0));
                let leaves = job.is_some_and(|job| job.operation.volumes().contains(&id));
                let grows = job.is_some_and(|job| {
                    matches!(&job.operation, Operation::ExtendVolumes(extend) if extend.sizes.contains_key(&id))
                });
                // A server that is started for the first time already has its disks.
                let made = server.image_generation > 0;
                match server.phase {
                    Phase::Creating if !made => DiskState::Creating,
                    Phase::Broken if !made => DiskState::Failed,
                    Phase::Creating | Phase::Ready | Phase::Broken if leaves => {
                        DiskState::Detaching
                    }
                    Phase::Creating | Phase::Ready | Phase::Broken if grows => DiskState::Extending,
                    Phase::Creating | Phase::Ready | Phase::Broken => DiskState::InUse,
                }
            }
        }
    }
}

const fn by_itself(phase: DiskPhase) -> DiskState {
    match phase {
        DiskPhase::Creating => DiskState::Creating,
        DiskPhase::Ready => DiskState::Available,
        DiskPhase::Extending => DiskState::Extending,
        DiskPhase::Deleting => DiskState::Deleting,
        DiskPhase::NotMade => DiskState::Failed,
        DiskPhase::NotDeleted => DiskState::Stuck,
    }
}
