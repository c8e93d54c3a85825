//! What a new plane begins with: a project, its credential, the catalog, the driver's hosts and a
//! first fleet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regiment_core::apply::{Change, Edited};
use regiment_core::chance::Chance;
use regiment_core::edits::Put;
use regiment_core::model::{
    Asset, Credential, Details, Disk, DiskPhase, Host, Image, Nic, Phase, PortId, Power, Project,
    ProjectId, Quota, RecycleBin, Server, ServerId, Time, Volume, VolumeId,
};
use regiment_core::world::World;

use crate::catalog;
use crate::networks::{Network, Networks};

/// The kind of disk of the first fleet, and its size.
const DISK_CLASS: &str = "SSD";
const DISK_GIB: u32 = 40;
/// The size of a disk that no server has at first.
const LOOSE_DISK_GIB: u32 = 100;

/// The zones of a region: three, as most have.
pub fn zones(region: &str) -> Vec<String> {
    ["a", "b", "c"].iter().map(|letter| format!("{region}{letter}")).collect()
}

/// How many hosts of each zone the first fleet is on: few, so that a host that leaves concerns several
/// servers, and the others have room for those that are to stand apart.
const FLEET_HOSTS_PER_ZONE: usize = 2;

/// What the first start writes, in an order in which each needs only those before it.
pub struct First<'a> {
    pub project: ProjectId,
    pub region: &'a str,
    pub credential: Credential,
    pub hosts: &'a [Host],
    pub images: Vec<Image>,
    pub fleet: u32,
    pub now: Time,
}

impl First<'_> {
    pub fn changes(self, chance: &mut Chance) -> Vec<Change> {
        let First { project, region, credential, hosts, images, fleet, now } = self;
        let mut changes = vec![Change::ProjectAdded(project_named(project, region))];
        changes.push(Change::CredentialAdded(credential));
        changes.extend(catalog::flavors().into_iter().map(Change::FlavorAdded));
        changes.extend(images.into_iter().map(Change::ImageAdded));
        changes.extend(hosts.iter().cloned().map(Change::HostSet));
        let networks = Networks::draw(fleet, chance);
        changes.push(networks.change(project, now));
        if fleet > 0 {
            changes
                .push(Change::ServersAdded(servers(project, hosts, &networks, fleet, now, chance)));
            let disks = disks(project, hosts, now, chance);
            let puts = disks.into_iter().map(|disk| Put::Asset(Asset::Disk(disk))).collect();
            changes.push(Change::Edited(Edited { at: now, puts, token: None, job: None }));
        }
        changes
    }
}

/// What a later start adds: hosts and images that are new or changed, a credential that was not there,
/// with its project and that one's networks.
pub fn later(
    world: &World,
    hosts: &[Host],
    images: &[Image],
    credential: Option<Credential>,
    region: &str,
    (now, seed): (Time, u64),
) -> Vec<Change> {
    let mut changes = Vec::new();
    if let Some(credential) = credential {
        let project = credential.project;
        if world.project(project).is_none() {
            changes.push(Change::ProjectAdded(project_named(project, region)));
            // Networks of another project have other ids, whatever the seed.
            let own = u64::try_from(project.0 & u128::from(u64::MAX)).unwrap_or_default();
            let networks = Networks::draw(0, &mut Chance::new(seed ^ own));
            changes.push(networks.change(project, now));
        }
        changes.push(Change::CredentialAdded(credential));
    }
    for host in hosts {
        let known = world.hosts().find(|known| known.name == host.name);
        let mut host = host.clone();
        // One that was told to leave keeps its time.
        if let (Some(at), Some(known)) = (&mut host.leaves_at, known) {
            *at = known.leaves_at.unwrap_or(*at);
        }
        if known != Some(&host) {
            changes.push(Change::HostSet(host));
        }
    }
    changes.extend(new_images(world, images));
    changes
}

/// Those of these images that the world does not know, or knows otherwise.
pub fn new_images(world: &World, images: &[Image]) -> Vec<Change> {
    let known = |image: &&Image| world.image(image.id).is_some_and(|known| **known == **image);
    images.iter().filter(|image| !known(image)).cloned().map(Change::ImageAdded).collect()
}

/// Named like the region, since that is what clients look their project up by.
fn project_named(id: ProjectId, region: &str) -> Project {
    Project { id, name: region.into(), quota: Quota::default(), recycle_bin: RecycleBin::default() }
}

/// Running servers `server-0001` and on, one host after the other.
fn servers(
    project: ProjectId,
    hosts: &[Host],
    networks: &Networks,
    count: u32,
    now: Time,
    chance: &mut Chance,
) -> Vec<Server> {
    let width = count.to_string().len().max(4);
    // Shared by all of them, since there may be a million.
    let flavor: Arc<str> = catalog::FLEET_FLAVOR.into();
    let device: Arc<str> = "/dev/vda".into();
    let class: Arc<str> = DISK_CLASS.into();
    let mut by_zone: Vec<&Host> = hosts.iter().filter(|host| host.up).collect();
    spread_over_zones(&mut by_zone);
    let zones: BTreeSet<&Arc<str>> = by_zone.iter().map(|host| &host.zone).collect();
    by_zone.truncate(zones.len() * FLEET_HOSTS_PER_ZONE);
    let mut handles = std::collections::HashSet::with_capacity(count as usize);
    (1..=count)
        .map(|number| {
            let id = loop {
                let id = ServerId(chance.uuid());
                if handles.insert(id.handle()) {
                    break id;
                }
            };
            let name: Arc<str> = format!("server-{number:0width$}").into();
            let host = by_zone.get(number as usize % by_zone.len().max(1));
            let details = Details {
                zone: host.map(|host| host.zone.clone()).unwrap_or_default(),
                hostname: name.clone(),
                network: Some(networks.home.vpc),
                nics: vec![nic(&networks.home, number, chance)],
                volumes: vec![Volume {
                    id: VolumeId(chance.uuid()),
                    device: device.clone(),
                    size_gib: DISK_GIB,
                    class: class.clone(),
                    delete_with_server: true,
                }],
                security_groups: vec![networks.home.group],
                ..Details::default()
            };
            Server {
                id,
                project,
                order: u64::from(number),
                name,
                flavor: flavor.clone(),
                image: catalog::FLEET_IMAGE,
                host: host.map(|host| host.name.clone()),
                power: Power::Running,
                phase: Phase::Ready,
                busy: None,
                image_generation: 1,
                password_generation: 0,
                created_at: now,
                updated_at: now,
                launched_at: Some(now),
                fault: None,
                last: None,
                orders: Vec::new(),
                details: Arc::new(details),
            }
        })
        .collect()
}

/// Two disks in each zone that no server has, one of them for sharing: something to attach.
fn disks(project: ProjectId, hosts: &[Host], now: Time, chance: &mut Chance) -> Vec<Disk> {
    let zones: BTreeSet<&Arc<str>> = hosts.iter().map(|host| &host.zone).collect();
    let kinds = zones.into_iter().flat_map(|zone| [(zone, false), (zone, true)]);
    kinds
        .zip(1..)
        .map(|((zone, shareable), number)| Disk {
            id: VolumeId(chance.uuid()),
            project,
            name: format!("disk-{number:04}").into(),
            description: "".into(),
            zone: zone.clone(),
            size_gib: LOOSE_DISK_GIB,
            class: DISK_CLASS.into(),
            shareable,
            created_at: now,
            phase: DiskPhase::Ready,
            attached_to: Vec::new(),
            held_by: Vec::new(),
            metadata: BTreeMap::new(),
            tags: Vec::new(),
            hints: BTreeMap::new(),
        })
        .collect()
}

/// Neighbours in the list are in different zones, as far as there are any.
fn spread_over_zones(hosts: &mut [&Host]) {
    let mut seen = std::collections::HashMap::<Arc<str>, usize>::new();
    let mut ranked: Vec<(usize, &Host)> = Vec::with_capacity(hosts.len());
    for host in hosts.iter() {
        let rank = seen.entry(host.zone.clone()).or_default();
        ranked.push((*rank, host));
        *rank += 1;
    }
    ranked.sort_by_key(|(rank, host)| (*rank, host.zone.clone()));
    for (place, (_, host)) in hosts.iter_mut().zip(ranked) {
        *place = host;
    }
}

fn nic(network: &Network, number: u32, chance: &mut Chance) -> Nic {
    let bits = chance.next_u64().to_be_bytes();
    Nic {
        port: PortId(chance.uuid()),
        subnet: Some(network.subnet),
        address: network.address(number),
        mac: [0xfa, 0x16, 0x3e, bits[0], bits[1], bits[2]],
        security_groups: vec![network.group],
        virtual_addresses: Vec::new(),
        delete_with_server: false,
    }
}
