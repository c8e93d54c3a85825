//! What a golden is given: the world before its first request, written as one line a thing.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use regiment_core::apply::{Change, Edited};
use regiment_core::driver::Rejection;
use regiment_core::edits::Put;
use regiment_core::model::{
    Asset, Cidr, Credential, Details, Direction, Disk, DiskPhase, Fault, FaultKind, Flavor, Handle,
    HealthCheck, Hints, Host, Image, ImageId, ImageOrigin, ImagePhase, ImageShare, ImageSource,
    KeyPair, Listener, ListenerId, NetworkId, Nic, OsFamily, OwnImage, Phase, PortId, Power, Probe,
    Project, ProjectId, Protocol, Quota, Reach, RecycleBin, Remote, Role, Rule, SecurityGroup,
    Server, ServerId, Subnet, Tag, Time, Volume, VolumeId, Vpc,
};
use regiment_core::ops::{CreateListeners, CreateLoadBalancers, Operation, device_name};
use regiment_core::vault::Sealed;

use super::doubles::Mishap;

pub const PROJECT: ProjectId = ProjectId(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
pub const OTHER_PROJECT: ProjectId = ProjectId(0xfeed_4567_89ab_cdef_0123_4567_89ab_cdef);
/// 2026-01-02T03:04:05Z.
pub const START: Time = Time(1_767_323_045_000);

/// 2026-01-05T03:04:05Z, when a host that is to be maintained is taken out of service.
const LEAVES_AT: Time = Time(START.0 + 3 * 86_400_000);

const LINUX: ImageId = ImageId(0x1189_efbf_d48b_46ad_a823_94b9_42e2_a000);
const WINDOWS: ImageId = ImageId(0x2289_efbf_d48b_46ad_a823_94b9_42e2_a000);
const NETWORK: NetworkId = NetworkId(0x0dae_26c9_9a70_4392_93f3_87d5_3115_d171);
const SUBNET: NetworkId = NetworkId(0x157e_e789_03ea_45b1_a698_76c9_2660_dd83);

const OTHER_NETWORK: NetworkId = NetworkId(0x2dae_26c9_9a70_4392_93f3_87d5_3115_d172);
/// So small that it is soon full.
const OTHER_SUBNET: NetworkId = NetworkId(0x257e_e789_03ea_45b1_a698_76c9_2660_dd84);
/// The other project's.
const FOREIGN_NETWORK: NetworkId = NetworkId(0x3dae_26c9_9a70_4392_93f3_87d5_3115_d173);
const FOREIGN: Cidr = Cidr { base: Ipv4Addr::new(10, 9, 0, 0), bits: 24 };
const GROUP: NetworkId = NetworkId(0xf0ac_4394_7e4a_4409_9701_ba8b_e283_dbc3);
const OTHER_GROUP: NetworkId = NetworkId(0xf1ac_4394_7e4a_4409_9701_ba8b_e283_dbc4);
const RULES: u128 = 0x07ad_b044_16f5_434a_8af4_0000_0000_0000;
const HOME: Cidr = Cidr { base: Ipv4Addr::new(192, 168, 0, 0), bits: 24 };
const OTHER: Cidr = Cidr { base: Ipv4Addr::new(172, 16, 0, 0), bits: 29 };

/// The public half of the one key pair that there can be.
const PUBLIC_KEY: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC6NYXx9Nd9HG6Asfum+lqDXagbAR8upQFG1gejCctT\
    +K1+Pk+hkK/h+IrC5nnZP8h7Bnm+R3Np39iDBu7TS3p4MToxcfE+5w0pgrPA8YCQIQlt9mxQbKd/D1a/\
    ZlLMFA3MlErb9jK75TGcFiCQbp+9KhQv7KkbobDdoWoLRDGSCQ==";

pub struct Scene {
    pub changes: Vec<Change>,
    pub mishaps: Vec<Mishap>,
    /// Load balancers of the older kind, which not every dialect makes.
    pub classics: Vec<Arc<str>>,
    /// Whether requests must prove who sends them; else they come from the project's key holder.
    pub authenticates: bool,
    /// What the caller may do.
    pub role: Role,
    /// Whether the caller has asked more often than is allowed.
    pub throttled: bool,
}

/// The id of the n-th server of a scene: `616fb98f-46ca-475e-917e-` and n in twelve digits.
pub fn server_id(n: u32) -> ServerId {
    let digits = format!("616fb98f-46ca-475e-917e-{n:012}");
    ServerId::parse_dashed(&digits).expect("decimal digits are hexadecimal")
}

/// The id of the n-th disk of a scene that no server has.
pub fn disk_id(n: u32) -> VolumeId {
    let digits = format!("54667652-3029-4af8-9222-{n:012}");
    VolumeId::parse_dashed(&digits).expect("decimal digits are hexadecimal")
}

impl Scene {
    /// Reads the lines of a `given` section.
    pub fn read(lines: &[String]) -> Result<Scene, String> {
        let mut scene = Scene {
            changes: Vec::new(),
            mishaps: Vec::new(),
            classics: Vec::new(),
            authenticates: false,
            role: Role::Admin,
            throttled: false,
        };
        let mut credentials = Vec::new();
        let mut servers = Vec::new();
        let mut disks = Vec::new();
        let mut keys = Vec::new();
        let mut quota = Quota::default();
        let mut networks_known = false;
        let mut leaving = Vec::new();
        for line in lines {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                [] => {}
                ["server", which, rest @ ..] => {
                    for n in numbers(which)? {
                        servers.push(server(n, rest)?);
                    }
                }
                ["disk", n, rest @ ..] => disks.push(Asset::Disk(disk(number(n)?, rest)?)),
                ["driver", verb, "server", n, what] => {
                    let server = Some(server_id(number(n)?));
                    let verb = (*verb).to_owned();
                    scene.mishaps.push(Mishap { verb, server, rejection: rejection(what)? });
                }
                ["driver", verb, what] => {
                    let verb = (*verb).to_owned();
                    scene.mishaps.push(Mishap { verb, server: None, rejection: rejection(what)? });
                }
                ["quota", "disks", n] => quota.disks = Some(number(n)?),
                ["quota", "servers", n] => quota.servers = Some(number(n)?),
                // Servers on it are told to leave within three days.
                ["maintain", name, zone] => {
                    leaving.push(Change::HostSet(host(name, zone, Some(LEAVES_AT))));
                }
                ["keypair", name] => keys.push(key_pair(name)),
                ["image", n, rest @ ..] => keys.push(own_image(number(n)?, rest)?),
                ["classic", name] => scene.classics.push((*name).into()),
                ["networks"] => networks_known = true,
                ["role", word] => {
                    scene.role = Role::named(word).ok_or(format!("{word} is no role"))?;
                }
                ["throttled"] => scene.throttled = true,
                ["credential", access_key, word] => {
                    let role = Role::named(word).ok_or(format!("{word} is no role"))?;
                    credentials.push(credential(access_key, role));
                }
                ["authenticate"] => scene.authenticates = true,
                _ => return Err(format!("given: {line:?} is not understood")),
            }
        }
        scene.changes = catalog(quota);
        scene.changes.extend(credentials);
        if networks_known {
            scene.changes.push(networks());
        }
        if !servers.is_empty() {
            scene.changes.push(Change::ServersAdded(servers));
        }
        let puts: Vec<Put> = disks.into_iter().chain(keys).map(Put::Asset).collect();
        if !puts.is_empty() {
            scene.changes.push(Change::Edited(Edited { at: START, puts, token: None, job: None }));
        }
        scene.changes.extend(leaving);
        Ok(scene)
    }
}

fn credential(access_key: &str, role: Role) -> Change {
    Change::CredentialAdded(Credential {
        access_key: access_key.into(),
        project: PROJECT,
        secret_key: Sealed(Vec::new()),
        role,
        created_at: Some(START),
    })
}

/// A public load balancer of the older kind.
pub fn classic(name: Arc<str>) -> Operation {
    Operation::CreateLoadBalancers(CreateLoadBalancers {
        names: vec![name],
        reach: Reach::Public,
        routes: false,
        domain_prefix: None,
        network: None,
        subnet: None,
        tags: Vec::new(),
        hints: Hints::new(),
        like: None,
        bare: false,
    })
}

/// What it listens to: HTTP at port 80, for port 8080 of its backends.
pub fn classic_listener() -> Operation {
    let health = HealthCheck {
        on: true,
        timeout_s: 2,
        interval_s: 5,
        healthy_after: 3,
        unhealthy_after: 3,
        http_codes: 31,
        http_path: "/".into(),
        probe: Probe::default(),
    };
    let listener = Listener {
        id: ListenerId(Handle::fold(0)),
        name: "web".into(),
        port: 80,
        backend_port: 8080,
        protocol: Protocol::Http,
        scheduler: "wrr".into(),
        session_s: 0,
        health,
        certificate: None,
        client_certificate: None,
        members: Vec::new(),
        rules: Vec::new(),
        default_domain: None,
        created_at: None,
        hints: Hints::new(),
    };
    Operation::CreateListeners(CreateListeners { listeners: vec![listener] })
}

fn host(name: &str, zone: &str, leaves_at: Option<Time>) -> Host {
    let (name, zone) = (name.into(), zone.into());
    Host { name, zone, vcpus: 64, ram_mib: 262_144, up: true, leaves_at }
}

fn number(word: &str) -> Result<u32, String> {
    word.parse().map_err(|_| format!("{word:?} is not a number"))
}

/// `4` or `1..3`, both ends included.
fn numbers(word: &str) -> Result<std::ops::RangeInclusive<u32>, String> {
    match word.split_once("..") {
        Some((first, last)) => Ok(number(first)?..=number(last)?),
        None => number(word).map(|n| n..=n),
    }
}

fn rejection(word: &str) -> Result<Option<Rejection>, String> {
    Ok(Some(match word {
        "hangs" => return Ok(None),
        "no-capacity" => Rejection::NoCapacity,
        "host-down" => Rejection::HostDown,
        "agent-missing" => Rejection::AgentMissing,
        "agent-refused" => Rejection::AgentRefused,
        "timed-out" => Rejection::TimedOut,
        "fails" => Rejection::Failed("the disk is on fire".into()),
        _ => return Err(format!("{word:?} is no mishap")),
    }))
}

fn server(n: u32, words: &[&str]) -> Result<Server, String> {
    let mut details = details(n);
    let mut server = Server {
        id: server_id(n),
        project: PROJECT,
        order: u64::from(n),
        name: format!("web-{n}").into(),
        flavor: "s6.small.1".into(),
        image: LINUX,
        host: Some("host-a1".into()),
        power: Power::Running,
        phase: Phase::Ready,
        busy: None,
        image_generation: 1,
        password_generation: 1,
        created_at: START.after_ms(-86_400_000),
        updated_at: START.after_ms(-3_600_000),
        launched_at: Some(START.after_ms(-86_390_000)),
        fault: None,
        last: None,
        orders: Vec::new(),
        details: Arc::new(Details::default()),
    };
    for word in words {
        match (*word, word.split_once('=')) {
            ("stopped", _) => server.power = Power::Stopped,
            ("foreign", _) => server.project = OTHER_PROJECT,
            ("bare", _) => details.network = None,
            ("windows", _) => server.image = WINDOWS,
            ("broken", _) => {
                server.phase = Phase::Broken;
                server.power = Power::Stopped;
                server.fault = Some(Arc::new(Fault::from(FaultKind::NoCapacity)));
            }
            (_, Some(("data", size))) => {
                let place = details.volumes.len();
                details.volumes.push(Volume {
                    id: VolumeId(details.volumes[0].id.0 + ((place as u128) << 32)),
                    device: device_name(place),
                    size_gib: number(size)?,
                    class: "SAS".into(),
                    delete_with_server: false,
                });
            }
            (_, Some(("resized-from", name))) => details.resized_from = Some(name.into()),
            (_, Some(("flavor", name))) => server.flavor = name.into(),
            (_, Some(("name", name))) => server.name = name.into(),
            (_, Some(("host", host))) => server.host = Some(host.into()),
            (_, Some(("zone", zone))) => details.zone = zone.into(),
            (_, Some(("key", name))) => details.key_name = Some(name.into()),
            (_, Some(("hours", age))) => {
                server.created_at = START.after_ms(-3_600_000 * i64::from(number(age)?));
            }
            (_, Some(("tag", tag))) => {
                let (key, value) = tag.split_once(':').unwrap_or((tag, ""));
                details.tags.push(Tag { key: key.into(), value: value.into() });
            }
            (_, Some(("hint", hint))) => {
                let (key, value) = hint.split_once('=').unwrap_or((hint, ""));
                details.hints.insert(key.into(), value.into());
            }
            _ => return Err(format!("{word:?} says nothing of a server")),
        }
    }
    server.details = Arc::new(details);
    Ok(server)
}

fn disk(n: u32, words: &[&str]) -> Result<Disk, String> {
    let mut disk = Disk {
        id: disk_id(n),
        project: PROJECT,
        name: format!("disk-{n}").into(),
        description: "".into(),
        zone: "zone-a".into(),
        size_gib: 100,
        class: "SSD".into(),
        shareable: false,
        created_at: START.after_ms(-7_200_000 + i64::from(n)),
        phase: DiskPhase::Ready,
        attached_to: Vec::new(),
        held_by: Vec::new(),
        metadata: BTreeMap::new(),
        tags: Vec::new(),
        hints: BTreeMap::new(),
    };
    for word in words {
        match (*word, word.split_once('=')) {
            ("shareable", _) => disk.shareable = true,
            ("foreign", _) => disk.project = OTHER_PROJECT,
            (_, Some(("zone", zone))) => disk.zone = zone.into(),
            (_, Some(("size", size))) => disk.size_gib = number(size)?,
            _ => return Err(format!("{word:?} says nothing of a disk")),
        }
    }
    Ok(disk)
}

fn key_pair(name: &str) -> Asset {
    Asset::KeyPair(KeyPair {
        project: PROJECT,
        name: name.into(),
        public_key: PUBLIC_KEY.into(),
        fingerprint: "1e:2c:9b:56:79:4b:45:77:f9:ca:7a:98:2c:b0:d5:3c".into(),
        kind: "ssh".into(),
        user: "me".into(),
        created_at: START.after_ms(-7_200_000),
        root: None,
        description: "".into(),
    })
}

/// An image that a project made of a server that is gone.
fn own_image(n: u32, words: &[&str]) -> Result<Asset, String> {
    let mut image = Image {
        id: ImageId(u128::from(n)),
        name: format!("golden-{n}").into(),
        family: OsFamily::Linux,
        os: "Ubuntu 22.04 server 64bit".into(),
        disk_gib_min: 40,
        source: ImageSource::Private,
        admin_user: "root".into(),
        created_at: START.after_ms(-7_200_000 + i64::from(n)),
    };
    let mut own = OwnImage {
        image: Arc::new(image.clone()),
        project: PROJECT,
        description: "".into(),
        region: "ap-guangzhou".into(),
        origin: ImageOrigin::Server(server_id(99)),
        phase: ImagePhase::Ready,
        held_by: None,
        shares: Vec::new(),
        tags: Vec::new(),
        hints: BTreeMap::new(),
    };
    for word in words {
        match (*word, word.split_once('=')) {
            ("windows", _) => image.family = OsFamily::Windows,
            ("not-made", _) => own.phase = ImagePhase::NotMade,
            ("foreign", _) => own.project = OTHER_PROJECT,
            ("shared", _) => {
                let with = if own.project == PROJECT { OTHER_PROJECT } else { PROJECT };
                own.shares.push(ImageShare { with, at: START.after_ms(-3_600_000) });
            }
            (_, Some(("name", name))) => image.name = name.into(),
            (_, Some(("region", region))) => own.region = region.into(),
            _ => return Err(format!("{word:?} says nothing of an image")),
        }
    }
    own.image = Arc::new(image);
    Ok(Asset::Image(own))
}

fn details(n: u32) -> Details {
    Details {
        zone: "zone-a".into(),
        hostname: format!("web-{n}").into(),
        network: Some(NETWORK),
        nics: vec![Nic {
            port: PortId(0x4b5f_e243_2f5f_4c68_9eb2_0000_0000_0000 + u128::from(n)),
            subnet: Some(SUBNET),
            address: Ipv4Addr::from(0xC0A8_0000 + n),
            mac: [0xfa, 0x16, 0x3e, 0, 0, n.to_be_bytes()[3]],
            security_groups: Vec::new(),
            virtual_addresses: Vec::new(),
            delete_with_server: false,
        }],
        volumes: vec![Volume {
            id: VolumeId(0x2f5b_14ed_2889_4d92_aeab_0000_0000_0000 + u128::from(n)),
            device: "/dev/vda".into(),
            size_gib: 40,
            class: "SSD".into(),
            delete_with_server: true,
        }],
        ..Details::default()
    }
}

/// The network of the servers, a second one, a subnet of each, two security groups, and a network of
/// the other project.
fn networks() -> Change {
    let at = START.after_ms(-864_000_000);
    let (project, description): (_, Arc<str>) = (PROJECT, "".into());
    let vpc = |id: NetworkId, name: &str, cidr| {
        let (name, description) = (name.into(), description.clone());
        Asset::Vpc(Vpc { id, project, name, description, cidr, created_at: at })
    };
    let subnet = |id, vpc: NetworkId, name: &str, cidr: Cidr| {
        Asset::Subnet(Subnet {
            id,
            project,
            vpc,
            name: name.into(),
            description: description.clone(),
            cidr,
            gateway: Ipv4Addr::from(cidr.base.to_bits() + 1),
            created_at: at,
        })
    };
    let group = |id: NetworkId, name: &str, rules| {
        let (name, description) = (name.into(), description.clone());
        Asset::SecurityGroup(SecurityGroup {
            id,
            project,
            name,
            description,
            rules,
            created_at: at,
        })
    };
    let rule = |n, direction, protocol: Option<&str>, ports, remote| Rule {
        id: NetworkId(RULES + n),
        direction,
        version: 4,
        protocol: protocol.map(Into::into),
        ports,
        remote,
    };
    let rules = vec![
        rule(1, Direction::Out, None, None, Remote::Anyone),
        rule(2, Direction::In, None, None, Remote::Group(GROUP)),
        rule(3, Direction::In, Some("tcp"), Some((22, 22)), Remote::Range(HOME)),
    ];
    let assets = [
        vpc(NETWORK, "vpc-home", HOME),
        vpc(OTHER_NETWORK, "vpc-other", OTHER),
        Asset::Vpc(Vpc {
            id: FOREIGN_NETWORK,
            project: OTHER_PROJECT,
            name: "vpc-foreign".into(),
            description: description.clone(),
            cidr: FOREIGN,
            created_at: at,
        }),
        subnet(SUBNET, NETWORK, "subnet-home", HOME),
        subnet(OTHER_SUBNET, OTHER_NETWORK, "subnet-other", OTHER),
        group(GROUP, "default", rules),
        group(OTHER_GROUP, "web", Vec::new()),
    ];
    let puts = assets.into_iter().map(Put::Asset).collect();
    Change::Edited(Edited { at, puts, token: None, job: None })
}

/// A project and a foreign one, three flavors, two images, a host in each of two zones.
fn catalog(quota: Quota) -> Vec<Change> {
    let flavor = |name: &str, vcpus, ram_mib| {
        let class = "normal".into();
        Change::FlavorAdded(Flavor { name: name.into(), vcpus, ram_mib, class })
    };
    let host = |name: &str, zone: &str| Change::HostSet(host(name, zone, None));
    let image = |id, name: &str, family, user: &str| {
        Change::ImageAdded(Image {
            id,
            name: name.into(),
            family,
            os: name.into(),
            disk_gib_min: 40,
            source: ImageSource::Public,
            admin_user: user.into(),
            created_at: START.after_ms(-864_000_000),
        })
    };
    let recycle_bin = RecycleBin::default();
    vec![
        Change::ProjectAdded(Project {
            id: PROJECT,
            name: "cn-north-4".into(),
            quota,
            recycle_bin,
        }),
        Change::ProjectAdded(Project {
            id: OTHER_PROJECT,
            name: "cn-north-1".into(),
            quota: Quota::default(),
            recycle_bin,
        }),
        flavor("s6.small.1", 1, 1024),
        flavor("s6.medium.2", 1, 2048),
        flavor("s6.large.2", 2, 4096),
        image(LINUX, "Ubuntu 22.04 server 64bit", OsFamily::Linux, "root"),
        image(WINDOWS, "Windows Server 2022", OsFamily::Windows, "Administrator"),
        host("host-a1", "zone-a"),
        host("host-b1", "zone-b"),
    ]
}
