//! Who lives where, and how much room is left.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use regiment_core::driver::{DriverError, Rejection};
use regiment_core::model::{Flavor, Host, Time};

/// How a host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HostState {
    Up,
    /// Known to be down, with all its servers: what is asked of it is refused for good.
    Down,
    /// It does not answer, while its servers may well go on: worth asking again.
    Silent,
}

/// What a server takes up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    pub vcpus: u32,
    pub ram_mib: u32,
}

impl From<&Flavor> for Shape {
    fn from(flavor: &Flavor) -> Shape {
        Shape { vcpus: flavor.vcpus, ram_mib: flavor.ram_mib }
    }
}

/// The number of a host in its fleet.
pub(crate) type HostNumber = u32;

#[derive(Debug)]
struct Room {
    name: Arc<str>,
    zone: Arc<str>,
    size: Shape,
    state: HostState,
    leaves_at: Option<Time>,
    used_vcpus: u64,
    used_ram_mib: u64,
}

impl Room {
    fn fits(&self, shape: Shape) -> bool {
        self.used_vcpus + u64::from(shape.vcpus) <= u64::from(self.size.vcpus)
            && self.used_ram_mib + u64::from(shape.ram_mib) <= u64::from(self.size.ram_mib)
    }

    /// Whether a server may move in.
    fn takes(&self, shape: Shape) -> bool {
        self.state == HostState::Up && self.leaves_at.is_none() && self.fits(shape)
    }

    /// How full it is, in millionths, by whichever is scarcer.
    fn load(&self) -> u64 {
        let share = |used: u64, of: u32| used.saturating_mul(1_000_000) / u64::from(of.max(1));
        share(self.used_vcpus, self.size.vcpus).max(share(self.used_ram_mib, self.size.ram_mib))
    }
}

#[derive(Debug)]
pub(crate) struct Hosts {
    rooms: Vec<Room>,
    by_name: HashMap<Arc<str>, HostNumber, FixedState>,
    by_zone: HashMap<Arc<str>, Vec<HostNumber>, FixedState>,
    all: Vec<HostNumber>,
}

impl Hosts {
    pub fn new(hosts: Vec<Host>) -> Hosts {
        let mut new = Hosts {
            rooms: Vec::with_capacity(hosts.len()),
            by_name: HashMap::default(),
            by_zone: HashMap::default(),
            all: Vec::new(),
        };
        for host in hosts {
            let Host { name, zone, vcpus, ram_mib, up, leaves_at } = host;
            if new.by_name.contains_key(&name) {
                continue;
            }
            let number = HostNumber::try_from(new.rooms.len()).expect("fewer than 2^32 hosts");
            new.by_name.insert(name.clone(), number);
            new.by_zone.entry(zone.clone()).or_default().push(number);
            new.all.push(number);
            let state = if up { HostState::Up } else { HostState::Down };
            let size = Shape { vcpus, ram_mib };
            new.rooms.push(Room {
                name,
                zone,
                size,
                state,
                leaves_at,
                used_vcpus: 0,
                used_ram_mib: 0,
            });
        }
        new
    }

    pub fn list(&self) -> Vec<Host> {
        let host = |room: &Room| Host {
            name: room.name.clone(),
            zone: room.zone.clone(),
            vcpus: room.size.vcpus,
            ram_mib: room.size.ram_mib,
            up: room.state == HostState::Up,
            leaves_at: room.leaves_at,
        };
        self.rooms.iter().map(host).collect()
    }

    pub fn number(&self, name: &str) -> Option<HostNumber> {
        self.by_name.get(name).copied()
    }

    pub fn name(&self, host: HostNumber) -> &Arc<str> {
        &self.rooms[host as usize].name
    }

    pub fn state(&self, host: HostNumber) -> HostState {
        self.rooms[host as usize].state
    }

    pub fn set_state(&mut self, host: HostNumber, state: HostState) {
        self.rooms[host as usize].state = state;
    }

    /// What its servers take up: vCPUs and MiB.
    pub fn used(&self, host: HostNumber) -> (u64, u64) {
        let room = &self.rooms[host as usize];
        (room.used_vcpus, room.used_ram_mib)
    }

    /// Whether anything can be done on it now.
    pub fn check(&self, host: HostNumber) -> Result<(), DriverError> {
        match self.state(host) {
            HostState::Up => Ok(()),
            HostState::Down => Err(DriverError::Rejected(Rejection::HostDown)),
            HostState::Silent => Err(DriverError::Unreachable),
        }
    }

    /// The least loaded host of the zone that has room, is up, stays and is not taken; of equals the
    /// first. No zone means any.
    pub fn choose(&self, zone: &str, shape: Shape, taken: &[HostNumber]) -> Option<HostNumber> {
        self.of_zone(zone)
            .filter(|(number, _)| !taken.contains(number))
            .filter(|(_, room)| room.takes(shape))
            .min_by_key(|(_, room)| room.load())
            .map(|(number, _)| number)
    }

    /// Like [`choose`](Self::choose) for a server that exists already, so has to be somewhere: any
    /// host, the least loaded, if need be past its size.
    pub fn choose_anyhow(&self, shape: Shape) -> Option<HostNumber> {
        self.choose("", shape, &[]).or_else(|| {
            let least = self.of_zone("").min_by_key(|(_, room)| room.load());
            least.map(|(number, _)| number)
        })
    }

    /// The host to move to for a new shape: the present one if it is not taken and has room once the
    /// old shape is given back, else another of its zone that is not taken, else the present one
    /// if it has room.
    pub fn rechoose(
        &self,
        host: HostNumber,
        old: Shape,
        new: Shape,
        taken: &[HostNumber],
    ) -> Option<HostNumber> {
        let room = &self.rooms[host as usize];
        let vcpus = room.used_vcpus - u64::from(old.vcpus) + u64::from(new.vcpus);
        let ram_mib = room.used_ram_mib - u64::from(old.ram_mib) + u64::from(new.ram_mib);
        let shrinks = new.vcpus <= old.vcpus && new.ram_mib <= old.ram_mib;
        let fits = vcpus <= u64::from(room.size.vcpus) && ram_mib <= u64::from(room.size.ram_mib);
        let stays = (shrinks || fits).then_some(host);
        stays
            .filter(|host| !taken.contains(host))
            .or_else(|| self.choose(&room.zone, new, taken))
            .or(stays)
    }

    /// Another host of this one's zone, chosen as for a new server.
    pub fn choose_beside(
        &self,
        host: HostNumber,
        shape: Shape,
        taken: &[HostNumber],
    ) -> Option<HostNumber> {
        self.choose(&self.rooms[host as usize].zone, shape, taken)
    }

    pub fn take(&mut self, host: HostNumber, shape: Shape) {
        let room = &mut self.rooms[host as usize];
        room.used_vcpus += u64::from(shape.vcpus);
        room.used_ram_mib += u64::from(shape.ram_mib);
    }

    pub fn give_back(&mut self, host: HostNumber, shape: Shape) {
        let room = &mut self.rooms[host as usize];
        room.used_vcpus -= u64::from(shape.vcpus);
        room.used_ram_mib -= u64::from(shape.ram_mib);
    }

    fn of_zone(&self, zone: &str) -> impl Iterator<Item = (HostNumber, &Room)> {
        let numbers = if zone.is_empty() { Some(&self.all) } else { self.by_zone.get(zone) };
        numbers.into_iter().flatten().map(|number| (*number, &self.rooms[*number as usize]))
    }
}
