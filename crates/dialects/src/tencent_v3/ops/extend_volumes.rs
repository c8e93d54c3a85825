use std::collections::BTreeMap;

use regiment_core::model::{Server, VolumeId};
use regiment_core::ops::{ExtendVolumes, Operation, Running};
use regiment_core::world::World;
use serde::Deserialize;

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::{Call, named, target};
use crate::tencent_v3::faults::Refusal;

/// Gigabytes; sizes go in tens.
const SIZE_MAX: i64 = 32_000;
const STEP: i64 = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_id: String,
    #[serde(flatten)]
    sizes: Sizes,
    force_stop: Option<bool>,
    resize_online: Option<bool>,
}

/// The disks of an instance that shall be larger.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Sizes {
    #[serde(default)]
    data_disks: Vec<DataDisk>,
    system_disk: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DataDisk {
    disk_size: i64,
    disk_id: Option<String>,
}

/// `ResizeInstanceDisks`: data disks that were made with their instance, upwards.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let target = target(&wanted.instance_id)?;
    let running = match (wanted.resize_online, wanted.force_stop) {
        (Some(true), _) => Running::Stays,
        (Some(false) | None, Some(true)) => Running::Restarts,
        (Some(false) | None, Some(false) | None) => Running::Refuses,
    };
    Ok(call.consult(move |view, issuer| {
        let server = named(view, issuer.project, &target)?;
        let sizes = wanted.sizes.read(server, view.world)?;
        let operation = Operation::ExtendVolumes(ExtendVolumes { sizes, running });
        Ok(issuer.order(issuer.command(operation, vec![target])))
    }))
}

impl Sizes {
    /// The sizes by disk. Without an id the only data disk is meant.
    pub fn read(&self, server: &Server, world: &World) -> Result<BTreeMap<VolumeId, u32>, Refusal> {
        if self.system_disk.is_some() {
            return Err(Refusal::not_served("SystemDisk"));
        }
        if self.data_disks.is_empty() {
            return Err(Refusal::missing("DataDisks"));
        }
        let own: Vec<_> = server
            .details
            .volumes
            .iter()
            .skip(1)
            .filter(|volume| world.disk(server.project, volume.id).is_none())
            .collect();
        let mut sizes = BTreeMap::new();
        for wanted in &self.data_disks {
            let volume = match (&wanted.disk_id, own.as_slice()) {
                (Some(id), _) => own.iter().find(|volume| ids::disk(volume.id) == *id),
                (None, [only]) => Some(only),
                (None, _) => None,
            };
            let volume = volume.ok_or_else(|| {
                let id = wanted.disk_id.as_deref().unwrap_or_default();
                Refusal::bad("InvalidParameterValue", "DataDisks.DiskId", id)
            })?;
            let least = i64::from(volume.size_gib) + 1;
            let size = wanted.disk_size;
            if !(least..=SIZE_MAX).contains(&size) || size % STEP != 0 {
                return Err(Refusal::bad("InvalidParameterValue", "DataDisks.DiskSize", size));
            }
            sizes.insert(volume.id, u32::try_from(size).unwrap_or(u32::MAX));
        }
        Ok(sizes)
    }
}
