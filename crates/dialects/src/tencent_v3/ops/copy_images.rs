use std::sync::Arc;

use regiment_core::limits::IMAGES_MAX;
use regiment_core::model::{FaultKind, ImageSource};
use regiment_core::ops::{CopyImages, ImageCopy, Operation};
use serde::{Deserialize, Serialize};

use super::describe_image::{check_name, image};
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::places::REGIONS;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    image_ids: Vec<String>,
    destination_regions: Vec<String>,
    #[serde(default)]
    dry_run: bool,
    image_name: Option<String>,
    #[serde(default)]
    image_set_required: bool,
    #[serde(default)]
    encrypt: bool,
    kms_key_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Copied {
    #[serde(skip_serializing_if = "Option::is_none")]
    image_set: Option<Vec<Copy>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Copy {
    image_id: String,
    region: Arc<str>,
}

/// `SyncImages`: an own image is copied to other regions; one that another account shares, to the
/// region it is in, where the copy is the caller's.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    if wanted.encrypt || wanted.kms_key_id.is_some() {
        return Err(Refusal::not_served("Encrypt"));
    }
    wanted.image_name.as_deref().map_or(Ok(()), check_name)?;
    let [id] = wanted.image_ids.as_slice() else {
        return Err(match wanted.image_ids.len() {
            0 => Refusal::missing("ImageIds"),
            _ => Refusal::too_many("ImageIds", 1),
        });
    };
    let (id, region) = (id.clone(), call.region.clone());
    if wanted.destination_regions.is_empty() {
        return Err(Refusal::missing("DestinationRegions"));
    }
    let known = |wanted: &str| REGIONS.iter().any(|(region, _, _)| *region == wanted);
    if let Some(unknown) = wanted.destination_regions.iter().find(|region| !known(region)) {
        return Err(Refusal::bad("InvalidRegion.NotFound", "DestinationRegions", unknown));
    }
    Ok(call.consult(move |view, issuer| {
        let seen = image(view, issuer, &region, &id)?;
        let home = |wanted: &str| *wanted == *region;
        let fits = match seen.source {
            ImageSource::Shared => wanted.destination_regions.iter().all(|to| home(to)),
            ImageSource::Private => !wanted.destination_regions.iter().any(|to| home(to)),
            ImageSource::Public | ImageSource::Market => {
                return Err(Refusal::from(FaultKind::ImageNotOwn).about(&id));
            }
        };
        if !fits {
            return Err(Refusal::bad(
                "InvalidParameterValue.InvalidRegion",
                "DestinationRegions",
                &region,
            ));
        }
        let mut regions: Vec<Arc<str>> = Vec::with_capacity(wanted.destination_regions.len());
        for to in &wanted.destination_regions {
            if !regions.iter().any(|known| **known == **to) {
                regions.push(to.as_str().into());
            }
        }
        let name: Arc<str> = wanted.image_name.map_or_else(|| seen.image.name.clone(), Into::into);
        let from = seen.image.id;
        let copy =
            |region: &Arc<str>| ImageCopy { from, region: region.clone(), name: name.clone() };
        let copies = regions.iter().map(copy).collect();
        let operation = Operation::CopyImages(CopyImages { copies, images_max: IMAGES_MAX });
        let mut command = issuer.command(operation, Vec::new());
        command.dry_run = wanted.dry_run;
        let told = wanted.image_set_required;
        Ok(issuer.order_with(command, move |receipt| {
            let made = receipt.images().zip(&regions);
            let copy = |(id, region): (_, &Arc<str>)| Copy {
                image_id: ids::image(id),
                region: region.clone(),
            };
            Copied { image_set: told.then(|| made.map(copy).collect()) }
        }))
    }))
}
