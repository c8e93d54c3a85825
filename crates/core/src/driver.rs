//! What makes servers real. A driver is told what should be true and reports, once per call, what
//! became of it. Every verb may be repeated: the second time it finds its work done.

use std::sync::Arc;

use crate::model::{
    Fault, Flavor, Host, Image, ImageId, JobId, LoadBalancer, LoadBalancerId, Nic, PortId, Power,
    Server, ServerId, Time, Volume, VolumeId,
};
use crate::ops::Force;
use crate::vault::Secret;
use crate::world::World;

/// Which step of which sub-job a call belongs to. A repeat after a crash carries the same step and
/// may carry another `attempt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StepRef {
    pub job: JobId,
    pub sub: u32,
    pub step: u8,
    pub attempt: u8,
}

/// One call: make this true.
#[derive(Clone, Debug)]
pub struct StepCall {
    pub step: StepRef,
    pub verb: Verb,
}

/// What to make true.
#[derive(Clone, Debug)]
pub enum Verb {
    /// The server exists on some host, stopped.
    Provision {
        server: ServerId,
        plan: Box<Provision>,
    },
    /// It runs. One that stood beside one of `apart_from` is moved first if another host of its zone
    /// has room; where it runs is said if there is anything to be apart from.
    Run {
        server: ServerId,
        /// What its system is to call itself from this start on.
        hostname: Arc<str>,
        apart_from: Vec<ServerId>,
    },
    Stop {
        server: ServerId,
        force: Force,
    },
    /// It was restarted once for `token`. A driver that remembers the token has done it.
    Reboot {
        server: ServerId,
        force: Force,
        token: u64,
    },
    /// Its kernel was made to write down its memory and to start anew, once for `token`.
    Crash {
        server: ServerId,
        token: u64,
    },
    /// There is no such server, and there are none of these data disks. Others it had stay.
    Remove {
        server: ServerId,
        disks: Vec<VolumeId>,
    },
    /// It has this shape. It moves if its host has no room for that, and if it stood beside one of
    /// `apart_from` and another host of its zone has room; never to the host of one of them.
    Shape {
        server: ServerId,
        flavor: Arc<Flavor>,
        apart_from: Vec<ServerId>,
    },
    /// It lives on another host of its zone than this one and those of `apart_from`, running or not
    /// as before.
    Place {
        server: ServerId,
        away_from: Arc<str>,
        apart_from: Vec<ServerId>,
    },
    /// The administrator's password is this one, for the `generation`-th time.
    Password {
        server: ServerId,
        generation: u32,
        password: Secret,
    },
    /// The boot disk is the `generation`-th, made from `image`.
    Image {
        server: ServerId,
        generation: u32,
        image: Arc<Image>,
        password: Option<Secret>,
        login: Login,
    },
    /// The server's interfaces are exactly these, the first one first.
    Nics {
        server: ServerId,
        nics: Vec<Nic>,
    },
    /// The server's data disks are exactly these. One that was there may be larger than it was.
    Disks {
        server: ServerId,
        disks: Vec<DiskPlan>,
    },
    /// There is such a disk, of this size or larger, in a server or not.
    Disk {
        disk: LooseDisk,
    },
    /// There is no such disk.
    NoDisk {
        volume: VolumeId,
    },
    /// There is an image of this id, made of the server's boot disk, running or not.
    Capture {
        server: ServerId,
        image: ImageId,
    },
    /// There is an image of the id `to`, the same as that of the id `from`.
    CopyImage {
        from: ImageId,
        to: ImageId,
    },
    /// There is no image of this id. Servers that were made of it stay.
    NoImage {
        image: ImageId,
    },
    /// The server lets in whoever has the private half of this key and of no other; of none, if it is
    /// absent.
    Key {
        server: ServerId,
        public_key: Option<Arc<str>>,
    },
    /// The load balancer does what this record says.
    Balance {
        balancer: Box<LoadBalancer>,
    },
    Unbalance {
        balancer: LoadBalancerId,
    },
}

impl Verb {
    /// The server it is about, if it is about one.
    pub const fn server(&self) -> Option<ServerId> {
        match self {
            Verb::Provision { server, .. }
            | Verb::Run { server, .. }
            | Verb::Stop { server, .. }
            | Verb::Reboot { server, .. }
            | Verb::Crash { server, .. }
            | Verb::Remove { server, .. }
            | Verb::Shape { server, .. }
            | Verb::Place { server, .. }
            | Verb::Password { server, .. }
            | Verb::Image { server, .. }
            | Verb::Nics { server, .. }
            | Verb::Disks { server, .. }
            | Verb::Capture { server, .. }
            | Verb::Key { server, .. } => Some(*server),
            Verb::Disk { .. }
            | Verb::NoDisk { .. }
            | Verb::CopyImage { .. }
            | Verb::NoImage { .. }
            | Verb::Balance { .. }
            | Verb::Unbalance { .. } => None,
        }
    }
}

/// All a driver needs to make a server.
#[derive(Clone, Debug)]
pub struct Provision {
    pub name: Arc<str>,
    pub hostname: Arc<str>,
    pub zone: Arc<str>,
    pub flavor: Arc<Flavor>,
    pub image: Arc<Image>,
    pub password: Option<Secret>,
    pub login: Login,
    /// The first one first.
    pub nics: Vec<Nic>,
    pub boot_gib: u32,
    /// The data disks.
    pub disks: Vec<DiskPlan>,
    /// It is not placed on the host of any of these, whether or not they are placed yet.
    pub apart_from: Vec<ServerId>,
}

/// What the first boot of a disk is told, beside the password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Login {
    /// In OpenSSH's form, or a certificate.
    pub public_key: Option<Arc<str>>,
    /// In base64, as clients send it.
    pub user_data: Option<Arc<str>>,
}

/// A disk with a life of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LooseDisk {
    pub volume: VolumeId,
    pub zone: Arc<str>,
    pub size_gib: u32,
    pub class: Arc<str>,
}

/// A data disk of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskPlan {
    pub volume: VolumeId,
    pub device: Arc<str>,
    pub size_gib: u32,
}

impl DiskPlan {
    /// The data disks among a server's volumes, the first of which is the boot disk.
    pub fn of(volumes: &[Volume]) -> Vec<DiskPlan> {
        let plan = |volume: &Volume| DiskPlan {
            volume: volume.id,
            device: volume.device.clone(),
            size_gib: volume.size_gib,
        };
        volumes.iter().skip(1).map(plan).collect()
    }
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepReport {
    pub step: StepRef,
    pub result: Result<Done, DriverError>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The host it was placed on, for verbs that choose one.
    pub placed_on: Option<Arc<str>>,
}

/// Why a step is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DriverError {
    /// It will not be: trying again gives the same answer.
    Rejected(Rejection),
    /// Not now: try again later.
    Busy,
    /// The host does not answer; nothing was begun. Try again later.
    Unreachable,
    /// It may have happened. Since every verb may be repeated, it is.
    Unknown,
}

/// Why a driver says no for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    NoCapacity,
    HostDown,
    AgentMissing,
    AgentRefused,
    TimedOut,
    /// The server is not there.
    Missing,
    Failed(Arc<str>),
    /// Somebody ordered that it fail, with this fault.
    Injected(Arc<Fault>),
}

/// What a driver finds of a server when asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub server: ServerId,
    pub power: Power,
    pub host: Arc<str>,
    pub image_generation: u32,
    pub password_generation: u32,
    /// Its interfaces in order. Absent where the driver was not told of them.
    pub nics: Option<Vec<PortId>>,
    /// The data disks.
    pub disks: Vec<DiskPlan>,
}

/// What a driver is told of a server that existed before it was started.
#[derive(Clone, Debug)]
pub struct Adoption {
    pub finding: Finding,
    pub flavor: Arc<Flavor>,
}

/// Tells the engine that a driver has something to collect. May be called from any thread, and more
/// often than there is news.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// What makes servers real.
///
/// Contract: `begin` returns at once; each call handed to it gives exactly one report from
/// `collect`, in any order. A driver whose work ends by itself wakes the engine when a report is
/// ready; one that only waits for time says when in `next_due`.
pub trait Driver: Send {
    /// The machines that servers can be placed on.
    fn hosts(&self) -> Vec<Host>;

    /// Told, before any call on them, of servers that exist without having been ordered from this
    /// driver: at start all that the world knows, later a first fleet or an import.
    fn adopt(&mut self, known: &mut dyn Iterator<Item = Adoption>);

    /// What the calls of the next `begin` are for, told to a driver that wants to know: the world in
    /// which they were decided.
    fn brief(&mut self, _world: &World, _now: Time, _calls: &[StepCall]) {}

    fn begin(&mut self, now: Time, calls: Vec<StepCall>);

    /// The reports that are ready; empty when there is none.
    fn collect(&mut self, now: Time) -> Vec<StepReport>;

    /// When the next report will be ready, as far as that is known beforehand.
    fn next_due(&self) -> Option<Time>;

    fn inspect(&self, server: ServerId) -> Option<Finding>;

    /// A disk that was ordered by itself and is still there.
    fn inspect_disk(&self, volume: VolumeId) -> Option<LooseDisk>;

    /// Whether it has an image that was ordered from it.
    fn has_image(&self, image: ImageId) -> bool;

    /// Whom to tell when there is something to collect. A driver that only waits for time says so in
    /// `next_due` and need not tell.
    fn wake_by(&mut self, _wake: Wake) {}

    /// The servers whose power may be another than the last report on them said, since their machine
    /// died or their guest switched itself off. Each is named once for each time.
    fn changed(&mut self) -> Vec<ServerId> {
        Vec::new()
    }

    /// Every server it has, in no order.
    fn list(&self) -> Vec<ServerId>;

    /// What can be seen of its machines without asking it to do anything.
    fn machines(&self) -> Arc<dyn Machines>;
}

/// A look at machines as they are, from outside the engine and from any thread.
pub trait Machines: Send + Sync {
    /// What the server printed on its console, the oldest first, lines ended by line breaks, as far
    /// as it is kept. Nothing when the driver has no console of the server.
    fn console(&self, server: &Server) -> Option<String>;

    /// Whether the server has an agent that sets passwords.
    fn has_agent(&self, server: ServerId) -> bool;
}

/// No machines at all.
impl Machines for () {
    fn console(&self, _server: &Server) -> Option<String> {
        None
    }

    fn has_agent(&self, _server: ServerId) -> bool {
        false
    }
}
