use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Fault, Hints, ImageId, NetworkId, PortId, ProjectId, ServerGroupId, ServerId, SubJobId, Time,
    VolumeId,
};
use crate::limits::ORDERS_REMEMBERED_MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Power {
    Running,
    Stopped,
}

/// Where a server is in its life. What it is *doing* is [`Server::busy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// Ordered, not yet made.
    Creating,
    Ready,
    /// It could not be made, or was left without a usable disk.
    Broken,
}

/// What a busy server is busy with; dialects compute their transitional states from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Activity {
    Creating,
    Deleting,
    Starting,
    Stopping,
    Rebooting,
    RebootingHard,
    Dumping,
    ResettingPassword,
    Resizing,
    Reinstalling,
    Renaming,
    ChangingNics,
    AttachingVolume,
    Charging,
    DetachingVolume,
    ExtendingVolumes,
    Migrating,
    ConfirmingResize,
    Locking,
    Restoring,
    RevertingResize,
    MakingImage,
    BindingKeyPair,
    UnbindingKeyPair,
}

/// The one sub-job that holds a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Busy {
    pub sub: SubJobId,
    pub activity: Activity,
}

/// One virtual machine we keep.
///
/// What changes often is inline; what rarely changes is behind [`Details`], shared between the
/// engine's world and the published one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    pub id: ServerId,
    pub project: ProjectId,
    /// Grows with every server ever made; lists are ordered by it.
    pub order: u64,
    pub name: Arc<str>,
    pub flavor: Arc<str>,
    pub image: ImageId,
    #[serde(default)]
    pub host: Option<Arc<str>>,
    pub power: Power,
    pub phase: Phase,
    #[serde(default)]
    pub busy: Option<Busy>,
    /// How many times the disk was made anew.
    #[serde(default)]
    pub image_generation: u32,
    /// How many times a password was set.
    #[serde(default)]
    pub password_generation: u32,
    pub created_at: Time,
    pub updated_at: Time,
    /// When it was last seen to start.
    #[serde(default)]
    pub launched_at: Option<Time>,
    /// Why it is broken, if it is.
    #[serde(default)]
    pub fault: Option<Arc<Fault>>,
    /// The last operation ordered and how it went, for clients that ask the server, not the job.
    #[serde(default)]
    pub last: Option<Last>,
    /// The newest orders that were accepted for it, oldest first. Their jobs may be gone by now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<SubJobId>,
    pub details: Arc<Details>,
}

impl Server {
    /// An order was accepted for it.
    pub(crate) fn remember(&mut self, order: SubJobId) {
        if self.orders.len() == ORDERS_REMEMBERED_MAX {
            self.orders.remove(0);
        }
        self.orders.push(order);
    }
}

/// The last operation on a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    pub sub: SubJobId,
    pub request: super::RequestId,
    pub activity: Activity,
    pub ended: bool,
    #[serde(default)]
    pub fault: Option<Arc<Fault>>,
}

/// What was said of a server when it was made and rarely changes after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    pub zone: Arc<str>,
    pub hostname: Arc<str>,
    pub description: Arc<str>,
    pub key_name: Option<Arc<str>>,
    pub user_data: Option<Arc<str>>,
    /// A password that was made for the server, encrypted for the holder of its key pair. In clear it
    /// is kept nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted_password: Option<Arc<str>>,
    pub auto_terminate_at: Option<Time>,
    /// Only its owner's unlocking and what asks nothing of the machine is taken on.
    #[serde(skip_serializing_if = "is_false")]
    pub locked: bool,
    /// The flavor it had before a resize that is neither confirmed nor taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resized_from: Option<Arc<str>>,
    /// It was deleted and is in the project's recycle bin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recycled: Option<Recycled>,
    pub network: Option<NetworkId>,
    pub nics: Vec<Nic>,
    pub volumes: Vec<Volume>,
    pub security_groups: Vec<NetworkId>,
    /// The server group it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_group: Option<ServerGroupId>,
    pub metadata: BTreeMap<Arc<str>, Arc<str>>,
    pub tags: Vec<Tag>,
    /// Values a dialect was given and must give back, under that dialect's own names.
    pub hints: BTreeMap<Arc<str>, Arc<str>>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes what it asks about by reference"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// How long a deleted server can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recycled {
    pub at: Time,
    pub until: Time,
    /// Whether the data disks that would outlive the server go with it in the end.
    #[serde(default)]
    pub volumes: bool,
}

/// New values of hints, by name; nothing takes one away.
pub type HintChanges = BTreeMap<Arc<str>, Option<Arc<str>>>;

/// Gives each of these hints its new value.
pub(crate) fn change_hints(details: &mut Arc<Details>, changes: &HintChanges) {
    reword(&mut Arc::make_mut(details).hints, changes);
}

pub(crate) fn reword(hints: &mut Hints, changes: &HintChanges) {
    for (name, value) in changes {
        match value {
            Some(value) => hints.insert(name.clone(), value.clone()),
            None => hints.remove(name),
        };
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nic {
    pub port: PortId,
    pub subnet: Option<NetworkId>,
    pub address: Ipv4Addr,
    pub mac: [u8; 6],
    #[serde(default)]
    pub security_groups: Vec<NetworkId>,
    /// Addresses that it answers to beside its own and may share with others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub virtual_addresses: Vec<Ipv4Addr>,
    /// Whether it goes with its server.
    #[serde(default)]
    pub delete_with_server: bool,
}

impl Nic {
    /// Its own address, then the virtual ones.
    pub fn addresses(&self) -> impl Iterator<Item = Ipv4Addr> {
        std::iter::once(self.address).chain(self.virtual_addresses.iter().copied())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    pub id: VolumeId,
    /// The first is the boot disk.
    pub device: Arc<str>,
    pub size_gib: u32,
    /// The kind of disk, in the word the client used for it.
    pub class: Arc<str>,
    pub delete_with_server: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    pub key: Arc<str>,
    pub value: Arc<str>,
}
