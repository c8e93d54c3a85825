//! What is written down of a machine, so that the next daemon finds all of it. Lies where only the
//! daemon's own user can write: the process of the machine is not to be trusted with it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use regiment_core::driver::{DiskPlan, Finding, Login};
use regiment_core::model::{ImageId, Nic, PortId, Power, ServerId, VolumeId};
use regiment_core::vault::Sealed;
use serde::{Deserialize, Serialize};

use super::image::Kernel;
use super::process::ProcessId;

const FILE: &str = "machine.json";
/// Interfaces and data disks that a machine has room for. Each costs every guest a little of its
/// start.
pub const SLOTS: Slot = 8;
/// Far more than one ever has.
const BYTES_MAX: u64 = 1 << 20;

/// One machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub server: ServerId,
    /// Unlike that of any other machine: its user is made of it.
    pub number: u32,
    pub host: Arc<str>,
    pub vcpus: u32,
    pub ram_mib: u32,
    pub boot_gib: u32,
    /// What the guest was last told to call itself.
    pub hostname: Option<Arc<str>>,
    pub disk: BootDisk,
    /// Disks that came before it, kept until it has run.
    #[serde(default)]
    pub old_disks: Vec<u32>,
    pub image_generation: u32,
    pub password_generation: u32,
    /// What the guest is to be told when its agent answers next.
    #[serde(default)]
    pub pending: Pending,
    /// The last restart done.
    pub restarted_for: Option<u64>,
    pub nics: Vec<NicRecord>,
    pub disks: Vec<DiskRecord>,
    /// Where the host forwards to the guest's SSH.
    pub ssh_port: Option<u16>,
    /// The process, as long as one is to run.
    pub process: Option<ProcessId>,
}

/// The boot disk and what it was made from.
#[expect(clippy::struct_excessive_bools, reason = "a row of facts, each by itself")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootDisk {
    /// Counts the disks that this machine ever had.
    pub number: u32,
    pub image: ImageId,
    pub admin_user: Arc<str>,
    /// Whether its system understands hashes of passwords.
    pub takes_hashes: bool,
    pub agent: bool,
    pub cloud_init: bool,
    /// Whether cloud-init has yet to do what a first boot has to do.
    #[serde(default)]
    pub first_boot: bool,
    /// What cloud-init is told at every start. In base64.
    #[serde(default)]
    pub user_data: Option<Arc<str>>,
    pub kernel: Option<Kernel>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pending {
    pub password: Option<PendingPassword>,
    pub public_key: Option<Arc<str>>,
    /// In base64.
    pub user_data: Option<Arc<str>>,
}

impl Pending {
    /// For a disk that was not booted yet. Where there is cloud-init, user data is the disk's own.
    pub fn of(disk: &BootDisk, login: Login, password: Option<PendingPassword>) -> Pending {
        let Login { public_key, user_data } = login;
        Pending { password, public_key, user_data: user_data.filter(|_| !disk.cloud_init) }
    }

    /// Whether the guest is not what was ordered as long as this was not done.
    pub const fn matters(&self) -> bool {
        self.password.is_some() || self.public_key.is_some()
    }

    /// What the guest can only be told by an agent.
    pub fn needs_agent(&self, disk: &BootDisk) -> bool {
        if disk.cloud_init {
            self.password.as_ref().is_some_and(|password| !password.crypted)
        } else {
            self.matters()
        }
    }
}

/// A password under seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingPassword {
    pub sealed: Sealed,
    /// Whether it is a hash.
    pub crypted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NicRecord {
    pub port: PortId,
    pub mac: [u8; 6],
    pub address: Ipv4Addr,
    pub slot: Slot,
}

/// Where a device that comes and goes is plugged in.
pub type Slot = u8;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskRecord {
    pub volume: VolumeId,
    pub device: Arc<str>,
    pub size_gib: u32,
    pub slot: Slot,
}

impl DiskRecord {
    pub fn is(&self, plan: &DiskPlan) -> bool {
        DiskPlan::from(self) == *plan
    }
}

impl From<&DiskRecord> for DiskPlan {
    fn from(disk: &DiskRecord) -> DiskPlan {
        DiskPlan { volume: disk.volume, device: disk.device.clone(), size_gib: disk.size_gib }
    }
}

impl NicRecord {
    pub fn is(&self, nic: &Nic) -> bool {
        (self.port, self.mac, self.address) == (nic.port, nic.mac, nic.address)
    }
}

impl Record {
    /// The first place with no device in it.
    pub fn free_slot(&self) -> Option<Slot> {
        let taken = |slot| {
            self.nics.iter().any(|nic| nic.slot == slot)
                || self.disks.iter().any(|disk| disk.slot == slot)
        };
        (0..SLOTS).find(|slot| !taken(*slot))
    }

    pub fn finding(&self, power: Power) -> Finding {
        Finding {
            server: self.server,
            power,
            host: self.host.clone(),
            image_generation: self.image_generation,
            password_generation: self.password_generation,
            nics: Some(self.nics.iter().map(|nic| nic.port).collect()),
            disks: self.disks.iter().map(DiskPlan::from).collect(),
        }
    }

    /// Reads the record of the machine in a folder.
    pub fn read(folder: &Path) -> io::Result<Record> {
        let file = File::open(folder.join(FILE))?;
        let record = serde_json::from_reader(io::Read::take(file, BYTES_MAX));
        record.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// Writes it whole and durable, or not at all.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let draft = folder.join("machine.json.new");
        let mut file = File::create(&draft)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(&draft, folder.join(FILE))?;
        File::open(folder)?.sync_all()
    }
}
