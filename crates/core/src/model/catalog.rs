//! What servers are made from and who owns them: small tables that change rarely.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ImageId, ProjectId, Time};
use crate::vault::Sealed;

/// A named shape of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flavor {
    pub name: Arc<str>,
    pub vcpus: u32,
    pub ram_mib: u32,
    /// What it is meant for, e.g. `normal`, `highmem`.
    #[serde(default)]
    pub class: Arc<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OsFamily {
    Linux,
    Windows,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ImageSource {
    Public,
    Private,
    Market,
    Shared,
}

/// What a disk is made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    pub id: ImageId,
    pub name: Arc<str>,
    pub family: OsFamily,
    /// E.g. `Ubuntu 22.04 server 64bit`.
    pub os: Arc<str>,
    pub disk_gib_min: u32,
    pub source: ImageSource,
    /// The account whose password a reset changes, e.g. `root`.
    pub admin_user: Arc<str>,
    pub created_at: Time,
}

/// A machine that servers live on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    pub name: Arc<str>,
    pub zone: Arc<str>,
    pub vcpus: u32,
    pub ram_mib: u32,
    pub up: bool,
    /// When it is taken out of service; its servers are to live elsewhere by then, and no new one
    /// moves in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaves_at: Option<Time>,
}

/// The tenant that owns servers and jobs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    pub id: ProjectId,
    pub name: Arc<str>,
    #[serde(default)]
    pub quota: Quota,
    #[serde(default)]
    pub recycle_bin: RecycleBin,
}

/// What becomes of a project's deleted servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecycleBin {
    /// Whether they can be taken back for a while.
    pub on: bool,
    pub retention_hours: u32,
    /// Younger servers are deleted at once.
    pub threshold_days: u32,
}

impl Default for RecycleBin {
    fn default() -> RecycleBin {
        RecycleBin { on: false, retention_hours: 7 * 24, threshold_days: 0 }
    }
}

/// How much a project may hold. Absent means no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// Disks that have a life of their own.
    #[serde(default)]
    pub disks: Option<u32>,
    #[serde(default)]
    pub servers: Option<u32>,
    #[serde(default)]
    pub vcpus: Option<u32>,
    #[serde(default)]
    pub ram_mib: Option<u64>,
}

/// One key pair. The same pair serves every dialect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    pub access_key: Arc<str>,
    pub project: ProjectId,
    pub secret_key: Sealed,
    /// Those from before there were roles could do everything.
    #[serde(default)]
    pub role: Role,
    /// Those from before it was noted say nothing of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Time>,
}

/// What the holder of a credential may do in its project. Each may do what those before it may.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Look, and have an order judged that is not carried out.
    Reader,
    /// Order.
    Operator,
    /// Say who else may, and see who did.
    #[default]
    Admin,
}

impl Role {
    pub const ALL: [Role; 3] = [Role::Reader, Role::Operator, Role::Admin];

    pub const fn word(self) -> &'static str {
        match self {
            Role::Reader => "reader",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }

    pub fn named(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.word() == word)
    }
}
