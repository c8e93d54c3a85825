//! What can be set of real machines.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use regiment_core::model::Host;
use regiment_core::vault::Vault;

use super::probe::Way;

/// What guests reach of the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Nothing; only the forwarded port leads in.
    #[default]
    Closed,
    /// All that the host reaches, the host's own services included.
    Open,
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For QEMU's own sockets after its start, and for each of its answers.
    pub control: Duration,
    /// From the start of a guest to its agent's first answer. A guest without anything that has to be
    /// set by its agent counts as started then.
    pub boot: Duration,
    /// For cloud-init to do all that a first boot has to do.
    pub first_boot: Duration,
    /// How long a guest that boots may keep others from booting.
    pub boot_alone: Duration,
    /// For one answer of an agent.
    pub agent: Duration,
    /// For a guest that was asked to go down. It is asked twice.
    pub down: Duration,
    /// For a process that was told to end, before it is killed.
    pub end: Duration,
    /// For a guest to let go of a device.
    pub unplug: Duration,
    /// For a guest's memory to be written down.
    pub dump: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            control: Duration::from_secs(15),
            boot: Duration::from_mins(3),
            first_boot: Duration::from_mins(10),
            boot_alone: Duration::from_secs(30),
            agent: Duration::from_secs(10),
            down: Duration::from_secs(30),
            end: Duration::from_secs(5),
            unplug: Duration::from_secs(10),
            dump: Duration::from_mins(2),
        }
    }
}

/// What can be set of real machines.
#[derive(Clone)]
pub struct QemuConfig {
    /// The data folder: machines, disks and images lie in it.
    pub data: PathBuf,
    pub qemu: PathBuf,
    pub qemu_img: PathBuf,
    pub way: Way,
    /// Shares of this machine, with what each may give away. Names are unique.
    pub hosts: Vec<Host>,
    /// Guests that may boot at a time. More make each slower and none earlier.
    pub boots_max: usize,
    pub reach: Reach,
    pub patience: Patience,
    /// Seals passwords that wait for a start.
    pub vault: Arc<dyn Vault>,
}

impl fmt::Debug for QemuConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let QemuConfig { data, qemu, qemu_img, way, hosts, boots_max, reach, patience, vault: _ } =
            self;
        f.debug_struct("QemuConfig")
            .field("data", data)
            .field("qemu", qemu)
            .field("qemu_img", qemu_img)
            .field("way", way)
            .field("hosts", hosts)
            .field("boots_max", boots_max)
            .field("reach", reach)
            .field("patience", patience)
            .finish()
    }
}
