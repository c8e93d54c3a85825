use regiment_core::edits::{DescribeImage, Edit};
use regiment_core::model::{FaultKind, Hints};
use regiment_core::ops::Operation;

use crate::Action;
use crate::tencent::{images, regions};
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::task;

const NAME_CHARS_MAX: usize = 16;
const DESCRIPTION_CHARS_MAX: usize = 64;

/// `ModifyImageAttributes`: what is not said stays.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let id = fields.need("imageId")?.to_owned();
    let new_name = name(&fields)?.map(Into::into);
    let description = description(&fields)?.map(Into::into);
    let region = regions::region(&call.region()).to_owned();
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let Some(seen) = images::find(view.world, issuer.project, &region, &id) else {
            return task::settled(Err(FaultKind::ImageNotFound.into()));
        };
        let edit = DescribeImage {
            image: seen.image.id,
            name: new_name,
            description,
            hints: Hints::new(),
        };
        let operation = Operation::from(Edit::DescribeImage(edit));
        task::edit(issuer.command(operation, Vec::new()))
    }))
}

pub fn name<'a>(fields: &Fields<'a>) -> Result<Option<&'a str>, Refusal> {
    let Some(name) = fields.text("imageName") else { return Ok(None) };
    let fits = |char: char| char.is_ascii_alphanumeric() || char == '-';
    if name.chars().count() > NAME_CHARS_MAX || !name.chars().all(fits) {
        let why = format!("must have at most {NAME_CHARS_MAX} letters, digits and hyphens");
        return Err(fields.bad("imageName", why));
    }
    Ok(Some(name))
}

pub fn description<'a>(fields: &Fields<'a>) -> Result<Option<&'a str>, Refusal> {
    let Some(text) = fields.text("imageDescription") else { return Ok(None) };
    let fits = |char: char| char.is_alphanumeric() || matches!(char, '-' | '_');
    if text.chars().count() > DESCRIPTION_CHARS_MAX || !text.chars().all(fits) {
        let why = format!(
            "must have at most {DESCRIPTION_CHARS_MAX} letters, digits, hyphens and underscores"
        );
        return Err(fields.bad("imageDescription", why));
    }
    Ok(Some(text))
}
