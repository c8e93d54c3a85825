use std::sync::Arc;

use regiment_core::model::{Fault, FaultKind};
use regiment_core::ops::{CopyImages, ImageCopy, Operation};

use super::make_image::IMAGES_MAX;
use crate::Action;
use crate::tencent::{images, regions};
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::{batch, task};

/// `SyncCvmImage`: every image to every region, or nothing.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let from = regions::region(fields.need("srcRegion")?).to_owned();
    let names = batch::names(call, "imgIdList")?;
    let mut to: Vec<Arc<str>> = Vec::new();
    for said in fields.list("dstRegion") {
        let region = regions::region(said);
        if *region == *from {
            return Err(fields.bad("dstRegion", "must not be srcRegion"));
        }
        if !to.iter().any(|known| **known == *region) {
            to.push(region.into());
        }
    }
    if to.is_empty() {
        return Err(Refusal::Missing("dstRegion.0".to_owned()));
    }
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let mut copies = Vec::with_capacity(names.len() * to.len());
        for name in &names {
            let Some(seen) = images::find(view.world, issuer.project, &from, name) else {
                let fault = Fault::with(FaultKind::ImageNotFound, name.as_str());
                return task::settled(Err(fault.into()));
            };
            copies.extend(to.iter().map(|region| ImageCopy {
                from: seen.image.id,
                region: region.clone(),
                name: seen.image.name.clone(),
            }));
        }
        let operation = Operation::CopyImages(CopyImages { copies, images_max: IMAGES_MAX });
        task::order_plain(issuer.command(operation, Vec::new()), "")
    }))
}
