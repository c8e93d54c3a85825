//! Images: those that everybody sees and those that projects made.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::World;
use crate::model::{
    Asset, AssetKey, Fault, FaultKind, Image, ImageId, ImageOrigin, ImagePhase, ImageSource, Job,
    OwnImage, ProjectId, SubJobId, SubState,
};
use crate::ops::Operation;

/// An image as one project sees it.
#[derive(Clone, Copy, Debug)]
pub struct SeenImage<'w> {
    pub image: &'w Arc<Image>,
    /// What it is to that project: what others share with it is not its own.
    pub source: ImageSource,
    /// Present if a project made it.
    pub own: Option<&'w OwnImage>,
}

impl SeenImage<'_> {
    /// Whether a server can be made of it.
    pub fn is_ready(&self) -> bool {
        self.own.is_none_or(OwnImage::is_ready)
    }

    /// Whether it can be used where that is asked for.
    pub fn is_in(&self, region: &str) -> bool {
        self.own.is_none_or(|own| own.is_in(region))
    }
}

impl World {
    /// Any image there is, or was when a server was made of it.
    pub fn image(&self, id: ImageId) -> Option<&Arc<Image>> {
        self.images.get(&id).or_else(|| Some(&self.own_image(id)?.image))
    }

    /// The images that every project sees.
    pub fn images(&self) -> impl Iterator<Item = &Arc<Image>> {
        self.images.values()
    }

    /// An image that a project made, whichever it is.
    pub fn own_image(&self, id: ImageId) -> Option<&OwnImage> {
        let owner = self.image_owners.get(&id)?;
        self.asset(&AssetKey::Image(*owner, id)).and_then(as_image)
    }

    /// The images that a project made and has not deleted, by id.
    pub fn own_images(&self, project: ProjectId) -> impl Iterator<Item = &OwnImage> {
        let key = |id| AssetKey::Image(project, ImageId(id));
        self.assets
            .range(key(0)..=key(u128::MAX))
            .filter_map(|(_, asset)| as_image(asset))
            .filter(|own| own.phase != ImagePhase::Gone)
    }

    /// The image of this id, if the project sees one.
    pub fn seen_image(&self, project: ProjectId, id: ImageId) -> Option<SeenImage<'_>> {
        if let Some(image) = self.images.get(&id) {
            return Some(common(image));
        }
        seen(self.own_image(id)?, project)
    }

    /// All images a project sees: everybody's, then its own and those shared with it, the newest
    /// first.
    pub fn seen_images(&self, project: ProjectId) -> impl Iterator<Item = SeenImage<'_>> {
        let mut owned: Vec<SeenImage<'_>> = self
            .image_owners
            .keys()
            .filter_map(|id| self.own_image(*id))
            .filter_map(|own| seen(own, project))
            .collect();
        owned.sort_by_key(|seen| std::cmp::Reverse((seen.image.created_at, seen.image.id)));
        self.images.values().map(common).chain(owned)
    }

    /// The image, if the project can make a server of it.
    pub fn usable_image(&self, project: ProjectId, id: ImageId) -> Result<&Arc<Image>, Fault> {
        match self.seen_image(project, id) {
            None => Err(Fault::with(FaultKind::ImageNotFound, id.to_string())),
            Some(seen) if !seen.is_ready() => {
                Err(Fault::with(FaultKind::ImageBusy, id.to_string()))
            }
            Some(seen) => Ok(seen.image),
        }
    }

    /// Whether a project may have one more image in a region, and of this name.
    pub(crate) fn check_new_image(
        &self,
        project: ProjectId,
        region: &str,
        name: &str,
        most: usize,
    ) -> Result<(), Fault> {
        let mut count = 0;
        for own in self.own_images(project).filter(|own| own.is_in(region)) {
            if *own.image.name == *name {
                return Err(Fault::with(FaultKind::ImageNameTaken, name));
            }
            count += 1;
        }
        if count < most { Ok(()) } else { Err(FaultKind::TooManyImages.into()) }
    }

    /// Whether servers or other images are being made of an image.
    pub fn image_in_use(&self, id: ImageId) -> bool {
        let copied = |own: &OwnImage| {
            own.origin == ImageOrigin::Image(id) && own.phase == ImagePhase::Copying
        };
        self.jobs_in_flight().any(|job| makes_of(job, id))
            || self.image_owners.keys().filter_map(|id| self.own_image(*id)).any(copied)
    }

    fn change_image(&mut self, id: ImageId, change: impl FnOnce(&mut OwnImage)) {
        if let Some(mut own) = self.own_image(id).cloned() {
            change(&mut own);
            self.put_asset(Asset::Image(own));
        }
    }

    /// A sub-job that deletes the image was accepted. One that makes it has it already.
    pub(crate) fn begin_on_image(&mut self, id: ImageId, sub: SubJobId) {
        self.change_image(id, |own| own.held_by = Some(sub));
    }

    /// The driver has made the image of its server, which may still have to be started again.
    pub(crate) fn captured(&mut self, operation: &Operation) {
        if let Operation::MakeImage(make) = operation {
            self.end_on_image(make.image, true);
        }
    }

    /// The operation that made an image of a server has ended.
    pub(crate) fn end_capture(&mut self, operation: &Operation, succeeded: bool) {
        if let Operation::MakeImage(make) = operation
            && self.own_image(make.image).is_some_and(|own| own.phase == ImagePhase::Making)
        {
            self.end_on_image(make.image, succeeded);
        }
    }

    /// What made, copied or deleted the image has done so, or failed. What could not be deleted is as
    /// it was.
    pub(crate) fn end_on_image(&mut self, id: ImageId, succeeded: bool) {
        let Some(own) = self.own_image(id) else { return };
        let phase = match own.phase {
            ImagePhase::Making | ImagePhase::Copying if succeeded => ImagePhase::Ready,
            ImagePhase::Making | ImagePhase::Copying => ImagePhase::NotMade,
            ImagePhase::Ready | ImagePhase::NotMade | ImagePhase::Gone if succeeded => {
                ImagePhase::Gone
            }
            as_it_was @ (ImagePhase::Ready | ImagePhase::NotMade | ImagePhase::Gone) => as_it_was,
        };
        self.change_image(id, |own| {
            own.held_by = None;
            own.phase = phase;
        });
        if phase == ImagePhase::Gone {
            self.forget_images();
        }
    }

    /// Deleted images that no server is from any more are forgotten. Looks at every server: images
    /// are hardly ever deleted.
    fn forget_images(&mut self) {
        let gone: Vec<AssetKey> = self
            .image_owners
            .iter()
            .filter(|(id, _)| self.own_image(**id).is_some_and(|own| own.phase == ImagePhase::Gone))
            .map(|(id, owner)| AssetKey::Image(*owner, *id))
            .collect();
        let used: BTreeSet<ImageId> = self.servers().map(|server| server.image).collect();
        for key in gone {
            if let AssetKey::Image(_, id) = &key
                && !used.contains(id)
            {
                self.remove_asset(&key);
            }
        }
    }
}

fn common(image: &Arc<Image>) -> SeenImage<'_> {
    SeenImage { image, source: image.source, own: None }
}

fn seen(own: &OwnImage, project: ProjectId) -> Option<SeenImage<'_>> {
    let source = if own.phase == ImagePhase::Gone {
        return None;
    } else if own.project == project {
        ImageSource::Private
    } else if own.is_shared_with(project) {
        ImageSource::Shared
    } else {
        return None;
    };
    Some(SeenImage { image: &own.image, source, own: Some(own) })
}

/// Whether a job that is not done yet makes servers of the image.
fn makes_of(job: &Job, id: ImageId) -> bool {
    let made_of = if let Operation::Create(create) = &job.operation {
        Some(create.image)
    } else if let Operation::Reinstall(reinstall) = &job.operation {
        reinstall.image
    } else {
        None
    };
    let of_it = made_of == Some(id);
    of_it && job.subs.iter().any(|sub| matches!(sub.state, SubState::Waiting | SubState::Running))
}

const fn as_image(asset: &Asset) -> Option<&OwnImage> {
    if let Asset::Image(own) = asset { Some(own) } else { None }
}
