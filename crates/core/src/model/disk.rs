use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ProjectId, ServerId, SubJobId, Tag, Time, VolumeId};

/// A disk with a life of its own: made alone, taken out of a server, or shared by several.
///
/// A volume that was made with its server has none of these until it leaves that server. What is in
/// a server is said by the server's own list of volumes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    pub id: VolumeId,
    pub project: ProjectId,
    pub name: Arc<str>,
    #[serde(default)]
    pub description: Arc<str>,
    pub zone: Arc<str>,
    pub size_gib: u32,
    /// The kind of disk, in the word the client used for it.
    pub class: Arc<str>,
    /// Whether it may be in several servers at once.
    #[serde(default)]
    pub shareable: bool,
    pub created_at: Time,
    #[serde(default)]
    pub phase: DiskPhase,
    /// The servers it is in, in the order in which they got it.
    #[serde(default)]
    pub attached_to: Vec<Attachment>,
    /// The sub-jobs under way on it, or that put it into a server or take it out of one.
    #[serde(default)]
    pub held_by: Vec<SubJobId>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<Arc<str>, Arc<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Values a dialect was given and must give back, under that dialect's own names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hints: BTreeMap<Arc<str>, Arc<str>>,
}

/// Where a disk is in its life. Whether it goes into a server or leaves one is told by the sub-jobs
/// that hold it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DiskPhase {
    /// Ordered, not yet made.
    Creating,
    #[default]
    Ready,
    Extending,
    Deleting,
    /// It could not be made.
    NotMade,
    /// It could not be deleted.
    NotDeleted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub server: ServerId,
    pub at: Time,
}

impl Disk {
    pub fn is_in(&self, server: ServerId) -> bool {
        self.attached_to.iter().any(|one| one.server == server)
    }

    /// Whether no server has it, and nothing is being done with it.
    pub const fn is_free(&self) -> bool {
        self.attached_to.is_empty() && self.held_by.is_empty()
    }
}
