use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};
use std::num::NonZeroU32;
use std::sync::Arc;

use foldhash::fast::FixedState;
use regiment_core::driver::{Adoption, DiskPlan, Finding, LooseDisk, StepCall, StepReport};
use regiment_core::model::{
    ImageId, LoadBalancer, LoadBalancerId, Nic, PortId, Power, ServerId, Time, VolumeId,
};

use super::console::{Consoles, Sight};
use super::guest::{Guest, ImageNumber};
use super::{Pace, SimConfig};
use crate::hosts::{HostState, Hosts, Shape};

/// The fleet behind the door.
#[derive(Debug)]
pub(super) struct Fleet {
    pace: Pace,
    seed: u64,
    pub hosts: Hosts,
    stubborn: Option<NonZeroU32>,
    /// Ids are made by the core, not by clients, so a fixed hasher is safe and repeatable.
    pub guests: HashMap<ServerId, Guest, FixedState>,
    /// The data disks of servers that have any; most have none.
    disks: HashMap<ServerId, Vec<DiskPlan>, FixedState>,
    /// Disks that were ordered by themselves, in a server or not.
    pub loose: BTreeMap<VolumeId, LooseDisk>,
    images: HashMap<ImageId, NonZeroU32, FixedState>,
    /// Images that were made or copied here.
    pub own_images: BTreeSet<ImageId>,
    /// The public keys that servers were told to let in.
    pub keys: BTreeMap<ServerId, Arc<str>>,
    /// The interfaces of those that were made or changed here, the first one first.
    nics: BTreeMap<ServerId, Box<[PortId]>>,
    pub balancers: BTreeMap<LoadBalancerId, LoadBalancer>,
    pub consoles: Consoles,
    /// Reports of calls that take no time, in the order of the calls.
    ready: Vec<StepReport>,
    ready_since: Time,
    /// Calls under way.
    waiting: BinaryHeap<Reverse<Waiting>>,
    /// How many calls ever waited: of two that are due at once the earlier goes first.
    waited: u64,
}

#[derive(Debug)]
struct Waiting {
    due: Time,
    number: u64,
    call: StepCall,
}

impl Ord for Waiting {
    fn cmp(&self, other: &Waiting) -> Ordering {
        (self.due, self.number).cmp(&(other.due, other.number))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Waiting) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Waiting) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

impl Fleet {
    pub fn new(config: SimConfig) -> Fleet {
        let SimConfig { pace, seed, hosts, stubborn } = config;
        Fleet {
            pace,
            seed,
            hosts: Hosts::new(hosts),
            stubborn,
            guests: HashMap::default(),
            disks: HashMap::default(),
            loose: BTreeMap::new(),
            images: HashMap::default(),
            own_images: BTreeSet::new(),
            keys: BTreeMap::new(),
            nics: BTreeMap::new(),
            balancers: BTreeMap::new(),
            consoles: Consoles::default(),
            ready: Vec::new(),
            ready_since: Time::ZERO,
            waiting: BinaryHeap::new(),
            waited: 0,
        }
    }

    pub fn begin(&mut self, now: Time, calls: Vec<StepCall>) {
        if self.pace == Pace::Instant {
            if self.ready.is_empty() {
                self.ready_since = now;
            }
            self.ready.reserve(calls.len());
        }
        for call in calls {
            self.receive(now, call);
        }
    }

    /// Every call passes here once, before anything is done for it. What a call meets on its way
    /// (now: how long it takes; later: a fault) is decided here and nowhere else.
    fn receive(&mut self, now: Time, call: StepCall) {
        let latency_ms = self.pace.latency_ms(self.seed, call.step, &call.verb);
        if latency_ms == 0 && self.pace == Pace::Instant {
            let report = self.carry_out(now, call);
            self.ready.push(report);
            return;
        }
        let number = self.waited;
        self.waited += 1;
        self.waiting.push(Reverse(Waiting { due: now.after_ms(latency_ms), number, call }));
    }

    fn carry_out(&mut self, now: Time, call: StepCall) -> StepReport {
        self.consoles.at(now);
        let StepCall { step, verb } = call;
        StepReport { step, result: self.make_true(verb) }
    }

    pub fn collect(&mut self, now: Time) -> Vec<StepReport> {
        let mut reports = std::mem::take(&mut self.ready);
        while self.waiting.peek().is_some_and(|Reverse(next)| next.due <= now)
            && let Some(Reverse(due)) = self.waiting.pop()
        {
            reports.push(self.carry_out(due.due, due.call));
        }
        reports
    }

    pub fn next_due(&self) -> Option<Time> {
        if !self.ready.is_empty() {
            return Some(self.ready_since);
        }
        self.waiting.peek().map(|Reverse(next)| next.due)
    }

    /// Whether a server shuts down when asked to.
    pub fn complies(&self, server: ServerId) -> bool {
        self.stubborn.is_none_or(|every| !server.0.is_multiple_of(u128::from(every.get())))
    }

    /// Takes in a server that exists. One whose host is not (or no longer) of this fleet is found a
    /// new home: a simulated server has to live somewhere.
    pub fn adopt(&mut self, known: Adoption) {
        let Adoption { finding, flavor } = known;
        let Finding { server, power, host, image_generation, password_generation, nics, disks } =
            finding;
        let shape = Shape::from(&*flavor);
        let plugged = self.nics.remove(&server);
        let earlier = self.take_out(server);
        let home = self.hosts.number(&host).or_else(|| self.hosts.choose_anyhow(shape));
        let Some(host) = home else { return };
        self.hosts.take(host, shape);
        // What is known here and nowhere else is not forgotten: passwords, reboots, the guest's ways.
        let complies = self.complies(server);
        let mut guest = earlier.unwrap_or_else(|| Guest { complies, ..Guest::new(host, shape) });
        guest.host = host;
        guest.shape = shape;
        guest.power = power;
        guest.image_generation = image_generation;
        guest.password_generation = password_generation;
        self.guests.insert(server, guest);
        if let Some(nics) = plugged.or_else(|| nics.map(Vec::into_boxed_slice)) {
            self.nics.insert(server, nics);
        }
        self.plug(server, disks);
    }

    /// The server's data disks are these from now on.
    pub fn plug(&mut self, server: ServerId, disks: Vec<DiskPlan>) {
        if disks.is_empty() {
            self.disks.remove(&server);
        } else {
            self.disks.insert(server, disks);
        }
    }

    /// Nothing of a server is left.
    pub fn remove(&mut self, server: ServerId) {
        self.take_out(server);
        self.keys.remove(&server);
        self.consoles.forget(server);
    }

    /// Takes a server out and frees its room.
    fn take_out(&mut self, server: ServerId) -> Option<Guest> {
        self.nics.remove(&server);
        let guest = self.guests.remove(&server)?;
        self.disks.remove(&server);
        self.hosts.give_back(guest.host, guest.shape);
        Some(guest)
    }

    pub fn inspect(&self, server: ServerId) -> Option<Finding> {
        let guest = self.guests.get(&server)?;
        Some(Finding {
            server,
            power: guest.power,
            host: self.hosts.name(guest.host).clone(),
            image_generation: guest.image_generation,
            password_generation: guest.password_generation,
            nics: self.nics.get(&server).map(|nics| nics.to_vec()),
            disks: self.disks.get(&server).cloned().unwrap_or_default(),
        })
    }

    /// The server has these interfaces and no others.
    pub fn plug_nics(&mut self, server: ServerId, nics: &[Nic]) {
        self.nics.insert(server, nics.iter().map(|nic| nic.port).collect());
    }

    /// A host that goes down takes the power of its servers with it.
    pub fn set_host(&mut self, name: &str, state: HostState) -> bool {
        let Some(host) = self.hosts.number(name) else { return false };
        self.hosts.set_state(host, state);
        if state == HostState::Down {
            let on_it = self.guests.iter_mut().filter(|(_, guest)| guest.host == host);
            for (server, guest) in on_it {
                if guest.power == Power::Running {
                    self.consoles.see(*server, Sight::PowerCut);
                }
                guest.power = Power::Stopped;
            }
        }
        true
    }

    /// Images are few and servers many, so servers keep a number.
    pub fn image_number(&mut self, image: ImageId) -> ImageNumber {
        let next = NonZeroU32::MIN.saturating_add(u32::try_from(self.images.len()).ok()?);
        Some(*self.images.entry(image).or_insert(next))
    }

    pub fn host_name(&self, guest: &Guest) -> Arc<str> {
        self.hosts.name(guest.host).clone()
    }
}
