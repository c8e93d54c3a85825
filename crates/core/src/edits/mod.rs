//! What can be changed without asking a machine: one file per kind of edit, one line in each list
//! below.
//!
//! An edit is planned against the world as it is and comes to a list of [`Put`]s, each of which says
//! what a thing is from now on. It is done when it is durable, makes no job, and is allowed while an
//! operation runs on the server it concerns. What a machine must be asked for is in [`ops`](crate::ops).

mod credentials;
mod describe;
mod disks;
mod gateways;
mod images;
mod interfaces;
mod jobs;
mod key_pairs;
mod launch_templates;
mod metadata;
mod nics;
mod passwords;
mod public_addresses;
mod recycle_bin;
mod scheduled_events;
mod server_groups;
mod tags;
mod together;
mod webhooks;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use credentials::{AddCredential, RemoveCredential};
pub use describe::{Describe, SetTerminateTime};
pub use disks::{BindVolume, ChangeDiskTerms};
pub use gateways::{
    AddGateway, Addresses, Answer, ChangeGateway, GatewayChange, NewWay, RemoveGateways,
};
pub use images::{DescribeImage, ShareImage};
pub use interfaces::{
    ChangeFurtherAddresses, CreateInterface, DeleteInterface, MoveFurtherAddress,
};
pub use jobs::{ApproveWave, CancelJob};
pub use key_pairs::{AddKeyPair, DescribeKeyPair, RemoveKeyPair};
pub use launch_templates::{AddLaunchTemplate, RemoveLaunchTemplate};
pub use metadata::ChangeMetadata;
pub use nics::{ChangeAddress, ChangeSecurityGroup, KeepNic, ReplaceSecurityGroups, ShareAddress};
pub use passwords::ForgetPassword;
pub use public_addresses::{
    AddPublicAddresses, BindPublicAddress, KeepPublicAddress, NamePublicAddress,
    RemovePublicAddresses, UnbindPublicAddress,
};
pub use recycle_bin::ChangeRecycleBin;
pub use scheduled_events::{AcceptScheduledEvent, MoveScheduledEvent};
pub use server_groups::{CreateServerGroup, DeleteServerGroup, JoinServerGroup, LeaveServerGroup};
pub use tags::{ChangeTags, TagNamed};
pub use together::Together;
pub use webhooks::{AddWebhook, NoteDeliveries, Redeliver, RemoveWebhook};

use crate::chance::Chance;
use crate::command::{TargetAnswer, TargetRef};
use crate::model::{
    Asset, AssetKey, Credential, Details, Fault, FaultKind, JobId, Mark, Project, ProjectId, Role,
    Server, ServerId, Time,
};
use crate::world::World;

/// One edit, with all that was said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edit {
    AddKeyPair(AddKeyPair),
    RemoveKeyPair(RemoveKeyPair),
    ChangeMetadata(ChangeMetadata),
    KeepNic(KeepNic),
    ChangeAddress(ChangeAddress),
    ShareAddress(ShareAddress),
    ChangeSecurityGroup(ChangeSecurityGroup),
    BindVolume(BindVolume),
    ChangeDiskTerms(ChangeDiskTerms),
    ChangeTags(ChangeTags),
    Describe(Describe),
    SetTerminateTime(SetTerminateTime),
    ChangeRecycleBin(ChangeRecycleBin),
    AddLaunchTemplate(AddLaunchTemplate),
    RemoveLaunchTemplate(RemoveLaunchTemplate),
    AcceptScheduledEvent(AcceptScheduledEvent),
    MoveScheduledEvent(MoveScheduledEvent),
    ForgetPassword(ForgetPassword),
    CreateServerGroup(CreateServerGroup),
    DeleteServerGroup(DeleteServerGroup),
    JoinServerGroup(JoinServerGroup),
    LeaveServerGroup(LeaveServerGroup),
    ReplaceSecurityGroups(ReplaceSecurityGroups),
    AddPublicAddresses(AddPublicAddresses),
    RemovePublicAddresses(RemovePublicAddresses),
    NamePublicAddress(NamePublicAddress),
    BindPublicAddress(BindPublicAddress),
    UnbindPublicAddress(UnbindPublicAddress),
    KeepPublicAddress(KeepPublicAddress),
    CreateInterface(CreateInterface),
    DeleteInterface(DeleteInterface),
    ChangeFurtherAddresses(ChangeFurtherAddresses),
    MoveFurtherAddress(MoveFurtherAddress),
    DescribeImage(DescribeImage),
    ShareImage(ShareImage),
    DescribeKeyPair(DescribeKeyPair),
    AddGateway(AddGateway),
    ChangeGateway(ChangeGateway),
    RemoveGateways(RemoveGateways),
    CancelJob(CancelJob),
    ApproveWave(ApproveWave),
    AddWebhook(AddWebhook),
    RemoveWebhook(RemoveWebhook),
    Redeliver(Redeliver),
    NoteDeliveries(NoteDeliveries),
    AddCredential(AddCredential),
    RemoveCredential(RemoveCredential),
    Together(Together),
}

/// What something is from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Put {
    /// What is said of a server.
    Server {
        id: ServerId,
        name: Arc<str>,
        details: Arc<Details>,
    },
    Asset(Asset),
    /// The asset is there no more.
    NoAsset(AssetKey),
    Project(Project),
    Credential(Credential),
    /// Whoever has it is let in no more.
    NoCredential(Arc<str>),
    /// How far a job has come in its orders.
    Mark {
        job: JobId,
        mark: Mark,
    },
}

/// Where and when an edit is planned.
pub(crate) struct Desk<'a> {
    pub world: &'a World,
    pub project: ProjectId,
    pub now: Time,
    pub chance: &'a mut Chance,
}

/// What an edit comes to.
#[derive(Debug, Default)]
pub(crate) struct Edited {
    pub puts: Vec<Put>,
    /// For edits of several things that each answer for themselves.
    pub answers: Vec<TargetAnswer>,
}

impl From<Put> for Edited {
    fn from(put: Put) -> Edited {
        Edited { puts: vec![put], answers: Vec::new() }
    }
}

pub(crate) trait EditRules {
    /// One word for logs, metrics and events.
    fn name(&self) -> &'static str;

    /// The role that may have it done.
    fn needs(&self) -> Role {
        Role::Operator
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault>;
}

impl Edit {
    fn rules(&self) -> &dyn EditRules {
        match self {
            Edit::AddKeyPair(edit) => edit,
            Edit::RemoveKeyPair(edit) => edit,
            Edit::ChangeMetadata(edit) => edit,
            Edit::KeepNic(edit) => edit,
            Edit::ChangeAddress(edit) => edit,
            Edit::ShareAddress(edit) => edit,
            Edit::ChangeSecurityGroup(edit) => edit,
            Edit::BindVolume(edit) => edit,
            Edit::ChangeDiskTerms(edit) => edit,
            Edit::ChangeTags(edit) => edit,
            Edit::Describe(edit) => edit,
            Edit::SetTerminateTime(edit) => edit,
            Edit::ChangeRecycleBin(edit) => edit,
            Edit::AddLaunchTemplate(edit) => edit,
            Edit::RemoveLaunchTemplate(edit) => edit,
            Edit::AcceptScheduledEvent(edit) => edit,
            Edit::MoveScheduledEvent(edit) => edit,
            Edit::ForgetPassword(edit) => edit,
            Edit::CreateServerGroup(edit) => edit,
            Edit::DeleteServerGroup(edit) => edit,
            Edit::JoinServerGroup(edit) => edit,
            Edit::LeaveServerGroup(edit) => edit,
            Edit::ReplaceSecurityGroups(edit) => edit,
            Edit::AddPublicAddresses(edit) => edit,
            Edit::RemovePublicAddresses(edit) => edit,
            Edit::NamePublicAddress(edit) => edit,
            Edit::BindPublicAddress(edit) => edit,
            Edit::UnbindPublicAddress(edit) => edit,
            Edit::KeepPublicAddress(edit) => edit,
            Edit::CreateInterface(edit) => edit,
            Edit::DeleteInterface(edit) => edit,
            Edit::ChangeFurtherAddresses(edit) => edit,
            Edit::MoveFurtherAddress(edit) => edit,
            Edit::DescribeImage(edit) => edit,
            Edit::ShareImage(edit) => edit,
            Edit::DescribeKeyPair(edit) => edit,
            Edit::AddGateway(edit) => edit,
            Edit::ChangeGateway(edit) => edit,
            Edit::RemoveGateways(edit) => edit,
            Edit::CancelJob(edit) => edit,
            Edit::ApproveWave(edit) => edit,
            Edit::AddWebhook(edit) => edit,
            Edit::RemoveWebhook(edit) => edit,
            Edit::Redeliver(edit) => edit,
            Edit::NoteDeliveries(edit) => edit,
            Edit::AddCredential(edit) => edit,
            Edit::RemoveCredential(edit) => edit,
            Edit::Together(edit) => edit,
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.rules().name()
    }

    pub(crate) fn needs(&self) -> Role {
        self.rules().needs()
    }

    pub(crate) fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        self.rules().plan(desk)
    }
}

impl Desk<'_> {
    /// The caller's server of this id.
    fn server(&self, id: ServerId) -> Result<&Server, Fault> {
        let named = TargetRef::Server(id);
        self.world
            .named(self.project, &named)
            .ok_or_else(|| Fault::with(FaultKind::ServerNotFound, id.to_string()))
    }
}

/// The server with other details.
fn with_details(server: &Server, change: impl FnOnce(&mut Details)) -> Put {
    let mut details = (*server.details).clone();
    change(&mut details);
    Put::Server { id: server.id, name: server.name.clone(), details: Arc::new(details) }
}
