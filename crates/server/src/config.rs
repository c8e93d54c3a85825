//! Everything that can be set of a server, as one plain value.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use regiment_core::limits;
use regiment_core::model::{ProjectId, Role};
use regiment_core::vault::Secret;
use regiment_dialects::Dialect;
use regiment_dialects::rates::Rate;
use regiment_dialects::rules::Rule;
use regiment_drivers::sim::Pace;

/// What one server is started with. Start from [`Config::default`] and change what matters.
#[derive(Clone)]
pub struct Config {
    /// Where plain HTTP is served. Port 0 takes any free one.
    pub listen: SocketAddr,
    /// Serve plain HTTP on an address that others can reach.
    pub insecure: bool,
    pub tls: Tls,
    /// Where TLS is served; absent: the address of `listen` and [`TLS_PORT`].
    pub tls_listen: Option<SocketAddr>,
    pub storage: Storage,
    /// The key of the vault, when it is not to be kept in the data folder.
    pub key: Option<Secret>,
    /// Servers made at the first start.
    pub fleet: u32,
    pub pace: Pace,
    /// One in so many simulated servers does not shut down when asked to.
    pub stubborn: Option<NonZeroU32>,
    pub machines: Machines,
    /// Where ids and jitter come from; absent: chance.
    pub seed: Option<u64>,
    pub credential: Option<GivenCredential>,
    /// Hosts that are to be taken out of service, whose servers are told to leave.
    pub maintain: Vec<Maintenance>,
    /// How often projects may ask; none: as often as they like.
    pub rates: Vec<Rate>,
    /// What goes wrong on purpose from the start.
    pub rules: Vec<Rule>,
    /// The name of the first project, and of its zones without their letter.
    pub region: String,
    /// How long finished jobs are readable.
    pub retention: Duration,
    /// Threads that answer requests; absent: one for each core.
    pub workers: Option<usize>,
    pub dialects: &'static [&'static dyn Dialect],
    pub http: HttpLimits,
    pub deliveries: Deliveries,
}

/// How webhooks are told.
#[derive(Clone, Copy, Debug)]
pub struct Deliveries {
    /// Tries for one event before it becomes a dead letter.
    pub attempts: u32,
    /// For one try, its answer included.
    pub timeout: Duration,
    /// Before the second try, doubled for each further one …
    pub backoff: Duration,
    /// … but never longer.
    pub backoff_max: Duration,
}

impl Default for Deliveries {
    /// In all six to nine minutes, in which most that broke is back.
    fn default() -> Deliveries {
        Deliveries {
            attempts: 10,
            timeout: Duration::from_secs(10),
            backoff: Duration::from_secs(1),
            backoff_max: Duration::from_mins(5),
        }
    }
}

/// Where TLS is served unless said otherwise.
pub const TLS_PORT: u16 = 7443;

/// Where plain HTTP is served unless said otherwise.
pub const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7373);

/// Servers made at the first start unless said otherwise.
pub const FLEET: u32 = 20;

/// What servers are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Machines {
    #[default]
    Simulated,
    /// One process of QEMU each.
    Real(RealMachines),
}

/// What can be set of real machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RealMachines {
    /// Programs, by path or by name.
    pub qemu: PathBuf,
    pub qemu_img: PathBuf,
    pub acceleration: Acceleration,
    /// Shares of this machine that servers are placed on; none: all of it is one.
    pub hosts: Vec<HostShare>,
    pub overcommit: Overcommit,
    pub network: GuestNetwork,
}

impl Default for RealMachines {
    fn default() -> RealMachines {
        RealMachines {
            qemu: "qemu-system-x86_64".into(),
            qemu_img: "qemu-img".into(),
            acceleration: Acceleration::Auto,
            hosts: Vec::new(),
            overcommit: Overcommit::default(),
            network: GuestNetwork::default(),
        }
    }
}

/// How guests are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceleration {
    /// By the processor if a guest really boots that way here.
    Auto,
    /// By the processor itself.
    Kvm,
    /// By translation, which works everywhere and is slow.
    Tcg,
}

/// A share of a machine that servers are placed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostShare {
    pub name: String,
    pub vcpus: u32,
    pub ram_mib: u32,
}

/// How much of each is given away for what there is, in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overcommit {
    pub vcpus: u32,
    pub ram: u32,
}

impl Default for Overcommit {
    /// Most guests leave their processors idle most of the time, and none gives memory back.
    fn default() -> Overcommit {
        Overcommit { vcpus: 800, ram: 100 }
    }
}

/// What guests reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GuestNetwork {
    /// Nothing: they are only reached.
    #[default]
    Closed,
    /// All that this machine reaches, its own services included.
    Open,
}

/// Where state is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Nowhere: it ends with the process.
    Ephemeral,
    Folder(PathBuf),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    #[default]
    Off,
    /// A certificate from an authority of our own, made at the first start.
    Auto,
    /// PEM files: a certificate chain and its private key.
    Files { chain: PathBuf, key: PathBuf },
}

/// A host that is to be taken out of service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    pub host: String,
    /// How long before it leaves this is told, the first time.
    pub notice: Duration,
}

/// How long before a host leaves its servers are told, unless said otherwise: the longest that the
/// vendor names.
pub const NOTICE: Duration = Duration::from_hours(72);

/// A credential that is given rather than made up.
#[derive(Clone, Debug)]
pub struct GivenCredential {
    pub access_key: String,
    pub secret_key: Secret,
    pub project: ProjectId,
    pub role: Role,
}

/// What a client may take up.
#[derive(Clone, Copy, Debug)]
pub struct HttpLimits {
    /// Connections at a time; more wait in the system's queue. Each costs two file descriptors'
    /// worth of memory and at most [`head_bytes`](Self::head_bytes) of buffer.
    pub connections: usize,
    /// The head of a request. A signed GET with 100 ids is about 8 KiB.
    pub head_bytes: usize,
    /// Header lines; clients send about 15.
    pub headers: usize,
    /// Bytes of bodies in memory, over all connections.
    pub bodies_bytes: usize,
    /// For a whole head, and how long a connection may be idle.
    pub head_timeout: Duration,
    /// For a whole body.
    pub body_timeout: Duration,
    /// For a client that does not take its answer.
    pub write_timeout: Duration,
    pub handshake_timeout: Duration,
    /// Streams of events at a time. Each is a connection and one piece of some tens of KiB.
    pub streams: usize,
    /// How long a stream says nothing: shorter than proxies and clients take for its end.
    pub heartbeat: Duration,
}

impl Default for HttpLimits {
    fn default() -> HttpLimits {
        HttpLimits {
            connections: 4_096,
            head_bytes: 64 << 10,
            headers: 100,
            bodies_bytes: 256 << 20,
            head_timeout: Duration::from_mins(1),
            body_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            handshake_timeout: Duration::from_secs(10),
            streams: 256,
            heartbeat: Duration::from_secs(15),
        }
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            listen: LISTEN,
            insecure: false,
            tls: Tls::Off,
            tls_listen: None,
            storage: Storage::Ephemeral,
            key: None,
            fleet: FLEET,
            pace: Pace::Quick,
            stubborn: None,
            machines: Machines::Simulated,
            seed: None,
            credential: None,
            maintain: Vec::new(),
            rates: Vec::new(),
            rules: Vec::new(),
            region: "cn-north-4".to_owned(),
            retention: Duration::from_millis(limits::RETENTION_MS.unsigned_abs()),
            workers: None,
            dialects: regiment_dialects::ALL,
            http: HttpLimits::default(),
            deliveries: Deliveries::default(),
        }
    }
}

impl Config {
    /// A server for a test: keeps nothing, takes free ports.
    pub fn ephemeral() -> Config {
        Config { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), ..Config::default() }
    }
}
