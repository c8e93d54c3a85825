use regiment_core::command::Receipt;
use regiment_core::limits::IMAGES_MAX;
use regiment_core::model::{Hints, ImageId};
use regiment_core::ops::{Force, MakeImage, Operation, WhenRunning};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use super::create::{TagSpecification, tags_of};
use super::describe_image::{check_description, check_name};
use crate::Action;
use crate::tencent::{ids, images};
use crate::tencent_v3::call::{Call, target};
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    image_name: String,
    instance_id: Option<String>,
    image_description: Option<String>,
    force_poweroff: Option<String>,
    sysprep: Option<String>,
    #[serde(default)]
    data_disk_ids: Vec<String>,
    #[serde(default)]
    snapshot_ids: Vec<String>,
    #[serde(default)]
    dry_run: bool,
    #[serde(default)]
    tag_specification: Vec<TagSpecification>,
    image_family: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Made {
    image_id: String,
}

/// `CreateImage`: of an instance's system disk. One that runs is left running unless it is to be
/// powered off, and then runs again after.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    check_name(&wanted.image_name)?;
    let description = wanted.image_description.unwrap_or_default();
    check_description(&description)?;
    // Snapshots are not kept here.
    for (name, ids) in
        [("DataDiskIds", &wanted.data_disk_ids), ("SnapshotIds", &wanted.snapshot_ids)]
    {
        if !ids.is_empty() {
            return Err(Refusal::not_served(name));
        }
    }
    let power_off = flag("ForcePoweroff", wanted.force_poweroff.as_deref())?;
    flag("Sysprep", wanted.sysprep.as_deref())?;
    let instance = wanted.instance_id.ok_or_else(|| Refusal::missing("InstanceId"))?;
    let target = target(&instance)?;
    let family = wanted.image_family.filter(|family| !family.is_empty());
    let hints: Hints =
        family.iter().map(|family| (images::FAMILY.into(), family.as_str().into())).collect();
    let operation = Operation::MakeImage(MakeImage {
        image: ImageId(0),
        name: wanted.image_name.into(),
        description: description.into(),
        region: call.region.clone(),
        running: if power_off {
            WhenRunning::Stopped(Force::SoftThenHard, true)
        } else {
            WhenRunning::LeftRunning
        },
        images_max: IMAGES_MAX,
        tags: tags_of("image", &wanted.tag_specification),
        hints,
    });
    let issuer = call.issuer();
    let mut command = issuer.command(operation, vec![target]);
    command.dry_run = wanted.dry_run;
    Ok(issuer.order_in_view(command, |receipt, view| Made { image_id: made(receipt, view) }))
}

/// The id of the image that an order has begun to make.
fn made(receipt: &Receipt, view: &View<'_>) -> String {
    let job = receipt.job.and_then(|job| view.world.job(job));
    match job.map(|job| &job.operation) {
        Some(Operation::MakeImage(make)) => ids::image(make.image),
        Some(_) | None => String::new(),
    }
}

/// A flag that is said in words.
fn flag(name: &str, said: Option<&str>) -> Result<bool, Refusal> {
    match said.map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(Refusal::bad("InvalidParameterValue", name, other)),
    }
}
