//! A disk as this service lists and shows it, whether it has a life of its own or belongs to the
//! server it was made with.

use std::collections::BTreeMap;

use regiment_core::model::{ProjectId, Server, Time, VolumeId};
use regiment_core::view::View;
pub(super) use regiment_core::world::AnyDisk as Found;
use regiment_core::world::DiskState;
use serde::Serialize;

use super::ops::create_disks::{HINT_ENTERPRISE, HINT_IOPS, HINT_THROUGHPUT};

use crate::huawei::{ids, times};

/// Where it is, and what is being done with it.
pub(super) fn status(found: Found<'_>, view: &View<'_>) -> &'static str {
    match found.state(view.world) {
        DiskState::Creating => "creating",
        DiskState::Failed => "error",
        DiskState::Available => "available",
        DiskState::Attaching => "attaching",
        DiskState::InUse => "in-use",
        DiskState::Detaching => "detaching",
        DiskState::Extending => "extending",
        DiskState::Deleting => "deleting",
        DiskState::Stuck => "error_deleting",
    }
}

/// What was noted of it under a name, if it has a life of its own.
fn hint<'a>(found: Found<'a>, name: &str) -> Option<&'a str> {
    match found {
        Found::Loose(disk) => disk.hints.get(name).map(AsRef::as_ref),
        Found::Of(_, _) => None,
    }
}

fn metadata(found: Found<'_>) -> BTreeMap<&str, &str> {
    let mut metadata = BTreeMap::from([("hw:passthrough", "false")]);
    if let Found::Loose(disk) = found {
        metadata.extend(disk.metadata.iter().map(|(key, value)| (&**key, &**value)));
    }
    metadata
}

fn tags(found: Found<'_>) -> BTreeMap<&str, &str> {
    match found {
        Found::Loose(disk) => disk.tags.iter().map(|tag| (&*tag.key, &*tag.value)).collect(),
        Found::Of(_, _) => BTreeMap::new(),
    }
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
        let metadata = metadata(found);
        let measure = |name: &str| {
            let total_val = hint(found, name)?.parse().ok()?;
            Some(Measure { id, frozened: false, total_val })
        };
        Entry {
            id,
            links: [Link {
                rel: "self",
                href: format!("{}/v2/{tenant}/cloudvolumes/{id}", self.base),
            }],
            name: found.name(),
            status: status(found, &self.view),
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
            tags: tags(found),
            wwn: ids::disk_name(id),
            enterprise_project_id: hint(found, HINT_ENTERPRISE).unwrap_or("0"),
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
