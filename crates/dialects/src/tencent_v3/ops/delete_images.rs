use regiment_core::command::TargetRef;
use regiment_core::model::FaultKind;
use regiment_core::ops::{DeleteImages, Operation};
use serde::Deserialize;

use crate::Action;
use crate::tencent::{ids, images};
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;

/// Images in one call.
const IMAGES_MAX: usize = 100;

/// Whether the snapshots of an image go with it makes no difference: there are none.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    image_ids: Vec<String>,
    #[serde(default)]
    dry_run: bool,
}

/// `DeleteImages`: all of them or none.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    if wanted.image_ids.is_empty() {
        return Err(Refusal::missing("ImageIds"));
    }
    if wanted.image_ids.len() > IMAGES_MAX {
        return Err(Refusal::too_many("ImageIds", IMAGES_MAX));
    }
    if let Some(id) = wanted.image_ids.iter().find(|id| !ids::may_be_image(id)) {
        return Err(Refusal::bad("InvalidImageId.Malformed", "ImageIds", id));
    }
    let region = call.region.clone();
    Ok(call.consult(move |view, issuer| {
        let mut targets = Vec::with_capacity(wanted.image_ids.len());
        for id in &wanted.image_ids {
            let seen = images::find(view.world, issuer.project, &region, id)
                .ok_or_else(|| Refusal::from(FaultKind::ImageNotFound).about(id))?;
            targets.push(TargetRef::Image(seen.image.id));
        }
        let operation = Operation::DeleteImages(DeleteImages {});
        let mut command = issuer.command(operation, targets);
        command.dry_run = wanted.dry_run;
        Ok(issuer.order(command))
    }))
}
