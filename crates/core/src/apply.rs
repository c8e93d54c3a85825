//! The only way the world changes: a [`Change`] that says what happened, and [`World::apply`] that
//! makes it so. The same changes are the log on disk, the published view and the events, so
//! applying one must not depend on anything but the world and the change.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::command::{Receipt, TokenClaim};
use crate::edits::Put;
use crate::model::{
    Activity, Asset, Attempt, BalancerState, Busy, Credential, Disk, Fault, Flavor, Host, Image,
    Job, JobId, Last, LoadBalancer, LoadBalancerId, Mark, OwnImage, Phase, Power, Project,
    ProjectId, Server, ServerId, SubState, Target, Time,
};
use crate::ops::{Operation, Sort, Step};
use crate::world::{Token, World};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    ProjectAdded(Project),
    CredentialAdded(Credential),
    FlavorAdded(Flavor),
    ImageAdded(Image),
    HostSet(Host),
    /// Servers that came with no order: the first fleet.
    ServersAdded(Vec<Server>),
    JobAccepted(Box<JobAccepted>),
    Progress(Progress),
    Edited(Edited),
    Marked(Marked),
    /// Finished jobs that are in the archive now and leave memory.
    JobsArchived(Vec<JobId>),
    /// Some servers were found with another power than they were left with.
    PowerSeen(PowerSeen),
    TokensExpired(Vec<(ProjectId, Arc<str>)>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobAccepted {
    pub job: Job,
    /// The things the job makes, as they are before they are made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<Server>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub balancers: Vec<LoadBalancer>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disks: Vec<Disk>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<OwnImage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
}

/// What some things are from now on, by an edit or from the start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edited {
    pub at: Time,
    pub puts: Vec<Put>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    /// Its job, if it has one: it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<Box<Job>>,
}

/// How far a job has come in its orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    pub job: JobId,
    pub project: ProjectId,
    pub at: Time,
    pub mark: Mark,
}

/// What machines did that nobody ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PowerSeen {
    pub at: Time,
    pub powers: Vec<(ServerId, Power)>,
}

/// What became of some sub-jobs of one job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub job: JobId,
    pub project: ProjectId,
    pub at: Time,
    /// Whether these moves end the job.
    #[serde(default)]
    pub ends_job: bool,
    pub moves: Vec<Move>,
    /// Where new servers were placed, by sub-job.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub placed: Vec<(u32, Arc<str>)>,
}

/// The same thing happened to `count` neighbouring sub-jobs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    pub first: u32,
    pub count: u32,
    pub next: Next,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Next {
    /// From waiting to running.
    Start,
    /// The present step is done, another follows.
    Advance,
    /// The present step is to be tried again, not before this time.
    Retry(Time),
    /// The last step is done.
    Succeed,
    Fail(Arc<Fault>),
    /// It failed and is tried once more, as ordered, not before this time.
    Again(Time, Arc<Fault>),
    /// From waiting to never begun.
    Cancel(Arc<Fault>),
}

impl Next {
    pub const fn ends(&self) -> bool {
        match self {
            Next::Start | Next::Advance | Next::Retry(_) | Next::Again(..) => false,
            Next::Succeed | Next::Fail(_) | Next::Cancel(_) => true,
        }
    }
}

impl Progress {
    pub fn new(job: &Job, at: Time) -> Progress {
        Progress {
            job: job.id,
            project: job.project,
            at,
            ends_job: false,
            moves: Vec::new(),
            placed: Vec::new(),
        }
    }

    /// How many sub-jobs these moves end.
    pub fn ended(&self) -> u32 {
        let ends = |one: &&Move| one.next.ends();
        self.moves.iter().filter(ends).map(|one| one.count).sum()
    }

    /// Adds a move, joining it to the one before when it is the same and next to it.
    pub fn push(&mut self, sub: u32, next: Next) {
        match self.moves.last_mut() {
            Some(last) if last.first + last.count == sub && last.next == next => last.count += 1,
            _ => self.moves.push(Move { first: sub, count: 1, next }),
        }
    }
}

impl World {
    /// Makes a change so. Changes come from this crate's own planning and from its own log, so one
    /// that does not fit is a defect of ours and stops the process rather than the truth.
    pub fn apply(&mut self, change: &Change) {
        self.next_event += change.events();
        match change {
            Change::ProjectAdded(project) => self.put_project(project.clone()),
            Change::CredentialAdded(credential) => self.put_credential(credential.clone()),
            Change::FlavorAdded(flavor) => self.put_flavor(flavor.clone()),
            Change::ImageAdded(image) => self.put_image(image.clone()),
            Change::HostSet(host) => self.put_host(host.clone()),
            Change::ServersAdded(servers) => {
                for server in servers {
                    self.next_number = self.next_number.max(server.order + 1);
                    self.insert_server(server.clone());
                }
            }
            Change::JobAccepted(accepted) => self.accept(accepted),
            Change::Progress(progress) => self.progress(progress),
            Change::Edited(edited) => self.edit(edited),
            Change::Marked(marked) => self.put_mark(marked.job, marked.mark),
            Change::PowerSeen(seen) => self.see_power(seen),
            Change::JobsArchived(jobs) => jobs.iter().for_each(|job| self.drop_job(*job)),
            Change::TokensExpired(tokens) => {
                tokens.iter().for_each(|(project, token)| self.drop_token(*project, token));
            }
        }
    }

    fn accept(&mut self, accepted: &JobAccepted) {
        let JobAccepted { job, servers, balancers, disks, images, token } = accepted;
        servers.iter().for_each(|server| self.insert_server(server.clone()));
        balancers.iter().for_each(|balancer| self.insert_balancer(balancer.clone()));
        disks.iter().for_each(|disk| self.put_asset(Asset::Disk(disk.clone())));
        images.iter().for_each(|own| self.put_asset(Asset::Image(own.clone())));
        let activity = job.operation.activity();
        for (index, sub) in job.subs.iter().enumerate() {
            let index = u32::try_from(index).expect("a job has fewer than 2^32 sub-jobs");
            let number = job.id.sub(index);
            match (sub.target.known(), sub.state) {
                (Some(Target::Server(id)), SubState::Refused) => {
                    self.begin_event(job, id, true);
                }
                (Some(Target::Server(id)), SubState::Waiting) => {
                    self.begin_event(job, id, false);
                    let activity = activity.expect("an operation on servers has an activity");
                    self.change_server(id, |server| {
                        server.busy = Some(Busy { sub: number, activity });
                        server.last = Some(last(job, number, activity));
                        server.remember(number);
                        server.updated_at = job.accepted_at;
                    });
                    self.hold_disks(&job.operation, id, number);
                }
                (Some(Target::Balancer(id)), SubState::Waiting) => {
                    self.change_balancer(id, |balancer| balancer.busy = Some(number));
                }
                (Some(Target::Disk(id)), SubState::Waiting) => {
                    self.begin_on_disk(job, id, number);
                }
                (Some(Target::Image(id)), SubState::Waiting) => self.begin_on_image(id, number),
                (Some(Target::Server(id)), SubState::Succeeded) => {
                    self.change_server(id, |server| server.remember(number));
                    self.settle_server(&job.operation, id, job.accepted_at);
                }
                (
                    Some(Target::Balancer(_) | Target::Disk(_) | Target::Image(_)),
                    SubState::Succeeded | SubState::Refused,
                )
                | (_, SubState::Running | SubState::Failed | SubState::Cancelled)
                | (None, SubState::Refused | SubState::Waiting | SubState::Succeeded) => {}
            }
        }
        if let Some(token) = token {
            self.put_token(token.clone());
        }
        self.insert_job(job.clone());
    }

    fn edit(&mut self, edited: &Edited) {
        let Edited { at, puts, token, job } = edited;
        for put in puts {
            match put {
                Put::Server { id, name, details } => self.change_server(*id, |server| {
                    server.name = name.clone();
                    server.details = details.clone();
                    server.updated_at = *at;
                }),
                Put::Asset(asset) => self.put_asset(asset.clone()),
                Put::NoAsset(key) => self.remove_asset(key),
                Put::Project(project) => self.put_project(project.clone()),
                Put::Credential(credential) => self.put_credential(credential.clone()),
                Put::NoCredential(access_key) => self.drop_credential(access_key),
                Put::Mark { job, mark } => self.put_mark(*job, *mark),
            }
        }
        if let Some(token) = token {
            self.put_token(token.clone());
        }
        if let Some(job) = job {
            self.insert_job((**job).clone());
        }
    }

    fn see_power(&mut self, seen: &PowerSeen) {
        let PowerSeen { at, powers } = seen;
        for (id, power) in powers {
            self.change_server(*id, |server| {
                server.power = *power;
                server.updated_at = *at;
                if *power == Power::Running {
                    server.launched_at = Some(*at);
                }
            });
        }
    }

    fn progress(&mut self, progress: &Progress) {
        let mut job = self.take_job(progress.job);
        let mut placed = progress.placed.iter();
        let mut next_placed = placed.next();
        for Move { first, count, next } in &progress.moves {
            for index in *first..first + count {
                let placed_on = next_placed.filter(|(sub, _)| *sub == index).map(|(_, host)| host);
                if placed_on.is_some() {
                    next_placed = placed.next();
                }
                self.move_sub(&mut job, index, next, placed_on, progress.at);
            }
        }
        if job.tally.ended() && job.ended_at.is_none() {
            job.ended_at = Some(progress.at);
        }
        self.restore_job(job);
    }

    fn move_sub(
        &mut self,
        job: &mut Job,
        index: u32,
        next: &Next,
        placed_on: Option<&Arc<str>>,
        at: Time,
    ) {
        let number = job.id.sub(index);
        let sub = &mut job.subs[index as usize];
        let was = sub.state;
        let target = sub.target.known().expect("only a known target has work");
        let steps = job.operation.steps(sub.was_running);
        let done = match next {
            Next::Start => {
                sub.state = SubState::Running;
                if sub.began_at.is_none() {
                    sub.began_at = Some(at);
                }
                None
            }
            Next::Retry(_) => {
                sub.state = SubState::Waiting;
                sub.retries += 1;
                None
            }
            Next::Advance | Next::Succeed => {
                let done = steps[usize::from(sub.step)];
                sub.step += 1;
                sub.retries = 0;
                if *next == Next::Succeed {
                    sub.state = SubState::Succeeded;
                    sub.ended_at = Some(at);
                }
                Some(done)
            }
            Next::Again(again_at, fault) => {
                let (step, retries) = (sub.step, sub.retries);
                sub.state = SubState::Waiting;
                sub.retries += 1;
                let course = job.course.as_mut().expect("only a job with a course tries again");
                let attempt = Attempt {
                    failed_at: at,
                    fault: fault.clone(),
                    again_at: *again_at,
                    step,
                    retries,
                };
                course.attempts.entry(index).or_default().push(attempt);
                None
            }
            Next::Fail(fault) | Next::Cancel(fault) => {
                let cancelled = matches!(next, Next::Cancel(_));
                sub.state = if cancelled { SubState::Cancelled } else { SubState::Failed };
                sub.ended_at = Some(at);
                sub.fault = Some(fault.clone());
                None
            }
        };
        let (ended, fault) = (sub.state.ended(), sub.fault.clone());
        job.tally.shift(was, sub.state);
        match target {
            Target::Server(id) => {
                if let Some(step) = done {
                    if step == Step::Shape {
                        self.reshape(&job.operation, id);
                    }
                    if step == Step::Disks {
                        self.replug(&job.operation, id, at);
                    }
                    if step == Step::Capture {
                        self.captured(&job.operation);
                    }
                    self.change_server(id, |server| {
                        step.take_effect(&job.operation, server, placed_on, at);
                    });
                }
                if ended {
                    self.end_server(job, id, number.0, fault, at);
                }
            }
            Target::Balancer(id) if ended => self.end_balancer(job, id, fault.is_none(), at),
            Target::Disk(id) if ended => self.end_on_disk(job, id, number, fault.is_none()),
            Target::Image(id) if ended => self.end_on_image(id, fault.is_none()),
            Target::Balancer(_) | Target::Disk(_) | Target::Image(_) => {}
        }
    }

    /// The machine has its new shape. On trial, the server remembers the old one.
    fn reshape(&mut self, operation: &Operation, id: ServerId) {
        let Some(server) = self.server(id) else { return };
        let Some(flavor) = operation.flavor_for(server) else { return };
        let on_trial = matches!(operation, Operation::Resize(resize) if resize.on_trial);
        let resized_from = on_trial.then(|| server.flavor.clone());
        self.reshape_server(id, &flavor);
        self.change_server(id, |server| {
            if server.details.resized_from != resized_from {
                Arc::make_mut(&mut server.details).resized_from = resized_from;
            }
        });
    }

    /// The sub-job that held the server has ended.
    fn end_server(
        &mut self,
        job: &Job,
        id: ServerId,
        sub: u64,
        fault: Option<Arc<Fault>>,
        at: Time,
    ) {
        let succeeded = fault.is_none();
        if succeeded && self.took_away(&job.operation, id, at) {
            self.settle_event(job, id, succeeded, at);
            return;
        }
        self.release_disks(&job.operation, job.project, sub);
        self.end_capture(&job.operation, succeeded);
        self.change_server(id, |server| {
            server.busy = None;
            server.updated_at = at;
            if let Some(last) = server.last.as_mut().filter(|last| last.sub.0 == sub) {
                last.ended = true;
                last.fault.clone_from(&fault);
            }
            if let Operation::Create(_) = job.operation {
                server.phase = if succeeded { Phase::Ready } else { Phase::Broken };
                server.fault = fault;
            }
        });
        if succeeded {
            self.settle_server(&job.operation, id, at);
        }
        self.settle_event(job, id, succeeded, at);
    }

    /// What a successful deletion comes to: whether the server is there no more.
    fn took_away(&mut self, operation: &Operation, id: ServerId, at: Time) -> bool {
        let Some(server) = self.server_or_recycled(id) else { return false };
        let volumes_too = if let Operation::Delete(delete) = operation {
            if let Some(recycled) = delete.keeps(server, at) {
                self.recycle_server(id, recycled);
                return false;
            }
            delete.volumes
        } else if let (Operation::Purge(_), Some(recycled)) = (operation, server.details.recycled) {
            recycled.volumes
        } else {
            return false;
        };
        self.let_go_of_disks(id, volumes_too);
        self.remove_server(id);
        true
    }

    fn settle_server(&mut self, operation: &Operation, id: ServerId, at: Time) {
        let Sort::Servers(rules) = operation.sort() else { return };
        self.change_server(id, |server| {
            rules.settle(server);
            server.updated_at = at;
        });
    }

    fn end_balancer(&mut self, job: &Job, id: LoadBalancerId, succeeded: bool, at: Time) {
        if succeeded && matches!(job.operation, Operation::DeleteLoadBalancers(_)) {
            self.remove_balancer(id);
            return;
        }
        self.change_balancer(id, |balancer| {
            balancer.busy = None;
            balancer.updated_at = at;
            match job.operation.sort() {
                Sort::Balancers(rules) if succeeded => rules.settle(balancer),
                Sort::NewBalancers(_) => {
                    balancer.state =
                        if succeeded { BalancerState::Ready } else { BalancerState::Broken };
                }
                Sort::Balancers(_)
                | Sort::Servers(_)
                | Sort::Disks(_)
                | Sort::NewServers(_)
                | Sort::NewDisks(_)
                | Sort::Images(_)
                | Sort::NewImages(_)
                | Sort::Edit(_) => {}
            }
        });
    }
}

fn last(job: &Job, sub: crate::model::SubJobId, activity: Activity) -> Last {
    Last { sub, request: job.request, activity, ended: false, fault: None }
}

impl Token {
    pub(crate) fn new(
        project: ProjectId,
        claim: &TokenClaim,
        receipt: Receipt,
        expires_at: Time,
    ) -> Token {
        Token { project, token: claim.token.clone(), digest: claim.digest, receipt, expires_at }
    }
}
