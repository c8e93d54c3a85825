//! A whole core with a disk and machines that outlive it: what the other tests stand on.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::sync::Arc;

use crate::apply::{Change, Edited};
use crate::command::{Command, Receipt, TargetRef, TokenClaim};
use crate::edits::{CreateServerGroup, Edit, Put};
use crate::engine::{Engine, Inbox, Settings, Turn};
use crate::model::{
    self, Asset, AssetKey, Cidr, Details, DiskPhase, Fault, Flavor, ForwardingRule, Host, Image,
    ImageId, ImageSource, Listener, LoadBalancer, Mark, NetworkId, OsFamily, OwnImage, Phase,
    Power, Project, ProjectId, Quota, RecycleBin, RequestId, Server, ServerGroupId, ServerId,
    SubTarget, Subnet, Target, Time, Volume, VolumeId, Vpc,
};
use crate::ops::{
    AttachVolume, Create, CreateDisks, DetachVolume, NicOrder, Operation, VolumeOrder,
};
use crate::store::StoreError;
use crate::testing::{Disk, MirrorVault, Room};
use crate::vault::Secret;
use crate::world::World;

pub const PROJECT: ProjectId = ProjectId(0xA);
pub const IMAGE: ImageId = ImageId(0x11);
pub const WINDOWS: ImageId = ImageId(0x12);

pub struct Plane {
    pub engine: Engine,
    pub disk: Disk,
    pub room: Room,
    pub now: Time,
    pub settings: Settings,
    /// Every change since it was opened, as readers get them.
    pub published: World,
    pub events: Vec<crate::events::Event>,
}

impl Plane {
    pub fn new(settings: Settings) -> Plane {
        let mut plane = Plane::open(Disk::default(), Room::default(), settings, Time(1_000));
        plane.seed().unwrap();
        plane
    }

    pub fn open(disk: Disk, room: Room, settings: Settings, now: Time) -> Plane {
        let engine = Engine::open(
            Box::new(disk.clone()),
            Box::new(room.clone()),
            Arc::new(MirrorVault),
            settings,
            7,
            now,
        )
        .unwrap();
        let published = engine.world().clone();
        Plane { engine, disk, room, now, settings, published, events: Vec::new() }
    }

    /// The daemon died; a new one starts on the same disk with the same machines.
    pub fn restarted(self) -> Plane {
        let Plane { engine, disk, room, now, settings, published: _, events } = self;
        drop(engine);
        disk.state().fail_at = None;
        let mut plane = Plane::open(disk, room.after_restart(), settings, now.after_ms(10));
        plane.events = events;
        plane
    }

    pub fn seed(&mut self) -> Result<(), StoreError> {
        let mut seeds = catalog();
        seeds.push(networks());
        seeds.push(Change::ServersAdded((1..=6).map(seeded_server).collect()));
        let disks = (1..=4).map(|number| Put::Asset(Asset::Disk(seeded_disk(number)))).collect();
        seeds.push(Change::Edited(Edited { at: Time::ZERO, puts: disks, token: None, job: None }));
        self.turn(Inbox { seeds, ..Inbox::new() }).map(drop)
    }

    pub fn turn(&mut self, inbox: Inbox<usize>) -> Result<Turn<usize>, StoreError> {
        self.now = self.now.after_ms(1);
        let turn = self.engine.turn(self.now, inbox)?;
        let mut seq = turn.first_event;
        for change in &turn.changes {
            assert_eq!(seq, self.published.next_event());
            let told = change.events_from(seq);
            seq += told.len() as u64;
            self.events.extend(told);
            self.published.apply(change);
        }
        assert_eq!(seq, self.engine.world().next_event(), "events are counted as they are told");
        assert_eq!(self.engine.world().check_invariants(), Vec::<String>::new());
        assert_eq!(tell(&self.published), tell(self.engine.world()), "readers see what is");
        Ok(turn)
    }

    pub fn order(&mut self, command: Command) -> Result<Result<Receipt, Fault>, StoreError> {
        let inbox = Inbox { commands: vec![(0, command)], ..Inbox::new() };
        Ok(self.turn(inbox)?.replies.remove(0).1)
    }

    /// Turns until nothing is in flight, moving the clock to whatever is due next. Gives up where
    /// a report was lost and nothing will ever be due.
    pub fn run(&mut self) -> Result<(), StoreError> {
        let mut idle = 0;
        while self.engine.world().sub_jobs_in_flight() > 0 && idle < 3 {
            let due = self.engine.next_due().filter(|due| due.ms_since(self.now) < 30_000);
            self.now = self.now.max(due.unwrap_or(self.now));
            let turn = self.turn(Inbox::new())?;
            idle = if turn.changes.is_empty() && turn.begun == 0 { idle + 1 } else { 0 };
        }
        Ok(())
    }

    pub fn world(&self) -> &World {
        self.engine.world()
    }
}

pub fn catalog() -> Vec<Change> {
    let flavor = |name: &str, vcpus, ram_mib| {
        Change::FlavorAdded(Flavor { name: name.into(), vcpus, ram_mib, class: "normal".into() })
    };
    let image = |id, name: &str, family| {
        Change::ImageAdded(Image {
            id,
            name: name.into(),
            family,
            os: name.into(),
            disk_gib_min: 40,
            source: ImageSource::Public,
            admin_user: "root".into(),
            created_at: Time::ZERO,
        })
    };
    vec![
        Change::ProjectAdded(Project {
            id: PROJECT,
            name: "lab".into(),
            quota: Quota { servers: Some(5_000), ..Quota::default() },
            recycle_bin: RecycleBin::default(),
        }),
        flavor("small", 1, 1024),
        flavor("large", 4, 8192),
        image(IMAGE, "Linux", OsFamily::Linux),
        image(WINDOWS, "Windows", OsFamily::Windows),
        Change::HostSet(Host {
            name: "host-1".into(),
            zone: "zone-1".into(),
            vcpus: 1000,
            ram_mib: 1 << 20,
            up: true,
            leaves_at: Some(LEAVES_AT),
        }),
    ]
}

/// When host-1, on which all servers are at first, is taken out of service: after every story.
pub const LEAVES_AT: Time = Time(400 * 86_400_000);

pub const VPC: NetworkId = NetworkId(0x1000);
pub const OTHER_VPC: NetworkId = NetworkId(0x2000);
/// Ten addresses may be given: 192.168.0.2 and on.
pub const SUBNET: NetworkId = NetworkId(0x1001);
pub const OTHER_SUBNET: NetworkId = NetworkId(0x2001);

/// Two networks with a subnet each.
fn networks() -> Change {
    let network = |id, subnet, base: [u8; 4]| {
        let base = Ipv4Addr::from(base);
        let cidr = Cidr { base, bits: 28 };
        let vpc = Vpc {
            id,
            project: PROJECT,
            name: "vpc".into(),
            description: "".into(),
            cidr,
            created_at: Time::ZERO,
        };
        let subnet = Subnet {
            id: subnet,
            project: PROJECT,
            vpc: id,
            name: "subnet".into(),
            description: "".into(),
            cidr,
            gateway: Ipv4Addr::from(base.to_bits() + 1),
            created_at: Time::ZERO,
        };
        [Put::Asset(Asset::Vpc(vpc)), Put::Asset(Asset::Subnet(subnet))]
    };
    let first = network(VPC, SUBNET, [192, 168, 0, 0]);
    let other = network(OTHER_VPC, OTHER_SUBNET, [172, 16, 0, 0]);
    let puts = first.into_iter().chain(other).collect();
    Change::Edited(Edited { at: Time::ZERO, puts, token: None, job: None })
}

/// `s1` … run; even ones are stopped.
pub fn seeded_server(number: u64) -> Server {
    Server {
        id: ServerId(0x5000 + u128::from(number)),
        project: PROJECT,
        order: number,
        name: format!("s{number}").into(),
        flavor: "small".into(),
        image: if number == 5 { WINDOWS } else { IMAGE },
        host: Some("host-1".into()),
        power: if number.is_multiple_of(2) { Power::Stopped } else { Power::Running },
        phase: Phase::Ready,
        busy: None,
        image_generation: 1,
        password_generation: 1,
        created_at: Time::ZERO,
        updated_at: Time::ZERO,
        launched_at: None,
        fault: None,
        last: None,
        orders: Vec::new(),
        details: Arc::new(Details {
            zone: "zone-1".into(),
            volumes: vec![boot_volume(number)],
            ..Details::default()
        }),
    }
}

fn boot_volume(number: u64) -> Volume {
    Volume {
        id: VolumeId(0xB007_0000 + u128::from(number)),
        device: "/dev/vda".into(),
        size_gib: 40,
        class: "ssd".into(),
        delete_with_server: true,
    }
}

/// Disks that no server has at first: 1 and 2, and 3 and 4, which may be shared.
pub fn seeded_disk(number: u128) -> model::Disk {
    model::Disk {
        id: VolumeId(0xD15C_0000 + number),
        project: PROJECT,
        name: format!("disk-{number}").into(),
        description: "".into(),
        zone: "zone-1".into(),
        size_gib: 10 * u32::try_from(number).unwrap(),
        class: "ssd".into(),
        shareable: number > 2,
        created_at: Time::ZERO,
        attached_to: Vec::new(),
        held_by: Vec::new(),
        phase: DiskPhase::Ready,
        metadata: BTreeMap::new(),
        tags: Vec::new(),
        hints: BTreeMap::new(),
    }
}

pub fn attach(number: u128, servers: &[ServerId]) -> Operation {
    Operation::AttachVolume(AttachVolume {
        volumes: vec![seeded_disk(number).id],
        places: servers.iter().map(|server| (*server, None)).collect(),
    })
}

pub fn detach(volume: VolumeId) -> Operation {
    Operation::DetachVolume(DetachVolume { volumes: vec![volume] })
}

pub fn create(names: &[&str]) -> Operation {
    Operation::Create(Create {
        spread: false,
        names: names.iter().map(|name| (*name).into()).collect(),
        flavor: "small".into(),
        image: IMAGE,
        details: Arc::default(),
        nics: vec![NicOrder::default()],
        volumes: vec![VolumeOrder {
            size_gib: None,
            class: "ssd".into(),
            delete_with_server: true,
        }],
    })
}

/// Like [`create`], in a server group.
pub fn create_in(group: ServerGroupId, names: &[&str]) -> Operation {
    let Operation::Create(mut order) = create(names) else { unreachable!("it is one") };
    Arc::make_mut(&mut order.details).server_group = Some(group);
    Operation::Create(order)
}

/// A server group with nobody in it.
pub fn make_group(plane: &mut Plane, request: u128) -> ServerGroupId {
    let edit = Edit::CreateServerGroup(CreateServerGroup { name: "g".into(), user: "AK".into() });
    let made = plane.order(command_on(request, edit.into(), Vec::new())).unwrap().unwrap().made;
    let [AssetKey::ServerGroup(PROJECT, id)] = made.as_slice() else { panic!("{made:?}") };
    *id
}

/// A command with a token of its own, so that it can be sent again after a crash.
pub fn command(request: u128, operation: Operation, targets: &[ServerId]) -> Command {
    let targets = targets.iter().map(|id| TargetRef::Server(*id)).collect();
    command_on(request, operation, targets)
}

pub fn command_on(request: u128, operation: Operation, targets: Vec<TargetRef>) -> Command {
    let request_id = RequestId(request);
    let mut command = Command::new(PROJECT, "AK".into(), "test", request_id, operation, targets);
    let token: Arc<str> = format!("token-{request}").into();
    command.token = Some(TokenClaim { token, digest: [u8::try_from(request % 251).unwrap(); 32] });
    command
}

pub fn with_password(mut command: Command, password: &str) -> Command {
    command.secret = Some(Secret::new(password));
    command
}

/// An order for disks that belong to no server.
pub fn create_disks(names: &[&str]) -> Operation {
    Operation::CreateDisks(CreateDisks {
        names: names.iter().map(|name| (*name).into()).collect(),
        description: "".into(),
        zone: "zone-1".into(),
        size_gib: 20,
        class: "fast".into(),
        shareable: false,
        metadata: BTreeMap::new(),
        tags: Vec::new(),
        hints: BTreeMap::new(),
    })
}

/// The whole world as text, without what two runs may choose differently: ids and times.
pub fn tell(world: &World) -> String {
    let mut text = String::new();
    let name_of = |id: ServerId| {
        world.server_or_recycled(id).map_or("gone".into(), |server| server.name.clone())
    };
    let mut servers: Vec<&Server> = world.servers().collect();
    servers.sort_by_key(|server| (server.name.clone(), server.order));
    for server in servers {
        let Server { id: _, project: _, order: _, created_at: _, updated_at: _, .. } = server;
        writeln!(
            text,
            "server {} {} {:?} {:?} recycled {} on {:?} image {} generation {} password {} busy {:?} fault {:?} last {:?}",
            server.name,
            server.flavor,
            server.power,
            server.phase,
            server.details.recycled.is_some(),
            server.host,
            world.own_image(server.image).map_or(server.image.0.to_string(), |own| own.image.name.to_string()),
            server.image_generation,
            server.password_generation,
            server.busy.map(|busy| busy.activity),
            server.fault,
            server.last.as_ref().map(|last| (last.activity, last.ended, last.fault.clone())),
        )
        .unwrap();
        writeln!(
            text,
            "  {} orders, locked {}, resized from {:?}",
            server.orders.len(),
            server.details.locked,
            server.details.resized_from,
        )
        .unwrap();
        for volume in &server.details.volumes {
            let Volume { id: _, device, size_gib, class, delete_with_server } = volume;
            writeln!(text, "  {device} {size_gib} {class} {delete_with_server}").unwrap();
        }
        if let Some(key) = &server.details.key_name {
            writeln!(text, "  lets in {key}").unwrap();
        }
        if !server.details.metadata.is_empty() {
            writeln!(text, "  metadata {:?}", server.details.metadata).unwrap();
        }
        if !server.details.security_groups.is_empty() {
            writeln!(text, "  groups {:?}", server.details.security_groups).unwrap();
        }
        for nic in server.details.nics.iter().filter(|nic| nic.subnet.is_some()) {
            writeln!(
                text,
                "  nic {} in {:?} shares {:?} groups {:?} goes {}",
                nic.address,
                nic.subnet.map(|id| id.0),
                nic.virtual_addresses,
                nic.security_groups.iter().map(|id| id.0).collect::<Vec<_>>(),
                nic.delete_with_server,
            )
            .unwrap();
        }
    }
    let mut balancers: Vec<_> = world.balancers().collect();
    balancers.sort_by_key(|balancer| balancer.name.clone());
    for balancer in balancers {
        let backends: Vec<_> = balancer
            .backends
            .iter()
            .map(|backend| format!("{}*{}", name_of(backend.server), backend.weight))
            .collect();
        let ports: Vec<_> = balancer.listeners.iter().map(|listener| listener.port).collect();
        let members: Vec<_> = balancer
            .listeners
            .iter()
            .flat_map(|one| one.members.iter().map(|member| (one.port, member)))
            .map(|(at, one)| format!("{at}: {}:{}*{}", name_of(one.server), one.port, one.weight))
            .collect();
        writeln!(
            text,
            "balancer {} {:?} busy {} ports {ports:?} backends {backends:?} members {members:?}",
            balancer.name,
            balancer.state,
            balancer.busy.is_some(),
        )
        .unwrap();
        if !balancer.security_groups.is_empty() {
            writeln!(text, "  groups {:?}", balancer.security_groups).unwrap();
        }
        for (listener, rule) in balancer.rules() {
            tell_rule(&mut text, balancer, listener, rule, &name_of);
        }
    }
    let mut things = Vec::new();
    for asset in world.assets() {
        let disk = match asset {
            Asset::Disk(disk) => disk,
            Asset::ServerGroup(group) => {
                let members: Vec<_> = world.members(group.id).map(name_of).collect();
                things.push(format!("group {} of {members:?}\n", group.name));
                continue;
            }
            Asset::Image(own) => {
                let OwnImage { image, description, region, phase, held_by, shares, .. } = own;
                let (name, held, shares) = (&image.name, held_by.is_some(), shares.len());
                things.push(format!(
                    "image {name} {description:?} in {region:?} {phase:?} held {held} shared {shares}\n"
                ));
                continue;
            }
            Asset::ScheduledEvent(event) => {
                let (name, stage) = (name_of(event.server), event.stage);
                things.push(format!("event {name} leaves {} {stage:?}\n", event.host));
                continue;
            }
            Asset::KeyPair(_)
            | Asset::Vpc(_)
            | Asset::Subnet(_)
            | Asset::SecurityGroup(_)
            | Asset::Interface(_)
            | Asset::PublicAddress(_)
            | Asset::Gateway(_)
            | Asset::LaunchTemplate(_)
            | Asset::Webhook(_)
            | Asset::DeadLetter(_) => {
                writeln!(text, "asset {:?}", asset.key()).unwrap();
                continue;
            }
        };
        let mut servers: Vec<_> = disk.attached_to.iter().map(|one| name_of(one.server)).collect();
        // Which of several got it first is the driver's to choose.
        servers.sort();
        let held = disk.held_by.len();
        let (name, size, phase) = (&disk.name, disk.size_gib, disk.phase);
        things.push(format!("disk {name} {size} {phase:?} in {servers:?} held {held}\n"));
    }
    things.sort();
    text += &things.concat();
    let mut jobs: Vec<_> = world.jobs().collect();
    let own = |job: &model::Job| &*job.principal == "regiment";
    jobs.sort_by_key(|job| if own(job) { (1, u128::from(job.id.0)) } else { (0, job.request.0) });
    for job in jobs {
        let whose = if own(job) { "of its own".to_owned() } else { job.request.0.to_string() };
        writeln!(text, "job {whose} {} {:?}", job.operation.name(), job.outcome()).unwrap();
        if let Some(course) = &job.course {
            let Mark { wave, opened, unopened, gate, stopped } = course.mark;
            let held = gate.map(|gate| gate.held);
            writeln!(
                text,
                "  wave {wave} opened {opened} unopened {unopened} held {held:?} stopped {stopped:?}"
            )
            .unwrap();
        }
        for (sub, index) in job.subs.iter().zip(0..) {
            let target = match &sub.target {
                SubTarget::Known(Target::Server(id)) => name_of(*id),
                SubTarget::Known(Target::Balancer(id)) => {
                    world.balancer(*id).map_or("gone".into(), |balancer| balancer.name.clone())
                }
                SubTarget::Known(Target::Disk(id)) => {
                    world.disk(job.project, *id).map_or("gone".into(), |disk| disk.name.clone())
                }
                SubTarget::Known(Target::Image(id)) => {
                    world.image(*id).map_or("gone".into(), |image| image.name.clone())
                }
                SubTarget::Unknown(words) => words.clone(),
            };
            writeln!(
                text,
                "  {target} {:?} step {} retries {} fault {:?}",
                sub.state, sub.step, sub.retries, sub.fault
            )
            .unwrap();
            for attempt in job.attempts(index) {
                writeln!(text, "    tried in vain: {:?}", attempt.fault).unwrap();
            }
        }
    }
    let usage = world.usage(PROJECT);
    writeln!(text, "usage {} servers {} vcpus {} MiB", usage.servers, usage.vcpus, usage.ram_mib)
        .unwrap();
    text
}

fn tell_rule(
    text: &mut String,
    balancer: &LoadBalancer,
    listener: &Listener,
    rule: &ForwardingRule,
    name_of: &dyn Fn(ServerId) -> Arc<str>,
) {
    let spell = |rule: &ForwardingRule| format!("{}{}", rule.domain, rule.path);
    let members: Vec<_> = rule
        .members
        .iter()
        .map(|one| format!("{}:{}*{}", name_of(one.server), one.port, one.weight))
        .collect();
    write!(text, "  rule {} {} by {}", listener.port, spell(rule), rule.scheduler).unwrap();
    if listener.default_domain.as_ref() == Some(&rule.domain) {
        text.push_str(" by default");
    }
    if let Some(certificates) = &rule.certificates {
        write!(text, " with {}", certificates.own).unwrap();
    }
    if let Some(way) = &rule.redirection {
        let (at, to) = balancer.rule(way.to).expect("it leads somewhere");
        write!(text, " leads to {} {} ({})", at.port, spell(to), way.code).unwrap();
    }
    writeln!(text, " members {members:?}").unwrap();
}
