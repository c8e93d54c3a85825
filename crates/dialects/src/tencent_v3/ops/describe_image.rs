use regiment_core::edits::{DescribeImage, Edit};
use regiment_core::model::{FaultKind, Hints};
use regiment_core::ops::Operation;
use regiment_core::view::View;
use regiment_core::world::SeenImage;
use serde::Deserialize;

use crate::Action;
use crate::tencent::{ids, images};
use crate::tencent_v3::call::{Call, Issuer};
use crate::tencent_v3::faults::Refusal;

pub const NAME_CHARS_MAX: usize = 60;
const DESCRIPTION_CHARS_MAX: usize = 256;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Wanted {
    image_id: String,
    image_name: Option<String>,
    image_description: Option<String>,
    image_family: Option<String>,
    image_deprecated: Option<bool>,
}

/// `ModifyImageAttribute`: what is not said stays.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    wanted.image_name.as_deref().map_or(Ok(()), check_name)?;
    wanted.image_description.as_deref().map_or(Ok(()), check_description)?;
    let mut hints = Hints::new();
    if let Some(family) = &wanted.image_family {
        hints.insert(images::FAMILY.into(), family.as_str().into());
    }
    if let Some(deprecated) = wanted.image_deprecated {
        hints.insert(images::DEPRECATED.into(), deprecated.to_string().into());
    }
    let region = call.region.clone();
    Ok(call.consult(move |view, issuer| {
        let seen = image(view, issuer, &region, &wanted.image_id)?;
        // The vendor has a code of its own for this change of what another shares.
        if seen.own.is_some_and(|own| own.project != issuer.project) {
            return Err(Refusal::from(FaultKind::ImageNotOwn)
                .coded("UnsupportedOperation.SharedImageModifyUnsupported")
                .about(&wanted.image_id));
        }
        let edit = DescribeImage {
            image: seen.image.id,
            name: wanted.image_name.map(Into::into),
            description: wanted.image_description.map(Into::into),
            hints,
        };
        let operation = Operation::from(Edit::DescribeImage(edit));
        Ok(issuer.edit(issuer.command(operation, Vec::new())))
    }))
}

/// An image by its id, whatever its state.
pub fn image<'v>(
    view: &View<'v>,
    issuer: &Issuer,
    region: &str,
    id: &str,
) -> Result<SeenImage<'v>, Refusal> {
    if !ids::may_be_image(id) {
        return Err(Refusal::bad("InvalidImageId.Malformed", "ImageId", id));
    }
    images::find(view.world, issuer.project, region, id)
        .ok_or_else(|| Refusal::from(FaultKind::ImageNotFound).about(id))
}

pub fn check_name(name: &str) -> Result<(), Refusal> {
    if name.is_empty() {
        return Err(Refusal::bad("InvalidParameterValue", "ImageName", name));
    }
    bounded("ImageName", name, NAME_CHARS_MAX)
}

pub fn check_description(description: &str) -> Result<(), Refusal> {
    bounded("ImageDescription", description, DESCRIPTION_CHARS_MAX)
}

fn bounded(name: &str, text: &str, most: usize) -> Result<(), Refusal> {
    if text.chars().count() > most {
        return Err(Refusal::bad_length(name, 0, most).coded("InvalidParameter.ValueTooLarge"));
    }
    Ok(())
}
