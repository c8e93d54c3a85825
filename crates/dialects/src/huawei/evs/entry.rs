//! A disk as this service lists and shows it, whether it has a life of its own or belongs to the
//! server it was made with.

use std::collections::BTreeMap;

use regiment_core::model::{Disk, DiskPhase, Phase, ProjectId, Server, Time, Volume, VolumeId};
use regiment_core::ops::Operation;
use regiment_core::view::View;
use serde::Serialize;

use super::ops::create_disks::{HINT_ENTERPRISE, HINT_IOPS, HINT_THROUGHPUT};

use crate::huawei::{ids, times};

/// Where a disk is kept.
#[derive(Clone, Copy)]
pub(super) enum Found<'a> {
    Loose(&'a Disk),
    /// Made with the server, at this place in it.
    Of(&'a Server, usize),
}

/// All disks of a project, those in deleted servers too that can still be taken back.
pub(super) fn all<'a>(
    view: &View<'a>,
    project: ProjectId,
) -> impl Iterator<Item = Found<'a>> + use<'a> {
    let world = view.world;
    let loose = world.disks(project).map(Found::Loose);
    let own = move |server: &'a Server| {
        let volumes = server.details.volumes.iter().enumerate();
        volumes
            .filter(move |(_, volume)| world.disk(project, volume.id).is_none())
            .map(move |(at, _)| Found::Of(server, at))
    };
    loose.chain(world.servers_of(project).chain(world.recycled_of(project)).flat_map(own))
}

/// The project's disk with this id.
pub(super) fn find<'a>(view: &View<'a>, project: ProjectId, id: VolumeId) -> Option<Found<'a>> {
    let own = || view.world.server_with_volume(project, id);
    let loose = view.world.disk(project, id).map(Found::Loose);
    loose.or_else(|| own().map(|(server, at)| Found::Of(server, at)))
}

impl<'a> Found<'a> {
    fn volume(server: &'a Server, at: usize) -> &'a Volume {
        &server.details.volumes[at]
    }

    /// Whether it has a life of its own.
    pub const fn is_alone(self) -> bool {
        matches!(self, Found::Loose(_))
    }

    /// What was noted of it under a name, if it has a life of its own.
    fn hint(self, name: &str) -> Option<&'a str> {
        match self {
            Found::Loose(disk) => disk.hints.get(name).map(AsRef::as_ref),
            Found::Of(_, _) => None,
        }
    }

    fn metadata(self) -> BTreeMap<&'a str, &'a str> {
        let mut metadata = BTreeMap::from([("hw:passthrough", "false")]);
        if let Found::Loose(disk) = self {
            metadata.extend(disk.metadata.iter().map(|(key, value)| (&**key, &**value)));
        }
        metadata
    }

    fn tags(self) -> BTreeMap<&'a str, &'a str> {
        match self {
            Found::Loose(disk) => disk.tags.iter().map(|tag| (&*tag.key, &*tag.value)).collect(),
            Found::Of(_, _) => BTreeMap::new(),
        }
    }

    pub fn id(self) -> VolumeId {
        match self {
            Found::Loose(disk) => disk.id,
            Found::Of(server, at) => Found::volume(server, at).id,
        }
    }

    pub fn name(self) -> String {
        match self {
            Found::Loose(disk) => disk.name.to_string(),
            // As its record will be named should it leave the server.
            Found::Of(server, at) => format!("{}-volume-{at:04}", server.name),
        }
    }

    pub fn zone(self) -> &'a str {
        match self {
            Found::Loose(disk) => &disk.zone,
            Found::Of(server, _) => &server.details.zone,
        }
    }

    pub fn size(self) -> u32 {
        match self {
            Found::Loose(disk) => disk.size_gib,
            Found::Of(server, at) => Found::volume(server, at).size_gib,
        }
    }

    pub fn class(self) -> &'a str {
        match self {
            Found::Loose(disk) => &disk.class,
            Found::Of(server, at) => &Found::volume(server, at).class,
        }
    }

    pub const fn shareable(self) -> bool {
        match self {
            Found::Loose(disk) => disk.shareable,
            Found::Of(_, _) => false,
        }
    }

    pub const fn created_at(self) -> Time {
        match self {
            Found::Loose(disk) => disk.created_at,
            Found::Of(server, _) => server.created_at,
        }
    }

    /// Whether this server has it.
    pub fn is_in(self, id: regiment_core::model::ServerId) -> bool {
        match self {
            Found::Loose(disk) => disk.is_in(id),
            Found::Of(server, _) => server.id == id,
        }
    }

    /// Where it is, and what is being done with it.
    pub fn status(self, view: &View<'_>) -> &'static str {
        match self {
            Found::Loose(disk) if disk.phase != DiskPhase::Ready => phase(disk.phase),
            Found::Loose(disk) => {
                let op = disk.held_by.first().and_then(|sub| view.job_with_number(sub.0));
                match op.map(|job| is_attach(&job.operation)) {
                    Some(true) if disk.attached_to.is_empty() => "attaching",
                    Some(false) if disk.attached_to.len() == 1 => "detaching",
                    Some(_) | None if disk.attached_to.is_empty() => "available",
                    Some(_) | None => "in-use",
                }
            }
            Found::Of(server, at) => {
                let id = Found::volume(server, at).id;
                let job = server.busy.and_then(|busy| view.job_with_number(busy.sub.0));
                let leaves = job.is_some_and(|job| job.operation.volume() == Some(id));
                // A server that is started for the first time already has its disks.
                let made = server.image_generation > 0;
                match server.phase {
                    Phase::Creating if !made => "creating",
                    Phase::Broken if !made => "error",
                    Phase::Creating | Phase::Ready | Phase::Broken if leaves => "detaching",
                    Phase::Creating | Phase::Ready | Phase::Broken => "in-use",
                }
            }
        }
    }
}

const fn phase(phase: DiskPhase) -> &'static str {
    match phase {
        DiskPhase::Creating => "creating",
        DiskPhase::Ready => "available",
        DiskPhase::Extending => "extending",
        DiskPhase::Deleting => "deleting",
        DiskPhase::NotMade => "error",
        DiskPhase::NotDeleted => "error_deleting",
    }
}

const fn is_attach(operation: &Operation) -> bool {
    matches!(operation, Operation::AttachVolume(_))
}

/// What is the same for every entry of an answer.
pub(super) struct Frame<'a> {
    pub view: View<'a>,
    pub project: ProjectId,
    /// Scheme and host as the client reached us.
    pub base: String,
    pub user: String,
}

#[derive(Serialize)]
pub(super) struct Entry<'a> {
    id: VolumeId,
    links: [Link; 1],
    name: String,
    status: &'static str,
    attachments: Vec<Place>,
    availability_zone: &'a str,
    #[serde(rename = "os-vol-host-attr:host")]
    host: (),
    source_volid: (),
    snapshot_id: (),
    description: &'a str,
    created_at: String,
    updated_at: String,
    #[serde(rename = "os-vol-tenant-attr:tenant_id")]
    tenant: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    volume_image_metadata: BTreeMap<&'static str, String>,
    volume_type: &'a str,
    size: u32,
    consistencygroup_id: (),
    bootable: &'static str,
    metadata: BTreeMap<&'a str, &'a str>,
    encrypted: bool,
    replication_status: &'static str,
    #[serde(rename = "os-volume-replication:extended_status")]
    extended_status: (),
    #[serde(rename = "os-vol-mig-status-attr:migstat")]
    migration: (),
    #[serde(rename = "os-vol-mig-status-attr:name_id")]
    migration_name: (),
    shareable: &'static str,
    multiattach: bool,
    user_id: String,
    service_type: &'static str,
    dedicated_storage_id: (),
    dedicated_storage_name: (),
    tags: BTreeMap<&'a str, &'a str>,
    wwn: String,
    enterprise_project_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    iops: Option<Measure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    throughput: Option<Measure>,
}

/// How fast a disk of the newer kinds is.
#[derive(Serialize)]
struct Measure {
    id: VolumeId,
    frozened: bool,
    total_val: u64,
}

#[derive(Serialize)]
struct Link {
    rel: &'static str,
    href: String,
}

#[derive(Serialize)]
struct Place {
    id: VolumeId,
    attachment_id: String,
    volume_id: VolumeId,
    server_id: String,
    device: String,
    attached_at: String,
    host_name: (),
}

impl Frame<'_> {
    pub fn entry<'a>(&self, found: Found<'a>) -> Entry<'a> {
        let id = found.id();
        let tenant = self.project.plain();
        let boots = matches!(found, Found::Of(_, 0));
        let metadata = found.metadata();
        let measure = |hint| {
            let total_val = found.hint(hint)?.parse().ok()?;
            Some(Measure { id, frozened: false, total_val })
        };
        Entry {
            id,
            links: [Link {
                rel: "self",
                href: format!("{}/v2/{tenant}/cloudvolumes/{id}", self.base),
            }],
            name: found.name(),
            status: found.status(&self.view),
            attachments: self.attachments(found),
            availability_zone: found.zone(),
            host: (),
            source_volid: (),
            snapshot_id: (),
            description: match found {
                Found::Loose(disk) => &disk.description,
                Found::Of(_, _) => "",
            },
            created_at: times::launched(found.created_at()),
            updated_at: times::launched(updated_at(found)),
            tenant,
            volume_image_metadata: self.image(found),
            volume_type: found.class(),
            size: found.size(),
            consistencygroup_id: (),
            bootable: if boots { "true" } else { "false" },
            encrypted: metadata.get("__system__encrypted") == Some(&"1"),
            metadata,
            replication_status: "disabled",
            extended_status: (),
            migration: (),
            migration_name: (),
            shareable: if found.shareable() { "true" } else { "false" },
            multiattach: found.shareable(),
            user_id: self.user.clone(),
            service_type: "EVS",
            dedicated_storage_id: (),
            dedicated_storage_name: (),
            tags: found.tags(),
            wwn: ids::disk_name(id),
            enterprise_project_id: found.hint(HINT_ENTERPRISE).unwrap_or("0"),
            iops: measure(HINT_IOPS),
            throughput: measure(HINT_THROUGHPUT),
        }
    }

    /// What the boot disk was made from.
    fn image(&self, found: Found<'_>) -> BTreeMap<&'static str, String> {
        let Found::Of(server, 0) = found else { return BTreeMap::new() };
        let mut image = BTreeMap::from([("image_id", server.image.to_string())]);
        if let Some(known) = self.view.world.image(server.image) {
            image.insert("image_name", known.name.to_string());
        }
        image
    }

    fn attachments(&self, found: Found<'_>) -> Vec<Place> {
        let id = found.id();
        let attachment = |server: &Server, at: Time| Place {
            id,
            attachment_id: ids::attachment(id, server.id),
            volume_id: id,
            server_id: server.id.to_string(),
            device: device(server, id),
            attached_at: times::launched(at),
            host_name: (),
        };
        match found {
            Found::Loose(disk) => disk
                .attached_to
                .iter()
                .filter_map(|one| Some((self.view.world.server_or_recycled(one.server)?, one.at)))
                .map(|(server, at)| attachment(server, at))
                .collect(),
            Found::Of(server, _) if server.image_generation == 0 => Vec::new(),
            Found::Of(server, _) => vec![attachment(server, server.created_at)],
        }
    }
}

fn device(server: &Server, id: VolumeId) -> String {
    let volume = server.details.volumes.iter().find(|volume| volume.id == id);
    volume.map(|volume| volume.device.to_string()).unwrap_or_default()
}

/// When it was last put into a server, if ever.
fn updated_at(found: Found<'_>) -> Time {
    match found {
        Found::Loose(disk) => {
            disk.attached_to.iter().map(|one| one.at).max().unwrap_or(disk.created_at)
        }
        Found::Of(server, _) => server.created_at,
    }
}
