//! How a machine's process is begun: its arguments, as a list that no shell ever sees, and what is
//! taken from it before it runs.

use std::ffi::OsString;
use std::io::{self, Read as _};
use std::net::Ipv4Addr;
use std::process::{Child, ChildStderr, Command, Stdio};

use regiment_core::model::ServerId;
use serde_json::{Value, json};

use super::config::{QemuConfig, Reach};
use super::folder::{
    CONSOLE_LOG, Folder, SEED_FILE, disk_file, initrd_file, kernel_file, volume_file,
};
use super::probe::Way;
use super::record::{DiskRecord, NicRecord, Record, SLOTS};
use super::wire::Lines;

const WORDS_MAX: u64 = 4096;
const LINES_MAX: usize = 20;

/// The agent's port, as QEMU's events name it.
pub const AGENT_PORT: &str = "agent";
pub const CONTROL_SOCKET: &str = "control.sock";
pub const AGENT_SOCKET: &str = "agent.sock";
/// For people: the guest's serial console.
pub const CONSOLE_SOCKET: &str = "console.sock";

/// What a first boot is told by, if not by the agent.
pub const SEED_NODE: &str = "seed";
pub const SEED_DEVICE: &str = "seed-device";

/// No QEMU call that gains rights or begins processes.
const SANDBOX: &str = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";
/// MiB for translated code: enough for a small guest, where QEMU's own measure is a gibibyte.
const TRANSLATED_MIB: u32 = 48;

/// Begins the process. It reads files of its own folder alone, belongs to a session of its own, so
/// that nothing that ends the daemon ends it, and can gain no rights.
pub fn begin(config: &QemuConfig, folder: &Folder, record: &Record) -> io::Result<Child> {
    let user = super::folder::user_of(record.number);
    let mut words: Vec<OsString> = Vec::new();
    if let Some(user) = user {
        // Rights are given up before QEMU is there: its own way of doing so does not go with a
        // sandbox that forbids it.
        words.extend(["setpriv".into(), format!("--reuid={user}").into()]);
        words.push(format!("--regid={user}").into());
        words.push(match kvm_group(config.way) {
            Some(group) => format!("--groups={group}").into(),
            None => "--clear-groups".into(),
        });
        let bare = ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--"];
        words.extend(bare.map(Into::into));
    }
    words.push(config.qemu.clone().into());
    words.extend(arguments(config, record).into_iter().map(Into::into));
    Command::new("setsid")
        .args(words)
        .current_dir(folder.run())
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
}

/// The group that may use the host's processors, if the device is open to one.
fn kvm_group(way: Way) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    let about = match way {
        Way::Kvm => std::fs::metadata("/dev/kvm").ok()?,
        Way::Tcg => return None,
    };
    (about.mode() & 0o060 == 0o060).then_some(about.gid())
}

/// What a process that ended at once had to say, in one line.
pub fn last_words(stderr: ChildStderr) -> String {
    let mut text = String::new();
    // What was read until an error is all there is.
    let _ = stderr.take(WORDS_MAX).read_to_string(&mut text);
    let line = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no reason given");
    line.chars().filter(|c| !c.is_control()).take(300).collect()
}

/// Logs the first of what a process has to say while it runs, and drops the rest: a guest may be able
/// to make it talk without end.
pub fn listen(server: ServerId, stderr: ChildStderr) {
    let Ok(stderr) = tokio::net::unix::pipe::Receiver::from_owned_fd(stderr.into()) else { return };
    tokio::spawn(async move {
        let mut lines = Lines::new(stderr);
        for _ in 0..LINES_MAX {
            let Ok(Some(line)) = lines.next().await else { return };
            tracing::warn!(%server, "QEMU: {}", String::from_utf8_lossy(&line));
        }
        while let Ok(Some(_)) = lines.next().await {}
    });
}

/// Everything that comes from outside is a number here or a file's name made of one; what is not goes
/// as a whole argument that QEMU does not take apart.
pub fn arguments(config: &QemuConfig, record: &Record) -> Vec<String> {
    let mut words = Vec::new();
    let mut put = |name: &str, value: String| words.extend([format!("-{name}"), value]);
    put("name", record.server.to_string());
    put("uuid", record.server.to_string());
    put("display", "none".to_owned());
    put("sandbox", SANDBOX.to_owned());
    put("machine", "q35".to_owned());
    match config.way {
        Way::Kvm => {
            put("accel", "kvm".to_owned());
            put("cpu", "host".to_owned());
        }
        Way::Tcg => {
            put("accel", format!("tcg,tb-size={TRANSLATED_MIB}"));
            put("cpu", "max".to_owned());
        }
    }
    put("m", format!("{}M", record.ram_mib));
    put("smp", record.vcpus.to_string());
    if let Some(kernel) = &record.disk.kernel {
        put("kernel", kernel_file(record.disk.number));
        if kernel.initrd.is_some() {
            put("initrd", initrd_file(record.disk.number));
        }
        put("append", kernel.command_line.clone());
    }
    let console = format!(
        "socket,id=console,path={CONSOLE_SOCKET},server=on,wait=off,logfile={CONSOLE_LOG},logappend=on"
    );
    put("chardev", console);
    put("serial", "chardev:console".to_owned());
    put("chardev", format!("socket,id=agent-link,path={AGENT_SOCKET},server=on,wait=off"));
    put("device", "virtio-serial-pci".to_owned());
    let port = "name=org.qemu.guest_agent.0";
    put("device", format!("virtserialport,chardev=agent-link,{port},id={AGENT_PORT}"));
    put("qmp", format!("unix:{CONTROL_SOCKET},server=on,wait=off"));
    let file = disk_file(record.disk.number);
    let boot = json!({
        "driver": "qcow2", "node-name": "boot", "discard": "unmap",
        "file": { "driver": "file", "filename": file },
    });
    put("blockdev", boot.to_string());
    // A kernel that is started directly is what boots first.
    let first = if record.disk.kernel.is_none() { ",bootindex=0" } else { "" };
    put("device", format!("virtio-blk-pci,drive=boot{first}"));
    // After the boot disk, so that it is the first the guest finds.
    for slot in 0..SLOTS {
        put("device", format!("pcie-root-port,id=slot{slot},chassis={0},slot={0}", slot + 1));
    }
    if record.disk.cloud_init {
        // Behind all others, so that data disks have the letters that they have without it.
        put("device", format!("pcie-root-port,id=seed-port,chassis={0},slot={0}", SLOTS + 1));
        let seed = json!({
            "driver": "raw", "node-name": SEED_NODE, "read-only": true,
            "file": { "driver": "file", "filename": SEED_FILE, "read-only": true },
        });
        put("blockdev", seed.to_string());
        put(
            "device",
            format!("virtio-blk-pci,id={SEED_DEVICE},drive={SEED_NODE},bus=seed-port,serial=seed"),
        );
    }
    for (place, nic) in record.nics.iter().enumerate() {
        let forwarded = record.ssh_port.filter(|_| place == 0);
        put("netdev", netdev(nic, config.reach, forwarded).to_string());
        put("device", nic_device(nic).to_string());
    }
    for disk in &record.disks {
        put("blockdev", blockdev(disk).to_string());
        put("device", disk_device(disk).to_string());
    }
    words.extend(["-nodefaults", "-no-user-config", "-no-shutdown"].map(str::to_owned));
    words
}

/// A network of the guest's own, in which it has the address that the plane gave it.
pub fn netdev(nic: &NicRecord, reach: Reach, ssh_port: Option<u16>) -> Value {
    let own = nic.address.octets();
    let [a, b, c, d] = own;
    let at = |last| Ipv4Addr::new(a, b, c, last).to_string();
    // QEMU needs two addresses there for itself.
    let mut free = [1, 2, 3].into_iter().filter(|last| *last != d);
    let (gateway, names) = (free.next().unwrap_or(1), free.next().unwrap_or(2));
    let mut netdev = json!({
        "type": "user", "id": format!("net{}", nic.slot), "ipv6": false,
        "net": format!("{}/24", at(0)), "host": at(gateway), "dns": at(names), "dhcpstart": at(d),
        "restrict": match reach { Reach::Closed => true, Reach::Open => false },
    });
    if let Some(port) = ssh_port {
        let forward = format!("tcp:127.0.0.1:{port}-{}:22", nic.address);
        netdev["hostfwd"] = json!([{ "str": forward }]);
    }
    netdev
}

pub fn nic_device(nic: &NicRecord) -> Value {
    let mac = nic.mac.map(|byte| format!("{byte:02x}")).join(":");
    json!({
        "driver": "virtio-net-pci", "id": device_id(nic.slot), "netdev": format!("net{}", nic.slot),
        "mac": mac, "bus": format!("slot{}", nic.slot),
    })
}

pub fn blockdev(disk: &DiskRecord) -> Value {
    json!({
        "driver": "raw", "node-name": node(disk), "discard": "unmap",
        // Several machines may have it: what they write to it is theirs to agree on.
        "file": { "driver": "file", "filename": volume_file(disk.volume), "locking": "off" },
    })
}

pub fn disk_device(disk: &DiskRecord) -> Value {
    let serial: String = disk.volume.plain().chars().take(20).collect();
    json!({
        "driver": "virtio-blk-pci", "id": device_id(disk.slot), "drive": node(disk),
        "share-rw": true, "serial": serial, "bus": format!("slot{}", disk.slot),
    })
}

pub fn node(disk: &DiskRecord) -> String {
    format!("volume{}", disk.slot)
}

pub fn device_id(slot: u8) -> String {
    format!("device{slot}")
}
