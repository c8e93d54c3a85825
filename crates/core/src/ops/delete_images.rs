use serde::{Deserialize, Serialize};

use super::{Rules, Step, Verdict};
use crate::model::{FaultKind, ImagePhase};
use crate::world::{SeenImage, World};

/// Take images away. Servers that were made of them stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteImages {}

impl Rules for DeleteImages {
    fn name(&self) -> &'static str {
        "delete_images"
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::NoImage]
    }
}

impl DeleteImages {
    /// The verdict on an image that the caller sees.
    #[expect(clippy::unused_self, reason = "as the rules of every operation")]
    pub(crate) fn admit(&self, seen: SeenImage<'_>, world: &World) -> Verdict {
        let own = match seen.own {
            Some(own) if seen.source == crate::model::ImageSource::Private => own,
            Some(_) | None => return Verdict::refuse(FaultKind::ImageNotOwn),
        };
        let under_way = matches!(own.phase, ImagePhase::Making | ImagePhase::Copying);
        if under_way || own.held_by.is_some() {
            Verdict::refuse(FaultKind::ImageBusy)
        } else if world.image_in_use(own.id()) {
            Verdict::refuse(FaultKind::ImageInUse)
        } else if own.shares.is_empty() {
            Verdict::Admit
        } else {
            Verdict::refuse(FaultKind::ImageShared)
        }
    }
}
