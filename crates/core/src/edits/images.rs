use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, Put};
use crate::limits::IMAGE_SHARES_MAX;
use crate::model::{
    Asset, Fault, FaultKind, Hints, Image, ImageId, ImageShare, OwnImage, ProjectId,
};

/// Say something else of an image. What is not named stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DescribeImage {
    pub image: ImageId,
    pub name: Option<Arc<str>>,
    pub description: Option<Arc<str>>,
    /// Values a dialect was given and must give back, under that dialect's own names.
    pub hints: Hints,
}

impl EditRules for DescribeImage {
    fn name(&self) -> &'static str {
        "describe_image"
    }

    /// One that others use stays as they know it.
    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let mut own = ready(&desk, self.image)?.clone();
        if !own.shares.is_empty() {
            return Err(Fault::with(FaultKind::ImageShared, self.image.to_string()));
        }
        if let Some(name) = self.name.as_ref().filter(|name| **name != own.image.name) {
            desk.world.check_new_image(desk.project, &own.region, name, usize::MAX)?;
            own.image = Arc::new(Image { name: name.clone(), ..(*own.image).clone() });
        }
        if let Some(description) = &self.description {
            own.description = description.clone();
        }
        own.hints.extend(self.hints.clone());
        Ok(Put::Asset(Asset::Image(own)).into())
    }
}

/// Let other projects make servers of an image, or let them no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareImage {
    pub image: ImageId,
    pub with: Vec<ProjectId>,
    pub shared: bool,
}

impl EditRules for ShareImage {
    fn name(&self) -> &'static str {
        "share_image"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let mut own = ready(&desk, self.image)?.clone();
        if self.shared {
            for with in &self.with {
                if !own.is_shared_with(*with) {
                    own.shares.push(ImageShare { with: *with, at: desk.now });
                }
            }
        } else {
            own.shares.retain(|share| !self.with.contains(&share.with));
        }
        if own.shares.len() > IMAGE_SHARES_MAX {
            return Err(FaultKind::QuotaExceeded.into());
        }
        Ok(Put::Asset(Asset::Image(own)).into())
    }
}

/// The caller's own image of this id, if nothing is being done with it.
fn ready<'d>(desk: &'d Desk<'_>, id: ImageId) -> Result<&'d OwnImage, Fault> {
    let fault = |kind| Fault::with(kind, id.to_string());
    let seen = desk.world.seen_image(desk.project, id);
    match seen.ok_or_else(|| fault(FaultKind::ImageNotFound))?.own {
        Some(own) if own.project != desk.project => Err(fault(FaultKind::ImageNotOwn)),
        Some(own) if !own.is_ready() => Err(fault(FaultKind::ImageBusy)),
        Some(own) => Ok(own),
        None => Err(fault(FaultKind::ImageNotOwn)),
    }
}
