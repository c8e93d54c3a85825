//! A disk and a room of machines that outlive the engine that uses them, and can be told to fail
//! at the n-th call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::driver::{
    Adoption, DiskPlan, Done, Driver, DriverError, Finding, LooseDisk, Machines, Rejection,
    StepCall, StepReport, Verb,
};
use crate::model::{Host, ImageId, LoadBalancerId, Nic, Power, ServerId, Time, VolumeId};
use crate::store::{Archive, Batch, KeyAndRow, Loaded, Store, StoreError, Swept, Table, Visit};
use crate::vault::{Sealed, Secret, Vault};

/// When a commit that is to fail fails: the batch is not there, or it is and nobody was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fails {
    Before,
    After,
}

#[derive(Default)]
pub struct DiskState {
    pub rows: BTreeMap<(Table, Vec<u8>), Vec<u8>>,
    pub log: BTreeMap<u64, Vec<u8>>,
    pub commits: usize,
    pub fail_at: Option<(usize, Fails)>,
}

#[derive(Clone, Default)]
pub struct Disk(Arc<Mutex<DiskState>>);

impl Disk {
    pub fn state(&self) -> MutexGuard<'_, DiskState> {
        self.0.lock().unwrap()
    }
}

impl Store for Disk {
    fn load(&mut self, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        let state = self.state();
        for table in Table::LOADED {
            for ((_, key), value) in state.rows.iter().filter(|((of, _), _)| *of == table) {
                visit(Loaded::Row(table, key, value))?;
            }
        }
        state.log.iter().try_for_each(|(seq, entry)| visit(Loaded::Log(*seq, entry)))
    }

    fn commit(&mut self, batch: Batch) -> Result<(), StoreError> {
        let mut state = self.state();
        state.commits += 1;
        let fails = state.fail_at.filter(|(at, _)| *at == state.commits).map(|(_, how)| how);
        if fails == Some(Fails::Before) {
            return Err(StoreError::Io("told to fail before".to_owned()));
        }
        for (table, key, value) in batch.rows {
            match value {
                Some(value) => state.rows.insert((table, key), value),
                None => state.rows.remove(&(table, key)),
            };
        }
        if let Some((seq, entry)) = batch.log {
            assert!(state.log.last_key_value().is_none_or(|(last, _)| last + 1 == seq));
            state.log.insert(seq, entry);
        }
        if let Some(through) = batch.trim_log {
            state.log = state.log.split_off(&(through + 1));
        }
        if fails == Some(Fails::After) {
            return Err(StoreError::Io("told to fail after".to_owned()));
        }
        Ok(())
    }

    fn archive(&self) -> Arc<dyn Archive> {
        Arc::new(self.clone())
    }

    fn sweep(
        &mut self,
        rows_max: usize,
        judge: &mut dyn FnMut(&[u8]) -> Swept,
    ) -> Result<usize, StoreError> {
        let mut state = self.state();
        let of_archive = |key: &(Table, Vec<u8>)| key.0 == Table::Archive;
        let gone: Vec<_> = state
            .rows
            .iter()
            .filter(|(key, _)| of_archive(key))
            .take(rows_max)
            .map_while(|(key, row)| match judge(row) {
                Swept::Stays => None,
                Swept::Goes { request } => Some((key.clone(), request)),
            })
            .collect();
        for (key, request) in &gone {
            state.rows.remove(key);
            if let Some(request) = request {
                state.rows.remove(&(Table::Requests, request.clone()));
            }
        }
        Ok(gone.len())
    }
}

impl Archive for Disk {
    fn at_or_before(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let state = self.state();
        let range = (Table::Archive, Vec::new())..=(Table::Archive, key.to_vec());
        Ok(state.rows.range(range).next_back().map(|(_, value)| value.clone()))
    }

    fn of_request(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.state().rows.get(&(Table::Requests, key.to_vec())).cloned())
    }

    fn outbox_from(&self, key: &[u8]) -> Result<Option<KeyAndRow>, StoreError> {
        let state = self.state();
        let mut rows = state.rows.range((Table::Outbox, key.to_vec())..);
        let first = rows.next().filter(|((table, _), _)| *table == Table::Outbox);
        Ok(first.map(|((_, key), row)| (key.clone(), row.clone())))
    }
}

/// How the n-th call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    Busy,
    Unreachable,
    /// It happened, and the driver cannot say so.
    UnknownDone,
    /// It did not happen, and the driver cannot say so.
    UnknownUndone,
    Rejected,
    /// It happened, and the report comes twice.
    Twice,
    /// It happened, and the report never comes: only a restart helps.
    Lost,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    pub power: Power,
    pub vcpus: u32,
    pub image_generation: u32,
    pub password_generation: u32,
    pub password: Option<String>,
    pub reboots: BTreeSet<u64>,
    /// Absent until an order says what they are.
    pub nics: Option<Vec<Nic>>,
    pub host: Arc<str>,
    pub disks: Vec<DiskPlan>,
    /// The public key it lets in.
    pub key: Option<Arc<str>>,
}

#[derive(Default)]
pub struct RoomState {
    pub machines: BTreeMap<ServerId, Machine>,
    pub balancers: BTreeSet<LoadBalancerId>,
    /// Those that were ordered by themselves.
    pub disks: BTreeMap<VolumeId, LooseDisk>,
    pub images: BTreeSet<ImageId>,
    pub calls: usize,
    pub trouble_at: Option<(usize, Trouble)>,
    pub trouble_over: Option<(ServerId, Trouble)>,
    /// Calls on these are rejected in every attempt below this one.
    pub rejects: BTreeMap<ServerId, u8>,
    /// Whose power changed without an order.
    pub changed: Vec<ServerId>,
}

impl RoomState {
    /// Without an order.
    pub fn switch(&mut self, server: ServerId, power: Power) {
        self.machines.get_mut(&server).unwrap().power = power;
        self.changed.push(server);
    }
}

/// Real machines, as far as the core can tell: they go on when the engine dies.
#[derive(Clone, Default)]
pub struct Room {
    state: Arc<Mutex<RoomState>>,
    reports: Vec<StepReport>,
}

impl Room {
    pub fn state(&self) -> MutexGuard<'_, RoomState> {
        self.state.lock().unwrap()
    }

    /// The same machines as seen by a new daemon: reports of the old one are gone.
    pub fn after_restart(&self) -> Room {
        Room { state: self.state.clone(), reports: Vec::new() }
    }
}

impl Driver for Room {
    fn hosts(&self) -> Vec<Host> {
        Vec::new()
    }

    fn adopt(&mut self, known: &mut dyn Iterator<Item = Adoption>) {
        let mut state = self.state.lock().unwrap();
        for Adoption { finding, flavor } in known {
            let Finding {
                server,
                power,
                host,
                image_generation,
                password_generation,
                disks,
                nics: _,
            } = finding;
            state.machines.entry(server).or_insert_with(|| Machine {
                power,
                vcpus: flavor.vcpus,
                image_generation,
                password_generation,
                password: None,
                reboots: BTreeSet::new(),
                nics: None,
                disks,
                host,
                key: None,
            });
        }
    }

    fn begin(&mut self, _now: Time, calls: Vec<StepCall>) {
        let mut state = self.state.lock().unwrap();
        for call in calls {
            state.calls += 1;
            let by_count = state.trouble_at.filter(|(at, _)| *at == state.calls).map(|(_, t)| t);
            let by_server = state
                .trouble_over
                .filter(|(id, _)| server_of(&call.verb) == Some(*id))
                .map(|(_, t)| t);
            let step = call.step;
            let below = server_of(&call.verb).and_then(|server| state.rejects.get(&server));
            let by_attempt = below.filter(|below| step.attempt < **below);
            let rejected = by_attempt.map(|_| Trouble::Rejected);
            let trouble = by_count.or(by_server).or(rejected);
            let mut result = match trouble {
                Some(Trouble::Busy) => Err(DriverError::Busy),
                Some(Trouble::Unreachable) => Err(DriverError::Unreachable),
                Some(Trouble::UnknownUndone) => Err(DriverError::Unknown),
                Some(Trouble::Rejected) => Err(DriverError::Rejected(Rejection::NoCapacity)),
                None | Some(Trouble::UnknownDone | Trouble::Twice | Trouble::Lost) => {
                    state.carry_out(call.verb)
                }
            };
            if trouble == Some(Trouble::UnknownDone) {
                result = Err(DriverError::Unknown);
            }
            if trouble == Some(Trouble::Twice) {
                self.reports.push(StepReport { step, result: result.clone() });
            }
            if trouble != Some(Trouble::Lost) {
                self.reports.push(StepReport { step, result });
            }
        }
    }

    fn collect(&mut self, _now: Time) -> Vec<StepReport> {
        std::mem::take(&mut self.reports)
    }

    fn next_due(&self) -> Option<Time> {
        (!self.reports.is_empty()).then_some(Time::ZERO)
    }

    fn inspect(&self, server: ServerId) -> Option<Finding> {
        let state = self.state();
        let machine = state.machines.get(&server)?;
        Some(Finding {
            server,
            power: machine.power,
            host: machine.host.clone(),
            image_generation: machine.image_generation,
            password_generation: machine.password_generation,
            nics: machine.nics.as_ref().map(|nics| nics.iter().map(|nic| nic.port).collect()),
            disks: machine.disks.clone(),
        })
    }

    fn changed(&mut self) -> Vec<ServerId> {
        std::mem::take(&mut self.state().changed)
    }

    fn inspect_disk(&self, volume: VolumeId) -> Option<LooseDisk> {
        self.state().disks.get(&volume).cloned()
    }

    fn has_image(&self, image: ImageId) -> bool {
        self.state().images.contains(&image)
    }

    fn list(&self) -> Vec<ServerId> {
        self.state().machines.keys().copied().collect()
    }

    fn machines(&self) -> Arc<dyn Machines> {
        Arc::new(())
    }
}

fn server_of(verb: &Verb) -> Option<ServerId> {
    match verb {
        Verb::Provision { server, plan: _ }
        | Verb::Run { server, hostname: _, apart_from: _ }
        | Verb::Stop { server, force: _ }
        | Verb::Reboot { server, force: _, token: _ }
        | Verb::Crash { server, token: _ }
        | Verb::Remove { server, disks: _ }
        | Verb::Shape { server, flavor: _, apart_from: _ }
        | Verb::Place { server, away_from: _, apart_from: _ }
        | Verb::Password { server, generation: _, password: _ }
        | Verb::Image { server, generation: _, image: _, password: _, login: _ }
        | Verb::Nics { server, nics: _ }
        | Verb::Disks { server, disks: _ }
        | Verb::Capture { server, image: _ }
        | Verb::Key { server, public_key: _ } => Some(*server),
        Verb::CopyImage { from: _, to: _ }
        | Verb::NoImage { image: _ }
        | Verb::Disk { disk: _ }
        | Verb::NoDisk { volume: _ }
        | Verb::Balance { balancer: _ }
        | Verb::Unbalance { balancer: _ } => None,
    }
}

/// The machines stand on these, each of which holds any number.
const HOSTS: [&str; 3] = ["host-1", "host-2", "host-3"];

impl RoomState {
    fn hosts_of(&self, servers: &[ServerId]) -> BTreeSet<Arc<str>> {
        let known = servers.iter().filter_map(|server| self.machines.get(server));
        known.map(|machine| machine.host.clone()).collect()
    }

    /// The first host that is neither this one nor one of theirs.
    fn choose(&self, away_from: &str, apart_from: &[ServerId]) -> Option<Arc<str>> {
        let others = self.hosts_of(apart_from);
        let fits = |host: &&str| *host != away_from && !others.contains(*host);
        HOSTS.into_iter().find(fits).map(Arc::from)
    }

    fn carry_out(&mut self, verb: Verb) -> Result<Done, DriverError> {
        let missing = DriverError::Rejected(Rejection::Missing);
        let text = |secret: Secret| secret.expose().to_owned();
        match verb {
            Verb::Provision { server, plan } => {
                let full = DriverError::Rejected(Rejection::NoCapacity);
                let host = match self.machines.get(&server) {
                    Some(machine) => machine.host.clone(),
                    None => self.choose("", &plan.apart_from).ok_or(full)?,
                };
                self.machines.entry(server).or_insert_with(|| Machine {
                    power: Power::Stopped,
                    vcpus: plan.flavor.vcpus,
                    image_generation: 1,
                    password_generation: 1,
                    password: plan.password.map(text),
                    reboots: BTreeSet::new(),
                    nics: Some(plan.nics),
                    host: host.clone(),
                    disks: plan.disks,
                    key: None,
                });
                return Ok(Done { placed_on: Some(host) });
            }
            Verb::Remove { server, disks } => {
                self.machines.remove(&server);
                disks.iter().for_each(|disk| drop(self.disks.remove(disk)));
            }
            Verb::Run { server, hostname: _, apart_from } => {
                let machine = self.machines.get(&server).ok_or_else(|| missing.clone())?;
                let others = self.hosts_of(&apart_from);
                let moves = machine.power == Power::Stopped && others.contains(&machine.host);
                let elsewhere = if moves { self.choose("", &apart_from) } else { None };
                let machine = self.machines.get_mut(&server).ok_or(missing)?;
                machine.power = Power::Running;
                machine.host = elsewhere.unwrap_or_else(|| machine.host.clone());
                let placed_on = (!apart_from.is_empty()).then(|| machine.host.clone());
                return Ok(Done { placed_on });
            }
            Verb::Stop { server, force: _ } => {
                self.machines.get_mut(&server).ok_or(missing)?.power = Power::Stopped;
            }
            Verb::Reboot { server, force: _, token } | Verb::Crash { server, token } => {
                self.machines.get_mut(&server).ok_or(missing)?.reboots.insert(token);
            }
            Verb::Shape { server, flavor, apart_from: _ } => {
                self.machines.get_mut(&server).ok_or(missing)?.vcpus = flavor.vcpus;
            }
            Verb::Place { server, away_from, apart_from } => {
                let full = DriverError::Rejected(Rejection::NoCapacity);
                let elsewhere = self.choose(&away_from, &apart_from);
                let machine = self.machines.get_mut(&server).ok_or(missing)?;
                if machine.host == away_from {
                    machine.host = elsewhere.ok_or(full)?;
                }
                return Ok(Done { placed_on: Some(machine.host.clone()) });
            }
            Verb::Password { server, generation, password } => {
                let machine = self.machines.get_mut(&server).ok_or(missing)?;
                machine.password_generation = generation;
                machine.password = Some(text(password));
            }
            Verb::Image { server, generation, image: _, password, login: _ } => {
                let machine = self.machines.get_mut(&server).ok_or(missing)?;
                machine.image_generation = generation;
                machine.password = password.map(text);
                machine.power = Power::Stopped;
            }
            Verb::Nics { server, nics } => {
                self.machines.get_mut(&server).ok_or(missing)?.nics = Some(nics);
            }
            Verb::Disks { server, disks } => {
                self.machines.get_mut(&server).ok_or(missing)?.disks = disks;
            }
            Verb::Disk { disk } => {
                self.disks.insert(disk.volume, disk);
            }
            Verb::NoDisk { volume } => {
                self.disks.remove(&volume);
            }
            Verb::Capture { server, image } => {
                self.machines.get(&server).ok_or(missing)?;
                self.images.insert(image);
            }
            Verb::CopyImage { from: _, to } => {
                self.images.insert(to);
            }
            Verb::NoImage { image } => {
                self.images.remove(&image);
            }
            Verb::Key { server, public_key } => {
                self.machines.get_mut(&server).ok_or(missing)?.key = public_key;
            }
            Verb::Balance { balancer } => {
                self.balancers.insert(balancer.id);
            }
            Verb::Unbalance { balancer } => {
                self.balancers.remove(&balancer);
            }
        }
        Ok(Done::default())
    }
}

/// A vault that hides nothing but looks as if: the clear text is not in the sealed bytes.
pub struct MirrorVault;

impl Vault for MirrorVault {
    fn seal(&self, secret: &Secret) -> Sealed {
        Sealed(secret.expose().bytes().map(|byte| byte ^ 0x55).collect())
    }

    fn open(&self, sealed: &Sealed) -> Option<Secret> {
        let bytes: Vec<u8> = sealed.0.iter().map(|byte| byte ^ 0x55).collect();
        String::from_utf8(bytes).ok().map(Secret::new)
    }
}
