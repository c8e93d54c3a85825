use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Hints, Image, ImageId, ProjectId, ServerId, SubJobId, Tag, Time};

/// An image that a project made, of one of its servers or of another image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnImage {
    /// What it is to whoever makes a server of it.
    pub image: Arc<Image>,
    pub project: ProjectId,
    #[serde(default)]
    pub description: Arc<str>,
    /// Where it can be used, in the word the client used for it. Empty: everywhere.
    #[serde(default)]
    pub region: Arc<str>,
    pub origin: ImageOrigin,
    #[serde(default)]
    pub phase: ImagePhase,
    /// The sub-job that makes or copies it, or that deletes what is made already or could not be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<SubJobId>,
    /// Who may make servers of it beside its owner, in the order in which they were let.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<ImageShare>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Values a dialect was given and must give back, under that dialect's own names.
    #[serde(default, skip_serializing_if = "Hints::is_empty")]
    pub hints: Hints,
}

/// What an image was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImageOrigin {
    Server(ServerId),
    Image(ImageId),
}

/// Where an image is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ImagePhase {
    /// Ordered of a server, not yet made.
    Making,
    /// Ordered of another image, not yet made.
    Copying,
    #[default]
    Ready,
    /// It could not be made.
    NotMade,
    /// Deleted, and kept only so long as servers are from it, since they are described by it.
    Gone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageShare {
    pub with: ProjectId,
    pub at: Time,
}

impl OwnImage {
    pub fn id(&self) -> ImageId {
        self.image.id
    }

    pub fn is_shared_with(&self, project: ProjectId) -> bool {
        self.shares.iter().any(|share| share.with == project)
    }

    /// Whether a server can be made of it.
    pub const fn is_ready(&self) -> bool {
        matches!(self.phase, ImagePhase::Ready) && self.held_by.is_none()
    }

    /// Whether it can be used where that is asked for.
    pub fn is_in(&self, region: &str) -> bool {
        self.region.is_empty() || *self.region == *region
    }
}
