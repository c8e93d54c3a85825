//! What a project owns beside its servers. Every kind is kept in one table, found by its key.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    DeadLetter, Disk, Gateway, GatewayId, ImageId, Interface, LaunchTemplate, LaunchTemplateId,
    NetworkId, OwnImage, PortId, ProjectId, PublicAddress, PublicAddressId, ScheduledEvent,
    ScheduledEventId, SecurityGroup, ServerGroupId, Subnet, Time, VolumeId, Vpc, Webhook,
    WebhookId,
};

/// One thing a project owns beside its servers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asset {
    KeyPair(KeyPair),
    Vpc(Vpc),
    Subnet(Subnet),
    SecurityGroup(SecurityGroup),
    Disk(Disk),
    LaunchTemplate(LaunchTemplate),
    ScheduledEvent(ScheduledEvent),
    ServerGroup(ServerGroup),
    Interface(Interface),
    PublicAddress(PublicAddress),
    Image(OwnImage),
    Gateway(Gateway),
    Webhook(Webhook),
    DeadLetter(DeadLetter),
}

/// How an asset is found. Kinds stand together, and within a kind what is looked up together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AssetKey {
    KeyPair(ProjectId, Arc<str>),
    Vpc(ProjectId, NetworkId),
    Subnet(ProjectId, NetworkId),
    SecurityGroup(ProjectId, NetworkId),
    Disk(ProjectId, VolumeId),
    LaunchTemplate(ProjectId, LaunchTemplateId),
    ScheduledEvent(ProjectId, ScheduledEventId),
    ServerGroup(ProjectId, ServerGroupId),
    Interface(ProjectId, PortId),
    PublicAddress(ProjectId, PublicAddressId),
    Image(ProjectId, ImageId),
    Gateway(ProjectId, GatewayId),
    Webhook(ProjectId, WebhookId),
    /// By the number of its event.
    DeadLetter(ProjectId, WebhookId, u64),
}

impl Asset {
    pub fn key(&self) -> AssetKey {
        match self {
            Asset::KeyPair(pair) => AssetKey::KeyPair(pair.project, pair.name.clone()),
            Asset::Vpc(vpc) => AssetKey::Vpc(vpc.project, vpc.id),
            Asset::Subnet(subnet) => AssetKey::Subnet(subnet.project, subnet.id),
            Asset::SecurityGroup(group) => AssetKey::SecurityGroup(group.project, group.id),
            Asset::Disk(disk) => AssetKey::Disk(disk.project, disk.id),
            Asset::LaunchTemplate(one) => AssetKey::LaunchTemplate(one.project, one.id),
            Asset::ScheduledEvent(event) => event.key(),
            Asset::ServerGroup(group) => AssetKey::ServerGroup(group.project, group.id),
            Asset::Interface(one) => AssetKey::Interface(one.project, one.nic.port),
            Asset::PublicAddress(one) => AssetKey::PublicAddress(one.project, one.id),
            Asset::Image(own) => AssetKey::Image(own.project, own.image.id),
            Asset::Gateway(one) => AssetKey::Gateway(one.project, one.id),
            Asset::Webhook(webhook) => webhook.key(),
            Asset::DeadLetter(letter) => letter.key(),
        }
    }

    pub const fn project(&self) -> ProjectId {
        match self {
            Asset::KeyPair(pair) => pair.project,
            Asset::Vpc(vpc) => vpc.project,
            Asset::Subnet(subnet) => subnet.project,
            Asset::SecurityGroup(group) => group.project,
            Asset::Disk(disk) => disk.project,
            Asset::LaunchTemplate(template) => template.project,
            Asset::ScheduledEvent(event) => event.project,
            Asset::ServerGroup(group) => group.project,
            Asset::Interface(interface) => interface.project,
            Asset::PublicAddress(address) => address.project,
            Asset::Image(own) => own.project,
            Asset::Gateway(gateway) => gateway.project,
            Asset::Webhook(webhook) => webhook.project,
            Asset::DeadLetter(letter) => letter.told.event.project,
        }
    }
}

/// A key that servers let in. Its private half is never kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPair {
    pub project: ProjectId,
    /// Unique in its project.
    pub name: Arc<str>,
    /// In OpenSSH's form, or a certificate.
    pub public_key: Arc<str>,
    pub fingerprint: Arc<str>,
    /// `ssh`, or `x509` for certificates.
    pub kind: Arc<str>,
    /// Who made it.
    pub user: Arc<str>,
    pub created_at: Time,
    /// What ids are made of that must not change with the name, if that is not the name itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<Arc<str>>,
    #[serde(default)]
    pub description: Arc<str>,
}

impl KeyPair {
    /// What ids are made of: unique in its project, and the same for ever.
    pub fn root(&self) -> &str {
        self.root.as_ref().unwrap_or(&self.name)
    }
}

/// Servers that are to stand on different hosts. Which they are is said by the servers:
/// [`World::members`](crate::world::World::members) counts them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerGroup {
    pub id: ServerGroupId,
    pub project: ProjectId,
    pub name: Arc<str>,
    /// The key of who made it.
    pub user: Arc<str>,
    pub created_at: Time,
}
