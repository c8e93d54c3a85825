//! Everything there is, in memory: plain tables and the indices that keep every look-up flat.
//!
//! The engine has one world that is ahead by the turn being committed; readers have another, made
//! by applying the same changes after the commit. Only [`apply`](crate::apply) writes here.

mod addresses;
mod alarms;
mod any_disk;
mod assets;
mod disks;
mod gateways;
mod groups;
mod hosts;
mod images;
mod interfaces;
mod invariants;
mod recycle_bin;
mod roster;
mod scheduled_events;
mod tokens;
mod volumes;
mod webhooks;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::Ipv4Addr;
use std::sync::Arc;

use foldhash::fast::FixedState;

use addresses::Addresses;
pub use any_disk::{AnyDisk, DiskState};
use groups::membership;
pub use hosts::Room;
pub use images::SeenImage;
use recycle_bin::Entry;
pub use roster::Roster;
use scheduled_events::Planned;
pub use tokens::Token;
use volumes::Whereabouts;

use crate::command::TargetRef;
use crate::model::{
    Asset, AssetKey, Course, Credential, Flavor, Handle, Host, Image, ImageId, Job, JobId,
    LoadBalancer, LoadBalancerId, Mark, NetworkId, PortId, Project, ProjectId, RequestId, Server,
    ServerGroupId, ServerId, Subnet, Time,
};

/// Ids are ours, so nobody can choose them to collide: a fixed hash is safe and makes two runs alike.
pub(crate) type Index<K, V> = HashMap<K, V, FixedState>;

/// What a project holds, or a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub servers: u64,
    pub vcpus: u64,
    pub ram_mib: u64,
}

/// What changed since the last checkpoint.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dirty {
    /// By slot: a flag each, since a whole fleet may change between two checkpoints.
    pub slots: Vec<bool>,
    /// Servers that are there no more. One of them may have been given a slot after.
    pub gone: Vec<ServerId>,
    pub balancers: BTreeSet<LoadBalancerId>,
    pub assets: BTreeSet<AssetKey>,
    pub jobs: BTreeSet<JobId>,
    pub tokens: BTreeSet<(ProjectId, Arc<str>)>,
    pub catalog: bool,
}

#[derive(Clone, Debug, Default)]
pub struct World {
    slots: Vec<Option<Server>>,
    free: Vec<u32>,
    by_handle: Index<Handle, u32>,
    rosters: BTreeMap<ProjectId, Roster>,
    /// The servers in recycle bins, which are in no roster.
    bins: BTreeMap<ProjectId, Roster>,
    usage: BTreeMap<ProjectId, Usage>,
    host_usage: Index<Arc<str>, Usage>,
    addresses: Addresses,
    whereabouts: Whereabouts,
    jobs: BTreeMap<JobId, Job>,
    /// Jobs with work left, in the order they came.
    in_flight: BTreeSet<JobId>,
    sub_jobs_in_flight: usize,
    by_request: Index<RequestId, JobId>,
    balancers: BTreeMap<LoadBalancerId, LoadBalancer>,
    assets: BTreeMap<AssetKey, Asset>,
    planned: Planned,
    /// Servers that are to be taken away at a set time.
    alarms: BTreeSet<(Time, ServerId)>,
    /// Which servers are in which group, by their order.
    members: BTreeSet<(ServerGroupId, u64, ServerId)>,
    tokens: BTreeMap<(ProjectId, Arc<str>), Token>,
    token_expiry: BTreeSet<(Time, ProjectId, Arc<str>)>,
    projects: BTreeMap<ProjectId, Project>,
    credentials: BTreeMap<Arc<str>, Credential>,
    flavors: BTreeMap<Arc<str>, Arc<Flavor>>,
    /// Those that every project sees.
    images: BTreeMap<ImageId, Arc<Image>>,
    /// Whose the others are.
    image_owners: BTreeMap<ImageId, ProjectId>,
    hosts: BTreeMap<Arc<str>, Host>,
    /// The next free number of the line that jobs, sub-jobs and the order of servers share.
    pub(crate) next_number: u64,
    /// The sequence number of the next event.
    pub(crate) next_event: u64,
    /// Tells this world's public numbers from those of another.
    pub(crate) realm: u32,
    pub(crate) dirty: Option<Box<Dirty>>,
}

// Reading.
impl World {
    /// An empty world. `realm` makes its public ids unlike another world's.
    pub fn new(realm: u32) -> World {
        World { next_number: 1, next_event: 1, realm, ..World::default() }
    }

    /// A copy for readers: it keeps no list of what a checkpoint must write.
    pub fn for_readers(&self) -> World {
        let mut copy = self.clone();
        copy.dirty = None;
        copy
    }

    pub const fn realm(&self) -> u32 {
        self.realm
    }

    pub const fn next_event(&self) -> u64 {
        self.next_event
    }

    pub fn server(&self, id: ServerId) -> Option<&Server> {
        self.by_handle(id.handle()).filter(|server| server.id == id)
    }

    pub fn by_handle(&self, handle: Handle) -> Option<&Server> {
        let server = self.slot(*self.by_handle.get(&handle)?)?;
        server.details.recycled.is_none().then_some(server)
    }

    /// Whether no server has this handle, in a recycle bin or not.
    pub(crate) fn is_free(&self, handle: Handle) -> bool {
        !self.by_handle.contains_key(&handle)
    }

    /// The server that a project's caller names.
    pub fn named(&self, project: ProjectId, name: &TargetRef) -> Option<&Server> {
        let server = match name {
            TargetRef::Server(id) => self.server(*id),
            TargetRef::Short(handle) => self.by_handle(*handle),
            TargetRef::Balancer(_)
            | TargetRef::Disk(_)
            | TargetRef::Image(_)
            | TargetRef::Unreadable(_) => None,
        };
        server.filter(|server| server.project == project)
    }

    /// The load balancer that a project's caller names.
    pub fn named_balancer(&self, project: ProjectId, name: &TargetRef) -> Option<&LoadBalancer> {
        let balancer = match name {
            TargetRef::Balancer(id) => self.balancer(*id),
            TargetRef::Server(_)
            | TargetRef::Short(_)
            | TargetRef::Disk(_)
            | TargetRef::Image(_)
            | TargetRef::Unreadable(_) => None,
        };
        balancer.filter(|balancer| balancer.project == project)
    }

    fn slot(&self, slot: u32) -> Option<&Server> {
        self.slots.get(slot as usize)?.as_ref()
    }

    /// Every server there is, those in recycle bins too.
    pub fn servers(&self) -> impl Iterator<Item = &Server> {
        self.slots.iter().flatten()
    }

    /// The servers in the slots that are marked.
    pub(crate) fn servers_in(&self, marked: &[bool]) -> impl Iterator<Item = &Server> {
        self.slots
            .iter()
            .zip(marked)
            .filter(|(_, marked)| **marked)
            .filter_map(|(slot, _)| slot.as_ref())
    }

    pub fn servers_count(&self) -> usize {
        self.by_handle.len()
    }

    /// A project's servers, newest first.
    pub fn servers_of(&self, project: ProjectId) -> impl Iterator<Item = &Server> {
        self.rosters
            .get(&project)
            .into_iter()
            .flat_map(Roster::newest_first)
            .filter_map(|slot| self.slot(slot))
    }

    /// A project's servers, newest first, without the first `skip`. Flat in `skip`.
    pub fn servers_after(&self, project: ProjectId, skip: usize) -> impl Iterator<Item = &Server> {
        self.rosters
            .get(&project)
            .into_iter()
            .flat_map(move |roster| roster.newest_first_from(skip))
            .filter_map(|slot| self.slot(slot))
    }

    /// A project's servers older than the one with this place in the order, newest first.
    pub fn servers_older_than(
        &self,
        project: ProjectId,
        order: u64,
    ) -> impl Iterator<Item = &Server> {
        self.rosters
            .get(&project)
            .into_iter()
            .flat_map(move |roster| roster.newest_first_from(roster.rank_older_than(order)))
            .filter_map(|slot| self.slot(slot))
    }

    pub fn usage(&self, project: ProjectId) -> Usage {
        self.usage.get(&project).copied().unwrap_or_default()
    }

    /// Whether the project's quota allows this much more.
    pub fn has_room(&self, project: ProjectId, servers: i64, vcpus: i64, ram_mib: i64) -> bool {
        let Some(quota) = self.projects.get(&project).map(|project| project.quota) else {
            return true;
        };
        let usage = self.usage(project);
        let fits = |limit: Option<u64>, used: u64, more: i64| {
            limit.is_none_or(|limit| more <= 0 || used.saturating_add_signed(more) <= limit)
        };
        fits(quota.servers.map(u64::from), usage.servers, servers)
            && fits(quota.vcpus.map(u64::from), usage.vcpus, vcpus)
            && fits(quota.ram_mib, usage.ram_mib, ram_mib)
    }

    /// Whether an interface in the project's subnet has this private address, or soon will; one of a
    /// server in the recycle bin too.
    pub fn address_in_use(
        &self,
        project: ProjectId,
        subnet: Option<NetworkId>,
        address: Ipv4Addr,
    ) -> bool {
        self.addresses.taken(project, subnet, address)
    }

    /// Whether it is the own address of one of them, not one that several may share.
    pub(crate) fn address_is_owned(
        &self,
        project: ProjectId,
        subnet: Option<NetworkId>,
        address: Ipv4Addr,
    ) -> bool {
        self.addresses.owned(project, subnet, address)
    }

    /// The first address from `from` on that no interface in the project's subnet has.
    pub(crate) fn free_address(
        &self,
        project: ProjectId,
        subnet: Option<NetworkId>,
        from: u32,
    ) -> u32 {
        self.addresses.free_from(project, subnet, from)
    }

    /// How many more interfaces a subnet has addresses for.
    pub fn addresses_free(&self, subnet: &Subnet) -> u64 {
        let (first, last) = subnet.usable();
        let all = u64::from(last.saturating_sub(first)) + 1;
        let taken = self.addresses.count(subnet.project, subnet.id);
        // The gateway's is nobody's.
        all.saturating_sub(taken + 1)
    }

    /// The server of a project with this interface, and which of its interfaces it is. Looks at
    /// every server: clients hardly ever ask for one by its interface alone.
    pub fn server_of_port(&self, project: ProjectId, port: PortId) -> Option<(&Server, usize)> {
        self.servers_of(project).find_map(|server| {
            let at = server.details.nics.iter().position(|nic| nic.port == port)?;
            Some((server, at))
        })
    }

    /// Whether a server of the project has this interface, one in the recycle bin too.
    pub(crate) fn port_in_use(&self, project: ProjectId, port: PortId) -> bool {
        self.servers_of(project)
            .chain(self.recycled_of(project))
            .any(|server| server.details.nics.iter().any(|nic| nic.port == port))
    }

    /// Whether work under way is to give a server of the project this interface.
    pub(crate) fn port_ordered(&self, project: ProjectId, port: PortId) -> bool {
        self.jobs_in_flight()
            .filter(|job| job.project == project)
            .any(|job| job.operation.nics_ordered().iter().any(|nic| nic.port == port))
    }

    /// A job that is in memory: in flight, or finished a short while ago.
    pub fn job(&self, id: JobId) -> Option<&Job> {
        self.jobs.get(&id)
    }

    /// The job in memory that has this public number, as its own or as a sub-job's.
    pub fn job_with_number(&self, number: u64) -> Option<&Job> {
        let (_, job) = self.jobs.range(..=JobId(number)).next_back()?;
        (number < job.numbers_end()).then_some(job)
    }

    pub fn job_of_request(&self, request: RequestId) -> Option<&Job> {
        self.job(*self.by_request.get(&request)?)
    }

    pub fn jobs(&self) -> impl DoubleEndedIterator<Item = &Job> {
        self.jobs.values()
    }

    /// The newest job in memory that is older than this one, or than it would be.
    pub fn job_before(&self, id: JobId) -> Option<&Job> {
        self.jobs.range(..id).next_back().map(|(_, job)| job)
    }

    pub fn jobs_in_flight(&self) -> impl Iterator<Item = &Job> {
        self.in_flight.iter().filter_map(|id| self.jobs.get(id))
    }

    pub const fn sub_jobs_in_flight(&self) -> usize {
        self.sub_jobs_in_flight
    }

    pub fn balancer(&self, id: LoadBalancerId) -> Option<&LoadBalancer> {
        self.balancers.get(&id)
    }

    pub fn balancers(&self) -> impl Iterator<Item = &LoadBalancer> {
        self.balancers.values()
    }

    pub fn project(&self, id: ProjectId) -> Option<&Project> {
        self.projects.get(&id)
    }

    pub fn projects(&self) -> impl Iterator<Item = &Project> {
        self.projects.values()
    }

    pub fn credential(&self, access_key: &str) -> Option<&Credential> {
        self.credentials.get(access_key)
    }

    pub fn credentials_of(&self, project: ProjectId) -> impl Iterator<Item = &Credential> {
        self.credentials.values().filter(move |credential| credential.project == project)
    }

    pub fn credentials(&self) -> impl Iterator<Item = &Credential> {
        self.credentials.values()
    }

    pub fn flavor(&self, name: &str) -> Option<&Arc<Flavor>> {
        self.flavors.get(name)
    }

    pub fn flavors(&self) -> impl Iterator<Item = &Arc<Flavor>> {
        self.flavors.values()
    }

    pub fn hosts(&self) -> impl Iterator<Item = &Host> {
        self.hosts.values()
    }

    /// The zones that hosts are in, each once, in order.
    pub fn zones(&self) -> impl Iterator<Item = &Arc<str>> {
        let zones: BTreeSet<_> = self.hosts.values().map(|host| &host.zone).collect();
        zones.into_iter()
    }
}

// Writing: for `apply` and for loading rows.
impl World {
    pub(crate) fn insert_server(&mut self, server: Server) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).expect("fewer than 2^32 servers")
        });
        let earlier = self.by_handle.insert(server.id.handle(), slot);
        assert!(earlier.is_none(), "two servers with the handle of {}", server.id);
        self.enlist(&Entry::from(&server), slot);
        self.count_on_host(server.host.as_ref(), &server.flavor, 1);
        for nic in &server.details.nics {
            self.addresses.take(server.project, nic);
        }
        self.whereabouts.put(&server.details.volumes, slot);
        self.touch_slot(slot as usize);
        self.set_alarm(server.id, None, alarms::of(&server.details));
        self.set_member(None, membership(&server));
        self.slots[slot as usize] = Some(server);
    }

    /// Changes anything of a server but its flavor, which is [`reshape_server`](Self::reshape_server)'s.
    pub(crate) fn change_server(&mut self, id: ServerId, change: impl FnOnce(&mut Server)) {
        let number = self.by_handle[&id.handle()];
        let slot = number as usize;
        let server = self.slots[slot].as_mut().expect("an indexed server is there");
        let (before, host_before) = (server.details.clone(), server.host.clone());
        let member_before = membership(server);
        change(server);
        let (project, after) = (server.project, server.details.clone());
        let (host, flavor) = (server.host.clone(), server.flavor.clone());
        let member_after = membership(server);
        self.set_member(member_before, member_after);
        if host != host_before {
            self.count_on_host(host_before.as_ref(), &flavor, -1);
            self.count_on_host(host.as_ref(), &flavor, 1);
        }
        if !Arc::ptr_eq(&before, &after) {
            before.nics.iter().for_each(|nic| self.addresses.give_back(project, nic));
            after.nics.iter().for_each(|nic| self.addresses.take(project, nic));
            if before.volumes != after.volumes {
                self.whereabouts.take(&before.volumes, number);
                self.whereabouts.put(&after.volumes, number);
            }
            self.relist(number, &before);
            self.set_alarm(id, alarms::of(&before), alarms::of(&after));
        }
        self.touch_slot(slot);
    }

    pub(crate) fn reshape_server(&mut self, id: ServerId, flavor: &Arc<str>) {
        let slot = self.by_handle[&id.handle()] as usize;
        let server = self.slots[slot].as_mut().expect("an indexed server is there");
        let (project, host) = (server.project, server.host.clone());
        let old = std::mem::replace(&mut server.flavor, flavor.clone());
        self.count_usage(project, &old, -1);
        self.count_usage(project, flavor, 1);
        self.count_on_host(host.as_ref(), &old, -1);
        self.count_on_host(host.as_ref(), flavor, 1);
        self.touch_slot(slot);
    }

    pub(crate) fn remove_server(&mut self, id: ServerId) {
        let slot = self.by_handle.remove(&id.handle()).expect("a removed server was there");
        let server = self.slots[slot as usize].take().expect("an indexed server is there");
        self.free.push(slot);
        self.strike(&Entry::from(&server));
        for nic in &server.details.nics {
            self.addresses.give_back(server.project, nic);
        }
        self.whereabouts.take(&server.details.volumes, slot);
        self.set_alarm(id, alarms::of(&server.details), None);
        self.count_on_host(server.host.as_ref(), &server.flavor, -1);
        self.set_member(membership(&server), None);
        if let Some(dirty) = &mut self.dirty {
            dirty.gone.push(id);
        }
        self.leave_balancers(id);
    }

    /// A load balancer that forwarded to the server has one backend less.
    fn leave_balancers(&mut self, id: ServerId) {
        let fronts: Vec<LoadBalancerId> = self
            .balancers
            .values()
            .filter(|balancer| balancer.forwards_to(id))
            .map(|balancer| balancer.id)
            .collect();
        for front in fronts {
            self.change_balancer(front, |balancer| {
                balancer.backends.retain(|backend| backend.server != id);
                for members in balancer.members_mut() {
                    members.retain(|member| member.server != id);
                }
            });
        }
    }

    fn count_usage(&mut self, project: ProjectId, flavor: &str, sign: i64) {
        let shape = self.shape(flavor);
        self.usage.entry(project).or_default().count(shape, sign);
    }

    fn touch_slot(&mut self, slot: usize) {
        if let Some(dirty) = &mut self.dirty {
            if dirty.slots.len() <= slot {
                dirty.slots.resize(slot + 1, false);
            }
            dirty.slots[slot] = true;
        }
    }

    pub(crate) fn insert_balancer(&mut self, balancer: LoadBalancer) {
        self.touch_balancer(balancer.id);
        self.balancers.insert(balancer.id, balancer);
    }

    pub(crate) fn change_balancer(
        &mut self,
        id: LoadBalancerId,
        change: impl FnOnce(&mut LoadBalancer),
    ) {
        change(self.balancers.get_mut(&id).expect("a changed load balancer is there"));
        self.touch_balancer(id);
    }

    pub(crate) fn remove_balancer(&mut self, id: LoadBalancerId) {
        self.balancers.remove(&id).expect("a removed load balancer was there");
        self.touch_balancer(id);
    }

    fn touch_balancer(&mut self, id: LoadBalancerId) {
        if let Some(dirty) = &mut self.dirty {
            dirty.balancers.insert(id);
        }
    }

    pub(crate) fn insert_job(&mut self, mut job: Job) {
        job.tally = crate::model::Tally::of(&job.subs);
        if job.tally.ended() && job.ended_at.is_none() {
            job.ended_at = Some(job.accepted_at);
        }
        self.next_number = self.next_number.max(job.numbers_end());
        self.by_request.insert(job.request, job.id);
        self.restore_job(job);
    }

    /// Takes a job out to change it; [`restore_job`](Self::restore_job) puts it back.
    pub(crate) fn take_job(&mut self, id: JobId) -> Job {
        let job = self.jobs.remove(&id).expect("a changed job is in memory");
        self.sub_jobs_in_flight -= (job.tally.waiting + job.tally.running) as usize;
        if !job.tally.ended() {
            let ordered = job.operation.nics_ordered();
            ordered.iter().for_each(|nic| self.addresses.give_back(job.project, nic));
        }
        job
    }

    pub(crate) fn restore_job(&mut self, job: Job) {
        let id = job.id;
        self.sub_jobs_in_flight += (job.tally.waiting + job.tally.running) as usize;
        if job.tally.ended() {
            self.in_flight.remove(&id);
        } else {
            // Until its server has them, nobody else may be given their addresses.
            let ordered = job.operation.nics_ordered();
            ordered.iter().for_each(|nic| self.addresses.take(job.project, nic));
            self.in_flight.insert(id);
        }
        if let Some(dirty) = &mut self.dirty {
            dirty.jobs.insert(id);
        }
        self.jobs.insert(id, job);
    }

    /// A job without a course gets one: it is being stopped.
    pub(crate) fn put_mark(&mut self, id: JobId, mark: Mark) {
        let job = self.jobs.get_mut(&id).expect("a marked job is in memory");
        let course = job.course.get_or_insert_with(|| Box::new(Course::of_plain(&job.subs)));
        course.mark = mark;
        if let Some(dirty) = &mut self.dirty {
            dirty.jobs.insert(id);
        }
    }

    pub(crate) fn drop_job(&mut self, id: JobId) {
        if let Some(job) = self.jobs.remove(&id) {
            self.by_request.remove(&job.request);
        }
    }

    fn touch_catalog(&mut self) {
        if let Some(dirty) = &mut self.dirty {
            dirty.catalog = true;
        }
    }

    pub(crate) fn put_project(&mut self, project: Project) {
        self.touch_catalog();
        self.projects.insert(project.id, project);
    }

    pub(crate) fn put_credential(&mut self, credential: Credential) {
        self.touch_catalog();
        self.credentials.insert(credential.access_key.clone(), credential);
    }

    pub(crate) fn drop_credential(&mut self, access_key: &str) {
        self.touch_catalog();
        self.credentials.remove(access_key);
    }

    pub(crate) fn put_flavor(&mut self, flavor: Flavor) {
        self.touch_catalog();
        self.flavors.insert(flavor.name.clone(), Arc::new(flavor));
    }

    pub(crate) fn put_image(&mut self, image: Image) {
        self.touch_catalog();
        self.images.insert(image.id, Arc::new(image));
    }

    pub(crate) fn put_host(&mut self, host: Host) {
        self.touch_catalog();
        self.hosts.insert(host.name.clone(), host);
    }
}
