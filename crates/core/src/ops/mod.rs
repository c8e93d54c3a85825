//! What can be ordered: one file per operation, one line per operation in each list below.
//!
//! An operation says which targets it admits, what it keeps them busy with, which steps the driver
//! is asked for, and what success changes. It never says *when*: that is the schedule's.

mod add_nics;
mod attach_volume;
mod bind_key_pair;
mod change_charging;
mod change_domain;
mod change_listener;
mod change_load_balancer;
mod change_network;
mod change_rule;
mod confirm_resize;
mod copy_images;
mod crash_dump;
mod create;
mod create_disks;
mod create_listeners;
mod create_load_balancers;
mod create_rules;
mod delete;
mod delete_disks;
mod delete_images;
mod delete_listeners;
mod delete_load_balancers;
mod delete_nics;
mod delete_rules;
mod deregister_backends;
mod deregister_members;
mod detach_volume;
mod end_redirections;
mod extend_disks;
mod extend_volumes;
mod lock;
mod make_image;
mod migrate;
mod move_members;
mod move_nic;
mod nic_mint;
mod purge;
mod reboot;
mod redeploy;
mod redirect;
mod redirect_to_https;
mod register_backends;
mod register_members;
mod reinstall;
mod rename;
mod replace_certificate;
mod reset_password;
mod resize;
mod restore;
mod revert_resize;
mod start;
mod step;
mod stop;
mod weigh_backends;
mod weigh_members;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use add_nics::AddNics;
pub use attach_volume::{AttachVolume, fits, free_device};
pub use bind_key_pair::BindKeyPair;
pub use change_charging::{ChangeCharging, Terms};
pub use change_domain::ChangeDomain;
pub use change_listener::ChangeListener;
pub use change_load_balancer::{ChangeLoadBalancer, GroupsChange};
pub use change_network::ChangeNetwork;
pub use change_rule::ChangeRule;
pub use confirm_resize::ConfirmResize;
pub use copy_images::{CopyImages, ImageCopy};
pub use crash_dump::CrashDump;
pub use create::{Create, VolumeOrder, device_name};
pub use create_disks::CreateDisks;
pub use create_listeners::CreateListeners;
pub use create_load_balancers::CreateLoadBalancers;
pub use create_rules::CreateRules;
pub use delete::Delete;
pub use delete_disks::DeleteDisks;
pub use delete_images::DeleteImages;
pub use delete_listeners::DeleteListeners;
pub use delete_load_balancers::DeleteLoadBalancers;
pub use delete_nics::DeleteNics;
pub use delete_rules::DeleteRules;
pub use deregister_backends::DeregisterBackends;
pub use deregister_members::DeregisterMembers;
pub use detach_volume::DetachVolume;
pub use end_redirections::EndRedirections;
pub use extend_disks::ExtendDisks;
pub use extend_volumes::{ExtendVolumes, Running};
pub use lock::Lock;
pub use make_image::{MakeImage, WhenRunning};
pub use migrate::Migrate;
pub use move_members::{Move, MoveMembers};
pub use move_nic::MoveNic;
pub(crate) use nic_mint::NicMint;
pub use nic_mint::NicOrder;
pub use purge::Purge;
pub use reboot::Reboot;
pub use redeploy::Redeploy;
pub use redirect::{Redirect, Way};
pub use redirect_to_https::{DomainWay, Mint, RedirectToHttps};
pub use register_backends::RegisterBackends;
pub use register_members::RegisterMembers;
pub use reinstall::Reinstall;
pub use rename::Rename;
pub use replace_certificate::ReplaceCertificate;
pub use reset_password::{PasswordFit, ResetPassword};
pub use resize::Resize;
pub use restore::Restore;
pub use revert_resize::RevertResize;
pub use start::Start;
pub use step::Step;
pub use stop::Stop;
pub use weigh_backends::WeighBackends;
pub use weigh_members::WeighMembers;

use crate::chance::Chance;
use crate::edits::Edit;
use crate::limits::TARGETS_MAX;
use crate::model::{
    Activity, Disk, DiskPhase, Fault, FaultKind, LoadBalancer, Nic, Phase, Power, ProjectId, Role,
    Server, SubJobId, Volume, VolumeId,
};
use crate::world::World;

/// How hard to press a guest that does not want to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Force {
    /// Ask the guest; fail when it does not comply.
    #[default]
    Soft,
    /// Ask the guest; cut the power when it does not comply.
    SoftThenHard,
    /// Cut the power.
    Hard,
}

/// The answer per target at planning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    Admit,
    /// The target already is as ordered; the fault says so in words for those who must refuse.
    AlreadySo(Fault),
    Refuse(Fault),
}

impl Verdict {
    pub fn refuse(fault: impl Into<Fault>) -> Verdict {
        Verdict::Refuse(fault.into())
    }
}

/// One thing that can be ordered, with all that was said of it. Carries no secret: that travels
/// beside it, under seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    Create(Create),
    Delete(Delete),
    Start(Start),
    Stop(Stop),
    Reboot(Reboot),
    CrashDump(CrashDump),
    ResetPassword(ResetPassword),
    Resize(Resize),
    Reinstall(Reinstall),
    Rename(Rename),
    AddNics(AddNics),
    DeleteNics(DeleteNics),
    MoveNic(MoveNic),
    ChangeNetwork(ChangeNetwork),
    Migrate(Migrate),
    Redeploy(Redeploy),
    ChangeCharging(ChangeCharging),
    AttachVolume(AttachVolume),
    DetachVolume(DetachVolume),
    CreateDisks(CreateDisks),
    DeleteDisks(DeleteDisks),
    ExtendDisks(ExtendDisks),
    ExtendVolumes(ExtendVolumes),
    ConfirmResize(ConfirmResize),
    RevertResize(RevertResize),
    Lock(Lock),
    Purge(Purge),
    Restore(Restore),
    CreateLoadBalancers(CreateLoadBalancers),
    DeleteLoadBalancers(DeleteLoadBalancers),
    CreateListeners(CreateListeners),
    RegisterBackends(RegisterBackends),
    DeregisterBackends(DeregisterBackends),
    WeighBackends(WeighBackends),
    ReplaceCertificate(ReplaceCertificate),
    ChangeLoadBalancer(ChangeLoadBalancer),
    ChangeListener(ChangeListener),
    DeleteListeners(DeleteListeners),
    RegisterMembers(RegisterMembers),
    DeregisterMembers(DeregisterMembers),
    WeighMembers(WeighMembers),
    MakeImage(MakeImage),
    CopyImages(CopyImages),
    DeleteImages(DeleteImages),
    BindKeyPair(BindKeyPair),
    MoveMembers(MoveMembers),
    CreateRules(CreateRules),
    ChangeRule(ChangeRule),
    ChangeDomain(ChangeDomain),
    DeleteRules(DeleteRules),
    Redirect(Redirect),
    RedirectToHttps(RedirectToHttps),
    EndRedirections(EndRedirections),
    /// Asks no machine and makes no job.
    Edit(Box<Edit>),
}

/// What every operation says of itself.
pub(crate) trait Rules {
    /// One word for logs, metrics and events.
    fn name(&self) -> &'static str;

    /// Whether the order makes sense at all, before any target is looked at.
    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        Ok(())
    }

    /// The driver steps, in order. None means the order is done when it is durable.
    fn steps(&self, was_running: bool) -> &'static [Step];
}

/// An operation on servers.
pub(crate) trait ServerRules: Rules {
    fn activity(&self) -> Activity;

    /// Whether its targets are servers in the recycle bin, which no other operation finds.
    fn of_bin(&self) -> bool {
        false
    }

    /// The verdict on a server that exists, is the caller's and is held by nothing that this heeds.
    fn admit(&self, server: &Server, world: &World) -> Verdict;

    /// Whether a locked server refuses it. In the bin neither a lock counts nor a resize.
    fn heeds_lock(&self) -> bool {
        !self.of_bin()
    }

    /// Whether a server refuses it while an operation runs on it. What does not heed that has no
    /// steps.
    fn heeds_work(&self) -> bool {
        true
    }

    /// Whether a server refuses it whose resize is not confirmed yet.
    fn heeds_resize(&self) -> bool {
        !self.of_bin()
    }

    /// How many servers one order may name.
    fn targets_max(&self) -> usize {
        TARGETS_MAX
    }

    /// The interfaces that its server will have once this is done and has not yet.
    fn nics_ordered(&self) -> &[Nic] {
        &[]
    }

    /// What success changes beyond what its steps changed.
    fn settle(&self, _server: &mut Server) {}

    /// The disks that it puts into servers or takes out of them.
    fn volumes(&self) -> &[VolumeId] {
        &[]
    }

    /// The server's volumes as they will be once [`Step::Disks`] is done.
    fn volumes_after(&self, _world: &World, _server: &Server) -> Option<Vec<Volume>> {
        None
    }
}

/// An operation on load balancers.
pub(crate) trait BalancerRules: Rules {
    /// Whether a load balancer refuses it that is not made yet, or could not be.
    fn heeds_state(&self) -> bool {
        true
    }

    /// The verdict on a load balancer that exists, is the caller's and is held by nothing that this
    /// heeds.
    fn admit(&self, balancer: &LoadBalancer, world: &World) -> Verdict;

    /// What success changes.
    fn settle(&self, balancer: &mut LoadBalancer);
}

/// An operation on disks that no server has.
pub(crate) trait DiskRules: Rules {
    /// The verdict on a disk that exists, is the caller's and is free.
    fn admit(&self, disk: &Disk) -> Verdict;

    /// Where the disk is in its life meanwhile, and after failure.
    fn phases(&self) -> (DiskPhase, DiskPhase);

    /// What success changes.
    fn settle(&self, _disk: &mut Disk) {}
}

/// An operation seen by what it works on.
pub(crate) enum Sort<'a> {
    Servers(&'a dyn ServerRules),
    Balancers(&'a dyn BalancerRules),
    Disks(&'a dyn DiskRules),
    Images(&'a DeleteImages),
    /// Makes its own targets.
    NewServers(&'a Create),
    NewBalancers(&'a CreateLoadBalancers),
    NewDisks(&'a CreateDisks),
    NewImages(&'a CopyImages),
    Edit(&'a Edit),
}

impl Rules for Edit {
    fn name(&self) -> &'static str {
        Edit::name(self)
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[]
    }
}

impl From<Edit> for Operation {
    fn from(edit: Edit) -> Operation {
        Operation::Edit(Box::new(edit))
    }
}

/// The power of a server that is made and whole; why nothing can be ordered of one that is not.
fn power_of(server: &Server) -> Result<Power, FaultKind> {
    match server.phase {
        Phase::Creating => Err(FaultKind::ServerBusy),
        Phase::Broken => Err(FaultKind::ServerBroken),
        Phase::Ready => Ok(server.power),
    }
}

/// Whether an operation can begin that needs the server stopped, unless it may run.
fn at_rest(server: &Server, may_run: bool) -> Result<(), FaultKind> {
    match power_of(server)? {
        Power::Running if !may_run => Err(FaultKind::ServerRunning),
        Power::Running | Power::Stopped => Ok(()),
    }
}

impl Operation {
    pub(crate) fn sort(&self) -> Sort<'_> {
        match self {
            Operation::Create(op) => Sort::NewServers(op),
            Operation::Delete(op) => Sort::Servers(op),
            Operation::Start(op) => Sort::Servers(op),
            Operation::Stop(op) => Sort::Servers(op),
            Operation::Reboot(op) => Sort::Servers(op),
            Operation::CrashDump(op) => Sort::Servers(op),
            Operation::ResetPassword(op) => Sort::Servers(op),
            Operation::Resize(op) => Sort::Servers(op),
            Operation::Reinstall(op) => Sort::Servers(op),
            Operation::Rename(op) => Sort::Servers(op),
            Operation::AddNics(op) => Sort::Servers(op),
            Operation::DeleteNics(op) => Sort::Servers(op),
            Operation::MoveNic(op) => Sort::Servers(op),
            Operation::ChangeNetwork(op) => Sort::Servers(op),
            Operation::Migrate(op) => Sort::Servers(op),
            Operation::Redeploy(op) => Sort::Servers(op),
            Operation::ChangeCharging(op) => Sort::Servers(op),
            Operation::AttachVolume(op) => Sort::Servers(op),
            Operation::DetachVolume(op) => Sort::Servers(op),
            Operation::CreateDisks(op) => Sort::NewDisks(op),
            Operation::DeleteDisks(op) => Sort::Disks(op),
            Operation::ExtendDisks(op) => Sort::Disks(op),
            Operation::ExtendVolumes(op) => Sort::Servers(op),
            Operation::ConfirmResize(op) => Sort::Servers(op),
            Operation::RevertResize(op) => Sort::Servers(op),
            Operation::Lock(op) => Sort::Servers(op),
            Operation::Purge(op) => Sort::Servers(op),
            Operation::Restore(op) => Sort::Servers(op),
            Operation::CreateLoadBalancers(op) => Sort::NewBalancers(op),
            Operation::DeleteLoadBalancers(op) => Sort::Balancers(op),
            Operation::CreateListeners(op) => Sort::Balancers(op),
            Operation::RegisterBackends(op) => Sort::Balancers(op),
            Operation::DeregisterBackends(op) => Sort::Balancers(op),
            Operation::WeighBackends(op) => Sort::Balancers(op),
            Operation::ReplaceCertificate(op) => Sort::Balancers(op),
            Operation::ChangeLoadBalancer(op) => Sort::Balancers(op),
            Operation::ChangeListener(op) => Sort::Balancers(op),
            Operation::DeleteListeners(op) => Sort::Balancers(op),
            Operation::RegisterMembers(op) => Sort::Balancers(op),
            Operation::DeregisterMembers(op) => Sort::Balancers(op),
            Operation::WeighMembers(op) => Sort::Balancers(op),
            Operation::MakeImage(op) => Sort::Servers(op),
            Operation::CopyImages(op) => Sort::NewImages(op),
            Operation::DeleteImages(op) => Sort::Images(op),
            Operation::BindKeyPair(op) => Sort::Servers(op),
            Operation::MoveMembers(op) => Sort::Balancers(op),
            Operation::CreateRules(op) => Sort::Balancers(op),
            Operation::ChangeRule(op) => Sort::Balancers(op),
            Operation::ChangeDomain(op) => Sort::Balancers(op),
            Operation::DeleteRules(op) => Sort::Balancers(op),
            Operation::Redirect(op) => Sort::Balancers(op),
            Operation::RedirectToHttps(op) => Sort::Balancers(op),
            Operation::EndRedirections(op) => Sort::Balancers(op),
            Operation::Edit(edit) => Sort::Edit(edit),
        }
    }

    fn rules(&self) -> &dyn Rules {
        match self.sort() {
            Sort::Servers(op) => op,
            Sort::Balancers(op) => op,
            Sort::NewServers(op) => op,
            Sort::NewBalancers(op) => op,
            Sort::Disks(op) => op,
            Sort::NewDisks(op) => op,
            Sort::Images(op) => op,
            Sort::NewImages(op) => op,
            Sort::Edit(edit) => edit,
        }
    }

    /// One word for logs, metrics and events.
    pub fn name(&self) -> &'static str {
        self.rules().name()
    }

    /// The role that may order it.
    pub fn needs(&self) -> Role {
        if let Operation::Edit(edit) = self { edit.needs() } else { Role::Operator }
    }

    pub(crate) fn check(&self, world: &World, project: ProjectId) -> Result<(), Fault> {
        self.rules().check(world, project)
    }

    /// Whether it works on load balancers.
    pub fn is_of_balancers(&self) -> bool {
        match self.sort() {
            Sort::Balancers(_) | Sort::NewBalancers(_) => true,
            Sort::Servers(_)
            | Sort::NewServers(_)
            | Sort::Disks(_)
            | Sort::NewDisks(_)
            | Sort::Images(_)
            | Sort::NewImages(_)
            | Sort::Edit(_) => false,
        }
    }

    /// The steps of this operation on a server that was or was not running when it was ordered.
    pub fn steps(&self, was_running: bool) -> &'static [Step] {
        self.rules().steps(was_running)
    }

    /// The interfaces that a server will have once this is done and has not yet.
    pub(crate) fn nics_ordered(&self) -> &[Nic] {
        match self.sort() {
            Sort::Servers(op) => op.nics_ordered(),
            Sort::Balancers(_)
            | Sort::Disks(_)
            | Sort::NewServers(_)
            | Sort::NewBalancers(_)
            | Sort::NewDisks(_)
            | Sort::Images(_)
            | Sort::NewImages(_)
            | Sort::Edit(_) => &[],
        }
    }

    /// Whether its targets take turns, each only when the one before it succeeded.
    pub(crate) const fn takes_turns(&self) -> bool {
        matches!(self, Operation::MoveNic(_))
    }

    /// Chooses addresses and ids of what is ordered for one server, where the order leaves them open.
    pub(crate) fn choose(
        &mut self,
        world: &World,
        project: ProjectId,
        sub: SubJobId,
        chance: &mut Chance,
    ) -> Result<(), Fault> {
        if let Operation::AddNics(add) = self {
            add.choose(world, project, sub, chance)?;
        }
        if let Operation::MoveNic(moves) = self {
            moves.choose(world, project);
        }
        if let Operation::ChangeNetwork(change) = self {
            change.choose(world, project, sub, chance)?;
        }
        if let Operation::MakeImage(make) = self {
            make.choose(chance);
        }
        Ok(())
    }

    /// The disks that this operation puts into servers or takes out of them.
    pub fn volumes(&self) -> &[VolumeId] {
        match self.sort() {
            Sort::Servers(op) => op.volumes(),
            Sort::NewServers(_)
            | Sort::Balancers(_)
            | Sort::Disks(_)
            | Sort::NewBalancers(_)
            | Sort::NewDisks(_)
            | Sort::Images(_)
            | Sort::NewImages(_)
            | Sort::Edit(_) => &[],
        }
    }

    /// The server's volumes as they will be once [`Step::Disks`] is done.
    pub(crate) fn volumes_after(&self, world: &World, server: &Server) -> Option<Vec<Volume>> {
        match self.sort() {
            Sort::Servers(op) => op.volumes_after(world, server),
            Sort::NewServers(_)
            | Sort::Balancers(_)
            | Sort::Disks(_)
            | Sort::NewBalancers(_)
            | Sort::NewDisks(_)
            | Sort::Images(_)
            | Sort::NewImages(_)
            | Sort::Edit(_) => None,
        }
    }

    /// The flavor that a server has once [`Step::Shape`] is done.
    pub(crate) fn flavor_for(&self, server: &Server) -> Option<Arc<str>> {
        if let Operation::Resize(resize) = self {
            return Some(resize.flavor.clone());
        }
        let reverts = matches!(self, Operation::RevertResize(_));
        server.details.resized_from.clone().filter(|_| reverts)
    }

    /// What a server is busy with while this operation runs on it.
    pub(crate) fn activity(&self) -> Option<Activity> {
        match self.sort() {
            Sort::Servers(op) => Some(op.activity()),
            Sort::NewServers(_) => Some(Activity::Creating),
            Sort::Balancers(_)
            | Sort::Disks(_)
            | Sort::NewBalancers(_)
            | Sort::NewDisks(_)
            | Sort::Images(_)
            | Sort::NewImages(_)
            | Sort::Edit(_) => None,
        }
    }
}
