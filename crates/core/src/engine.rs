//! The turn: commands and reports in, one durable commit, then replies, driver calls and changes
//! out. One thread owns an engine; nothing is answered, started or shown before its commit returned.

mod alarms;
mod outbox;
mod steering;
mod unasked;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::apply::{Change, Next, Progress};
use crate::chance::Chance;
use crate::command::{Command, Receipt};
use crate::driver::{
    Adoption, DiskPlan, Driver, DriverError, Finding, Login, LooseDisk, Machines, Provision,
    Rejection, StepCall, StepRef, StepReport, Verb, Wake,
};
use crate::events::Recent;
use crate::judge::judge;
use crate::limits;
use crate::model::{
    Fault, Image, ImageOrigin, Job, JobId, LoadBalancer, LoadBalancerId, Phase, Server, ServerId,
    SubState, Target, Time, VolumeId,
};
use crate::ops::{Force, Operation, ServerRules as _, Sort, Step};
use crate::plan::plan;
use crate::record::{self, Catalog, Meta};
use crate::recover::{self, Logged};
use crate::schedule::Schedule;
use crate::store::{Archive, Batch, Store, StoreError, Table};
use crate::vault::{Sealed, Secret, Vault};
use crate::world::{Dirty, World};

/// What can be set of an engine.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Sub-jobs that may be with the driver at a time.
    pub lanes: usize,
    /// How long finished jobs are readable.
    pub retention_ms: i64,
    /// The log is folded into rows when it has grown by this much …
    pub log_bytes_max: usize,
    /// … or by this much for each server, if that is more.
    pub log_bytes_per_server: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            lanes: limits::LANES,
            retention_ms: limits::RETENTION_MS,
            log_bytes_max: limits::LOG_BYTES_MAX,
            log_bytes_per_server: limits::LOG_BYTES_PER_SERVER,
        }
    }
}

/// What a turn is given.
#[derive(Debug, Default)]
pub struct Inbox<T> {
    /// Commands, each with the ticket its reply goes to.
    pub commands: Vec<(T, Command)>,
    /// Things that come with no order: the first fleet, a new credential.
    pub seeds: Vec<Change>,
    /// Fold the log into rows even if it is small.
    pub checkpoint: bool,
}

impl<T> Inbox<T> {
    pub const fn new() -> Inbox<T> {
        Inbox { commands: Vec::new(), seeds: Vec::new(), checkpoint: false }
    }
}

/// What a turn comes to, all of it durable.
#[derive(Debug)]
pub struct Turn<T> {
    pub replies: Vec<(T, Result<Receipt, Fault>)>,
    /// What readers' worlds are to apply before any reply is given.
    pub changes: Vec<Change>,
    /// The number of the first event in `changes`.
    pub first_event: u64,
    /// Jobs that ended in this turn.
    pub ended: Vec<JobId>,
    /// How many driver calls it began.
    pub begun: usize,
}

pub struct Engine {
    world: World,
    schedule: Schedule,
    store: Box<dyn Store>,
    driver: Box<dyn Driver>,
    vault: Arc<dyn Vault>,
    secrets: HashMap<JobId, Sealed>,
    settings: Settings,
    chance: Chance,
    recent: Recent,
    /// Webhooks may still be to be told something.
    outbox_used: bool,
    /// Every row up to this event is gone.
    outbox_swept: u64,
    logged: Logged,
    log_seq: u64,
    log_bytes: usize,
    swept_at: Time,
    fresh: bool,
    /// What is on disk says that an older program can read it.
    older: bool,
    /// Nothing is ordered of the plane's own accord before this.
    alarms_after: Time,
    /// Our own reports on steps that no call can be made for.
    hopeless: Vec<StepReport>,
}

/// How often archived jobs past their time are looked for, and how many go at once.
const SWEEP_EVERY_MS: i64 = 60_000;
const SWEEP_ROWS_MAX: usize = 10_000;

impl Engine {
    /// Reads the store, tells the driver what exists and begins again every step that was under
    /// way. `seed` is where ids come from.
    pub fn open(
        mut store: Box<dyn Store>,
        mut driver: Box<dyn Driver>,
        vault: Arc<dyn Vault>,
        settings: Settings,
        seed: u64,
        now: Time,
    ) -> Result<Engine, StoreError> {
        let mut chance = Chance::new(seed);
        let realm = u32::try_from(chance.next_u64() >> 32).expect("the high half fits");
        let recovered = recover::load(&mut *store, realm)?;
        let mut world = recovered.world;
        world.dirty.get_or_insert_default();
        driver.adopt(&mut world.servers().filter_map(|server| adoption(&world, server)));
        let mut schedule = Schedule::new(settings.lanes);
        let again = recover::resume(&world, &mut schedule, now);
        let chance = Chance::new(seed ^ world.next_number.rotate_left(32));
        let mut engine = Engine {
            world,
            schedule,
            store,
            driver,
            vault,
            secrets: recovered.secrets,
            settings,
            chance,
            recent: recovered.recent,
            outbox_used: true,
            outbox_swept: 0,
            logged: recovered.logged,
            log_seq: recovered.log_seq,
            log_bytes: recovered.log_bytes,
            swept_at: now,
            fresh: recovered.fresh,
            older: recovered.older,
            alarms_after: now,
            hopeless: Vec::new(),
        };
        let calls = engine.calls(&again);
        engine.driver.brief(&engine.world, now, &calls);
        engine.driver.begin(now, calls);
        Ok(engine)
    }

    /// The world as of the last turn. Readers start from a clone of it.
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// What happened before it was opened, as far as that is known. Given once, before the first turn.
    pub fn take_recent(&mut self) -> Recent {
        std::mem::replace(&mut self.recent, Recent::new(self.world.next_event))
    }

    /// Whether the store was empty when it was opened.
    pub const fn fresh(&self) -> bool {
        self.fresh
    }

    pub fn archive(&self) -> Arc<dyn Archive> {
        self.store.archive()
    }

    pub fn machines(&self) -> Arc<dyn Machines> {
        self.driver.machines()
    }

    /// Whom the driver tells that there is something to collect.
    pub fn wake_by(&mut self, wake: Wake) {
        self.driver.wake_by(wake);
    }

    /// When a turn is needed though nobody asks for one.
    pub fn next_due(&self) -> Option<Time> {
        if !self.hopeless.is_empty() {
            return Some(Time::ZERO);
        }
        let sweep = self.swept_at.after_ms(SWEEP_EVERY_MS);
        let alarm = self.world.next_alarm().map(|at| at.max(self.alarms_after));
        let due = [self.schedule.next_due(), self.driver.next_due(), alarm, Some(sweep)];
        due.into_iter().flatten().min()
    }

    /// One turn. An error means that it is not known what the disk says: the caller must stop the
    /// process without answering anybody.
    pub fn turn<T>(&mut self, now: Time, inbox: Inbox<T>) -> Result<Turn<T>, StoreError> {
        let first_event = self.world.next_event;
        let mut work = Work::default();
        let seeded: Vec<ServerId> = inbox.seeds.iter().flat_map(seeded_servers).collect();
        let hosts: BTreeSet<Arc<str>> = inbox.seeds.iter().filter_map(alarms::host_told).collect();
        for change in inbox.seeds {
            self.record(&mut work, change);
        }
        self.tell_departures(&hosts, now, &mut work);
        let mut reports = std::mem::take(&mut self.hopeless);
        reports.extend(self.driver.collect(now));
        self.take_reports(reports, now, &mut work);
        self.look_at_changed(now, &mut work);
        let mut replies = Vec::with_capacity(inbox.commands.len());
        for (ticket, command) in inbox.commands {
            let reply = self.take_command(&command, now, &mut work);
            replies.push((ticket, reply));
        }
        self.expire_tokens(now, &mut work);
        self.ring_alarms(now, &mut work);
        self.ring_events(now, &mut work);
        self.steer_jobs(now, &mut work);
        self.start_ready(now, &mut work);
        self.turn_outbox(first_event, now, &mut work)?;
        let calls = self.calls(&work.to_begin);
        for job in &work.ended {
            if self.secrets.remove(job).is_some() {
                work.batch.rows.push((Table::Secrets, record::number_key(job.0), None));
            }
        }
        self.commit(inbox.checkpoint, &mut work)?;
        self.sweep(now)?;
        if !seeded.is_empty() {
            let servers = seeded.iter().filter_map(|id| self.world.server(*id));
            self.driver.adopt(&mut servers.filter_map(|server| adoption(&self.world, server)));
        }
        let begun = calls.len();
        if begun > 0 {
            self.driver.brief(&self.world, now, &calls);
            self.driver.begin(now, calls);
        }
        Ok(Turn { replies, changes: work.changes, first_event, ended: work.ended, begun })
    }

    /// Applies a change to our own world and remembers it for the log and for readers.
    fn record(&mut self, work: &mut Work, change: Change) {
        self.world.apply(&change);
        work.changes.push(change);
    }

    fn take_reports(&mut self, mut reports: Vec<StepReport>, now: Time, work: &mut Work) {
        reports.sort_by_key(|report| (report.step.job, report.step.sub));
        let mut rest = reports.as_slice();
        while let Some(first) = rest.first() {
            let id = first.step.job;
            let count = rest.partition_point(|report| report.step.job <= id);
            let (of_job, later) = rest.split_at(count);
            rest = later;
            let Some(job) = self.world.job(id) else { continue };
            let progress = Self::judge_job(job, of_job, now, work);
            if !progress.moves.is_empty() {
                self.advance(progress, work);
            }
        }
    }

    /// What the reports on one job's sub-jobs, sorted by sub-job, come to.
    fn judge_job(job: &Job, reports: &[StepReport], now: Time, work: &mut Work) -> Progress {
        let mut progress = Progress::new(job, now);
        let mut judged = None;
        for report in reports {
            // Only one call is out for each sub-job, so of several reports at most one counts.
            if judged == Some(report.step.sub) {
                continue;
            }
            let Some((next, placed_on)) = judge(job, report, now) else { continue };
            judged = Some(report.step.sub);
            if let Some(host) = placed_on {
                progress.placed.push((report.step.sub, host));
            }
            if next == Next::Advance {
                work.to_begin.push((job.id, report.step.sub));
            }
            progress.push(report.step.sub, next);
        }
        progress
    }

    fn take_command(
        &mut self,
        command: &Command,
        now: Time,
        work: &mut Work,
    ) -> Result<Receipt, Fault> {
        let plan = plan(&self.world, command, now, &mut self.chance)?;
        if let Some(edited) = plan.edited {
            self.wake_edited(&edited);
            self.record(work, Change::Edited(edited));
        }
        let Some(accepted) = plan.accepted else { return Ok(plan.receipt) };
        let job = &accepted.job;
        let id = job.id;
        if job.tally.ended() {
            work.ended.push(id);
        } else {
            self.schedule.add(id);
            if job.course.is_some() {
                self.schedule.wake(id);
            }
            if let Some(secret) = &command.secret {
                let sealed = self.vault.seal(secret);
                let row = (Table::Secrets, record::number_key(id.0), Some(sealed.0.clone()));
                work.batch.rows.push(row);
                self.secrets.insert(id, sealed);
            }
        }
        self.record(work, Change::JobAccepted(accepted));
        Ok(plan.receipt)
    }

    fn expire_tokens(&mut self, now: Time, work: &mut Work) {
        let expired = self.world.tokens_expired(now);
        if !expired.is_empty() {
            self.record(work, Change::TokensExpired(expired));
        }
    }

    fn start_ready(&mut self, now: Time, work: &mut Work) {
        for start in self.schedule.next(&self.world, now) {
            for one in &start.moves {
                let subs = one.first..one.first + one.count;
                work.to_begin.extend(subs.map(|sub| (start.job, sub)));
            }
            self.record(work, Change::Progress(start));
        }
    }

    /// Writes what the turn did, with one sync; nothing if it did nothing.
    fn commit(&mut self, checkpoint: bool, work: &mut Work) -> Result<(), StoreError> {
        let mut batch = std::mem::take(&mut work.batch);
        let entry =
            if work.changes.is_empty() { Vec::new() } else { record::encode(&work.changes) };
        // A larger fleet has more rows to write at a checkpoint, so it makes one less often.
        let for_fleet = self.world.servers_count() * self.settings.log_bytes_per_server;
        let log_bytes_max = self.settings.log_bytes_max.max(for_fleet);
        let due = self.log_bytes + entry.len() > log_bytes_max;
        let events = recover::events_of(&work.changes);
        if due || checkpoint || (self.fresh || self.older) && !work.changes.is_empty() {
            // For those who follow events, not for us.
            if events > 0 && entry.len() <= limits::PAST_BYTES_MAX {
                self.log_seq += 1;
                self.logged.push(self.log_seq, events, entry.len());
                batch.log = Some((self.log_seq, entry));
            } else if events > 0 {
                self.logged.clear();
            }
            let archived = self.checkpoint(&mut batch);
            if !archived.is_empty() {
                self.record(work, Change::JobsArchived(archived));
            }
            self.log_bytes = 0;
            self.fresh = false;
            self.older = false;
        } else if !entry.is_empty() {
            self.log_seq += 1;
            self.log_bytes += entry.len();
            self.logged.push(self.log_seq, events, entry.len());
            batch.log = Some((self.log_seq, entry));
        }
        if batch.is_empty() { Ok(()) } else { self.store.commit(batch) }
    }

    /// Rows for everything touched since the last checkpoint; the log is not needed after them.
    fn checkpoint(&mut self, batch: &mut Batch) -> Vec<JobId> {
        let dirty = self.world.dirty.replace(Box::default()).unwrap_or_default();
        let Dirty { slots, gone, balancers, assets, jobs, tokens, catalog } = *dirty;
        let world = &self.world;
        let rows = &mut batch.rows;
        if catalog {
            let row = record::encode(&Catalog::of(world));
            rows.push((Table::Catalog, record::CATALOG_KEY.to_vec(), Some(row)));
        }
        rows.extend(gone.into_iter().map(|id| (Table::Servers, record::server_key(id), None)));
        for server in world.servers_in(&slots) {
            let row = Some(record::encode(server));
            rows.push((Table::Servers, record::server_key(server.id), row));
        }
        for id in balancers {
            let row = world.balancer(id).map(record::encode);
            rows.push((Table::Balancers, record::balancer_key(id), row));
        }
        for key in assets {
            let row = world.asset(&key).map(record::encode);
            rows.push((Table::Assets, record::encode(&key), row));
        }
        for (project, token) in tokens {
            let row = world.token(project, &token).map(record::encode);
            rows.push((Table::Tokens, record::token_key(project, &token), row));
        }
        let mut archived = Vec::new();
        for id in jobs {
            let key = record::number_key(id.0);
            match world.job(id) {
                Some(job) if job.tally.ended() => {
                    rows.push((Table::Jobs, key.clone(), None));
                    let request = record::request_key(job.request);
                    rows.push((Table::Requests, request, Some(key.clone())));
                    rows.push((Table::Archive, key, Some(record::encode_archived(job))));
                    archived.push(id);
                }
                Some(job) => rows.push((Table::Jobs, key, Some(record::encode(job)))),
                None => rows.push((Table::Jobs, key, None)),
            }
        }
        let meta = record::encode(&Meta::of(world, self.log_seq));
        rows.push((Table::Meta, record::META_KEY.to_vec(), Some(meta)));
        batch.trim_log = Some(self.logged.trim(self.log_seq));
        archived
    }

    fn sweep(&mut self, now: Time) -> Result<(), StoreError> {
        if now.ms_since(self.swept_at) < SWEEP_EVERY_MS {
            return Ok(());
        }
        self.swept_at = now;
        let oldest = now.after_ms(-self.settings.retention_ms);
        self.store.sweep(SWEEP_ROWS_MAX, &mut |row| record::swept(row, oldest)).map(drop)
    }

    /// The driver calls for the present steps of running sub-jobs. A step that no call can be made
    /// for (its image or its password is gone) is reported failed, so that it does not hang.
    fn calls(&mut self, subs: &[(JobId, u32)]) -> Vec<StepCall> {
        let mut calls = Vec::with_capacity(subs.len());
        for &(id, index) in subs {
            let Some(job) = self.world.job(id) else { continue };
            let Some(sub) = job.subs.get(index as usize) else { continue };
            if sub.state != SubState::Running {
                continue;
            }
            let steps = job.operation.steps(sub.was_running);
            let step = StepRef { job: id, sub: index, step: sub.step, attempt: sub.retries };
            let verb = match (steps.get(usize::from(sub.step)), sub.target.known()) {
                (Some(kind), Some(target)) => self.verb(job, index, *kind, target),
                (None, _) | (_, None) => None,
            };
            match verb {
                Some(verb) => calls.push(StepCall { step, verb }),
                None => {
                    let story = "what the step needs is no longer there".into();
                    let result = Err(DriverError::Rejected(Rejection::Failed(story)));
                    self.hopeless.push(StepReport { step, result });
                }
            }
        }
        calls
    }

    fn verb(&self, job: &Job, index: u32, step: Step, target: Target) -> Option<Verb> {
        let server = match target {
            Target::Server(id) => id,
            Target::Balancer(id) => {
                return match step {
                    Step::Unbalance => Some(Verb::Unbalance { balancer: id }),
                    _ => {
                        let balancer = Box::new(self.balancer_as_ordered(job, id)?);
                        Some(Verb::Balance { balancer })
                    }
                };
            }
            Target::Image(id) => {
                return match step {
                    Step::NoImage => Some(Verb::NoImage { image: id }),
                    _ => match self.world.own_image(id)?.origin {
                        ImageOrigin::Image(from) => Some(Verb::CopyImage { from, to: id }),
                        ImageOrigin::Server(_) => None,
                    },
                };
            }
            Target::Disk(id) => {
                return match step {
                    Step::NoDisk => Some(Verb::NoDisk { volume: id }),
                    _ => Some(Verb::Disk { disk: self.disk_as_ordered(job, id)? }),
                };
            }
        };
        Some(match step {
            Step::Provision => {
                let plan = Box::new(self.provision(job, server)?);
                Verb::Provision { server, plan }
            }
            Step::Run => Verb::Run {
                server,
                hostname: self.world.server(server)?.details.hostname.clone(),
                apart_from: self.world.apart_from(server),
            },
            Step::Stop(force) => Verb::Stop { server, force },
            Step::Reboot(force) => Verb::Reboot { server, force, token: job.id.sub(index).0 },
            Step::Crash => Verb::Crash { server, token: job.id.sub(index).0 },
            Step::Remove => {
                if let Operation::Delete(delete) = &job.operation
                    && delete.keeps(self.world.server(server)?, job.accepted_at).is_some()
                {
                    Verb::Stop { server, force: Force::SoftThenHard }
                } else {
                    let disks = self.world.disks_going_with(&job.operation, server);
                    Verb::Remove { server, disks }
                }
            }
            Step::Shape => {
                let flavor = job.operation.flavor_for(self.world.server(server)?)?;
                let flavor = self.world.flavor(&flavor)?.clone();
                Verb::Shape { server, flavor, apart_from: self.world.apart_from(server) }
            }
            Step::Place => {
                let away_from = self.world.server(server)?.host.clone().unwrap_or_default();
                Verb::Place { server, away_from, apart_from: self.world.apart_from(server) }
            }
            Step::Password => {
                let generation = self.world.server(server)?.password_generation + 1;
                Verb::Password { server, generation, password: self.secret(job.id)? }
            }
            Step::Image => {
                let record = self.world.server(server)?;
                let Operation::Reinstall(reinstall) = &job.operation else { return None };
                let image: Arc<Image> =
                    self.world.image(reinstall.image.unwrap_or(record.image))?.clone();
                let generation = record.image_generation + 1;
                let mut settled = record.clone();
                reinstall.settle(&mut settled);
                let login = self.login(&settled);
                Verb::Image { server, generation, image, password: self.secret(job.id), login }
            }
            Step::Nics => {
                let mut record = self.world.server(server)?.clone();
                let Sort::Servers(rules) = job.operation.sort() else { return None };
                rules.settle(&mut record);
                Verb::Nics { server, nics: record.details.nics.clone() }
            }
            Step::Disks => {
                let volumes =
                    job.operation.volumes_after(&self.world, self.world.server(server)?)?;
                Verb::Disks { server, disks: DiskPlan::of(&volumes) }
            }
            Step::Capture => {
                let Operation::MakeImage(make) = &job.operation else { return None };
                Verb::Capture { server, image: make.image }
            }
            Step::Key => {
                let Operation::BindKeyPair(bind) = &job.operation else { return None };
                let pair = self.world.key_pair(job.project, &bind.name);
                let public_key = match pair.filter(|_| bind.bound) {
                    Some(pair) => Some(pair.public_key.clone()),
                    None if bind.bound => return None,
                    None => None,
                };
                Verb::Key { server, public_key }
            }
            Step::Disk
            | Step::NoDisk
            | Step::CopyImage
            | Step::NoImage
            | Step::Balance
            | Step::Unbalance => return None,
        })
    }

    fn provision(&self, job: &Job, id: ServerId) -> Option<Provision> {
        let server = self.world.server(id)?;
        Some(Provision {
            name: server.name.clone(),
            hostname: server.details.hostname.clone(),
            zone: server.details.zone.clone(),
            flavor: self.world.flavor(&server.flavor)?.clone(),
            image: self.world.image(server.image)?.clone(),
            password: self.secret(job.id),
            login: self.login(server),
            nics: server.details.nics.clone(),
            boot_gib: server.details.volumes.first().map_or(0, |boot| boot.size_gib),
            disks: DiskPlan::of(&server.details.volumes),
            apart_from: self.world.apart_from(id),
        })
    }

    /// What the first boot of a server's disk is told, beside the password.
    fn login(&self, server: &Server) -> Login {
        let details = &server.details;
        let pair = details.key_name.as_ref().and_then(|n| self.world.key_pair(server.project, n));
        Login {
            public_key: pair.map(|pair| pair.public_key.clone()),
            user_data: details.user_data.clone(),
        }
    }

    /// The load balancer as it will be once the job has succeeded: what the driver must make true.
    fn balancer_as_ordered(&self, job: &Job, id: LoadBalancerId) -> Option<LoadBalancer> {
        let mut balancer = self.world.balancer(id)?.clone();
        if let Sort::Balancers(rules) = job.operation.sort() {
            rules.settle(&mut balancer);
        }
        Some(balancer)
    }

    /// The disk as it will be once the job has succeeded.
    fn disk_as_ordered(&self, job: &Job, id: VolumeId) -> Option<LooseDisk> {
        let mut disk = self.world.disk(job.project, id)?.clone();
        if let Sort::Disks(rules) = job.operation.sort() {
            rules.settle(&mut disk);
        }
        let (zone, size_gib, class) = (disk.zone, disk.size_gib, disk.class);
        Some(LooseDisk { volume: id, zone, size_gib, class })
    }

    fn secret(&self, job: JobId) -> Option<Secret> {
        self.secrets.get(&job).and_then(|sealed| self.vault.open(sealed))
    }
}

/// What one turn gathers before it is committed.
#[derive(Default)]
struct Work {
    changes: Vec<Change>,
    batch: Batch,
    to_begin: Vec<(JobId, u32)>,
    ended: Vec<JobId>,
}

fn adoption(world: &World, server: &Server) -> Option<Adoption> {
    // One that was never provisioned is not the driver's yet.
    if server.phase != Phase::Ready && server.image_generation == 0 {
        return None;
    }
    Some(Adoption {
        finding: Finding {
            server: server.id,
            power: server.power,
            host: server.host.clone().unwrap_or_default(),
            image_generation: server.image_generation,
            password_generation: server.password_generation,
            // A driver knows better what it made; what it did not make it takes in as it is.
            nics: None,
            disks: DiskPlan::of(&server.details.volumes),
        },
        flavor: world.flavor(&server.flavor)?.clone(),
    })
}

fn seeded_servers(change: &Change) -> Vec<ServerId> {
    match change {
        Change::ServersAdded(servers) => servers.iter().map(|server| server.id).collect(),
        Change::ProjectAdded(_)
        | Change::CredentialAdded(_)
        | Change::FlavorAdded(_)
        | Change::ImageAdded(_)
        | Change::HostSet(_)
        | Change::Edited(_)
        | Change::Marked(_)
        | Change::JobAccepted(_)
        | Change::Progress(_)
        | Change::PowerSeen(_)
        | Change::JobsArchived(_)
        | Change::TokensExpired(_) => Vec::new(),
    }
}
