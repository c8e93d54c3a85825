use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{LaunchTemplateId, ProjectId, TemplateVersionId, Time};

/// What is wanted of servers, kept under a name for the day they are ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchTemplate {
    pub id: LaunchTemplateId,
    pub project: ProjectId,
    /// Unique in its project.
    pub name: Arc<str>,
    #[serde(default)]
    pub description: Arc<str>,
    /// The first is made with the template; numbers only grow.
    pub versions: Vec<TemplateVersion>,
    /// The number of the version that is meant when none is named.
    pub default_version: u32,
    pub created_at: Time,
    pub updated_at: Time,
}

/// A template as it once was said. Never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateVersion {
    pub id: TemplateVersionId,
    pub number: u32,
    #[serde(default)]
    pub description: Arc<str>,
    /// The wishes, in the words of the dialect they were said in: nothing is made of them here.
    #[serde(default)]
    pub content: Arc<str>,
    pub created_at: Time,
}

impl LaunchTemplate {
    pub fn latest_version(&self) -> u32 {
        self.versions.iter().map(|version| version.number).max().unwrap_or_default()
    }
}
