//! Jobs of this service, which are asked for at the same path as those of ECS: the disk stands where
//! those have their list, unless there are several.

use regiment_core::model::{Job, SubJob, SubTarget, Target};
use regiment_core::ops::Operation;
use regiment_core::world::World;
use serde::Serialize;

/// What a job is about, if it is this service's.
#[derive(Serialize)]
pub(in crate::huawei) struct Entity {
    volume_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume_type: Option<String>,
}

/// The disk that a sub-job works on. A disk that is gone has nothing but its id.
pub(in crate::huawei) fn entity(world: &World, job: &Job, sub: &SubJob) -> Option<Entity> {
    let id = match &sub.target {
        SubTarget::Known(Target::Disk(id)) => *id,
        SubTarget::Known(Target::Server(_) | Target::Balancer(_) | Target::Image(_))
        | SubTarget::Unknown(_) => return None,
    };
    let disk = world.disk(job.project, id);
    Some(Entity {
        volume_id: id.to_string(),
        name: disk.map(|disk| disk.name.to_string()),
        size: disk.map(|disk| disk.size_gib),
        volume_type: disk.map(|disk| disk.class.to_string()),
    })
}

/// What a job of this service is called, alone and in its list.
pub(in crate::huawei) const fn types(operation: &Operation, several: bool) -> Option<Types> {
    if let Operation::CreateDisks(_) = operation {
        let job = if several { "batchCreateVolume" } else { "createVolume" };
        Some((job, "createVolume"))
    } else if let Operation::DeleteDisks(_) = operation {
        Some(("deleteVolume", "deleteVolume"))
    } else if let Operation::ExtendDisks(_) = operation {
        Some(("extendVolume", "extendVolume"))
    } else {
        None
    }
}

type Types = (&'static str, &'static str);
