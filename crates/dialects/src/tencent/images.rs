//! Images as both versions name and find them. What a project makes is in the region it was made in
//! or copied to; all else is in every region.

use regiment_core::model::{ImagePhase, ProjectId};
use regiment_core::world::{SeenImage, World};

use super::{form, ids};

pub const FAMILY: &str = "tencent_v3/ImageFamily";
pub const DEPRECATED: &str = "tencent_v3/ImageDeprecated";

/// The images a project sees in a region.
pub fn in_region<'w>(
    world: &'w World,
    project: ProjectId,
    region: &str,
) -> impl Iterator<Item = SeenImage<'w>> {
    world.seen_images(project).filter(move |seen| seen.is_in(region))
}

/// An image by its short id or by its number.
pub fn find<'w>(
    world: &'w World,
    project: ProjectId,
    region: &str,
    text: &str,
) -> Option<SeenImage<'w>> {
    let number = match text.strip_prefix(ids::IMAGE) {
        Some(_) => ids::image_digits(text)?,
        None => form::parse_digits(text)?,
    };
    in_region(world, project, region).find(|seen| ids::image_number(seen.image.id) == number)
}

/// What an image that a project made is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Creating,
    Normal,
    CreateFailed,
    Syncing,
    Using,
}

/// Used is one that servers or other images are being made of.
pub fn state(world: &World, seen: SeenImage<'_>) -> State {
    match seen.own.map(|own| own.phase) {
        Some(ImagePhase::Making) => State::Creating,
        Some(ImagePhase::Copying) => State::Syncing,
        Some(ImagePhase::NotMade | ImagePhase::Gone) => State::CreateFailed,
        Some(ImagePhase::Ready) if world.image_in_use(seen.image.id) => State::Using,
        Some(ImagePhase::Ready) | None => State::Normal,
    }
}
