use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Rules, Step};
use crate::chance::Chance;
use crate::model::{
    Fault, FaultKind, Hints, Image, ImageId, ImageOrigin, ImagePhase, ImageSource, OwnImage,
    ProjectId, SubJobId, Time,
};
use crate::world::World;

/// Make images of other images, one for each entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyImages {
    pub copies: Vec<ImageCopy>,
    /// How many images each region may hold with its copy.
    pub images_max: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageCopy {
    pub from: ImageId,
    /// Where the copy can be used, in the word the client used for it.
    pub region: Arc<str>,
    pub name: Arc<str>,
}

impl Rules for CopyImages {
    fn name(&self) -> &'static str {
        "copy_images"
    }

    fn check(&self, world: &World, project: ProjectId) -> Result<(), Fault> {
        for (at, copy) in self.copies.iter().enumerate() {
            world.usable_image(project, copy.from)?;
            if world.own_image(copy.from).is_none() {
                return Err(Fault::with(FaultKind::ImageNotOwn, copy.from.to_string()));
            }
            let earlier = &self.copies[..at];
            let same_place = earlier.iter().filter(|other| other.region == copy.region);
            if same_place.clone().any(|other| other.name == copy.name) {
                return Err(Fault::with(FaultKind::ImageNameTaken, copy.name.clone()));
            }
            let most = self.images_max.saturating_sub(same_place.count());
            world.check_new_image(project, &copy.region, &copy.name, most)?;
        }
        Ok(())
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::CopyImage]
    }
}

impl CopyImages {
    /// The records of the copies, each held by its sub-job.
    pub(crate) fn mint(
        &self,
        world: &World,
        project: ProjectId,
        subs: impl Iterator<Item = SubJobId>,
        now: Time,
        chance: &mut Chance,
    ) -> Vec<OwnImage> {
        let mut minted = Vec::with_capacity(self.copies.len());
        for (copy, sub) in self.copies.iter().zip(subs) {
            let Some(from) = world.own_image(copy.from) else { continue };
            let image = Image {
                id: ImageId(chance.uuid()),
                name: copy.name.clone(),
                source: ImageSource::Private,
                created_at: now,
                ..(*from.image).clone()
            };
            minted.push(OwnImage {
                image: Arc::new(image),
                project,
                description: from.description.clone(),
                region: copy.region.clone(),
                origin: ImageOrigin::Image(copy.from),
                phase: ImagePhase::Copying,
                held_by: Some(sub),
                shares: Vec::new(),
                tags: Vec::new(),
                hints: Hints::new(),
            });
        }
        minted
    }
}
