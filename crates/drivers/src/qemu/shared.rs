//! What the door and the tasks of machines share: who lives where, what is known of each, and what the
//! engine is to be told.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use foldhash::fast::FixedState;
use parking_lot::{Mutex, MutexGuard};
use regiment_core::driver::{Finding, LooseDisk, StepCall, StepReport, Wake};
use regiment_core::model::{Power, ServerId, VolumeId};
use tokio::sync::{Semaphore, mpsc};

use super::QemuConfig;
use crate::hosts::{HostNumber, Hosts, Shape};

#[derive(Debug)]
pub struct Shared {
    pub config: QemuConfig,
    /// Guests that boot at a time.
    pub boots: Arc<Semaphore>,
    state: Mutex<State>,
    wake: Mutex<Waking>,
}

#[derive(Debug)]
pub struct State {
    pub hosts: Hosts,
    pub machines: HashMap<ServerId, Entry, FixedState>,
    /// Disks that were ordered by themselves.
    pub loose: BTreeMap<VolumeId, LooseDisk>,
    reports: Vec<StepReport>,
    changed: Vec<ServerId>,
}

/// One machine as the engine's thread sees it, without waiting for anything.
#[derive(Debug)]
pub struct Entry {
    pub number: u32,
    pub host: HostNumber,
    pub shape: Shape,
    /// Nothing as long as it is being made.
    pub finding: Option<Finding>,
    /// Whether its agent answered when last asked.
    pub agent: bool,
    pub calls: mpsc::UnboundedSender<StepCall>,
}

#[derive(Default)]
struct Waking(Option<Wake>);

impl std::fmt::Debug for Waking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waking")
    }
}

impl Shared {
    pub fn new(config: QemuConfig) -> Shared {
        let hosts = Hosts::new(config.hosts.clone());
        Shared {
            boots: Arc::new(Semaphore::new(config.boots_max.max(1))),
            config,
            state: Mutex::new(State {
                hosts,
                machines: HashMap::default(),
                loose: BTreeMap::new(),
                reports: Vec::new(),
                changed: Vec::new(),
            }),
            wake: Mutex::default(),
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    pub fn wake_by(&self, wake: Wake) {
        self.wake.lock().0 = Some(wake);
    }

    fn wake(&self) {
        let wake = self.wake.lock().0.clone();
        if let Some(wake) = wake {
            wake();
        }
    }

    pub fn report(&self, report: StepReport) {
        self.state().reports.push(report);
        self.wake();
    }

    /// The power of a machine is another without an order.
    pub fn changed(&self, server: ServerId) {
        self.state().changed.push(server);
        self.wake();
    }

    pub fn take_reports(&self) -> Vec<StepReport> {
        std::mem::take(&mut self.state().reports)
    }

    pub fn take_changed(&self) -> Vec<ServerId> {
        std::mem::take(&mut self.state().changed)
    }

    pub fn has_news(&self) -> bool {
        let state = self.state();
        !state.reports.is_empty() || !state.changed.is_empty()
    }

    /// What is known of a machine from now on.
    pub fn publish(&self, finding: Finding, agent: bool) {
        if let Some(entry) = self.state().machines.get_mut(&finding.server) {
            entry.agent = agent && finding.power == Power::Running;
            entry.finding = Some(finding);
        }
    }
}

impl State {
    /// Takes a machine out and frees its room.
    pub fn forget(&mut self, server: ServerId) {
        if let Some(entry) = self.machines.remove(&server) {
            self.hosts.give_back(entry.host, entry.shape);
        }
    }

    /// Where these servers live, as far as they live.
    pub fn hosts_of(&self, servers: &[ServerId]) -> Vec<HostNumber> {
        servers.iter().filter_map(|server| Some(self.machines.get(server)?.host)).collect()
    }

    /// A machine's own host from now on.
    pub fn settle(&mut self, server: ServerId, host: HostNumber, shape: Shape) {
        if let Some(entry) = self.machines.get_mut(&server) {
            self.hosts.give_back(entry.host, entry.shape);
            self.hosts.take(host, shape);
            (entry.host, entry.shape) = (host, shape);
        }
    }

    /// The first number that no machine has.
    pub fn free_number(&self) -> u32 {
        let mut taken: Vec<u32> = self.machines.values().map(|entry| entry.number).collect();
        taken.sort_unstable();
        let free = (1..).zip(taken).find(|(number, taken)| number < taken);
        free.map_or_else(
            || u32::try_from(self.machines.len()).unwrap_or(u32::MAX).saturating_add(1),
            |(number, _)| number,
        )
    }
}
