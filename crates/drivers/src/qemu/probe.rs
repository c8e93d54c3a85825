//! Whether a guest really boots here, and how: by booting one.
//!
//! A device that can be opened proves nothing: there are hosts where it takes orders, runs a
//! guest's firmware and never brings its kernel up. So a kernel is started with a first file system of
//! one program, which says a word and switches the machine off. What came of it is kept, as long as
//! neither QEMU nor the host's boot is another.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::images::cpio::{Archive, Device};
use crate::images::tools::{self, Tool, ToolError, run};
use crate::images::{Library, StoredImage};

pub const QEMU: Tool = Tool { program: "qemu-system-x86_64", package: "qemu-system-x86" };
const SETSID: Tool = Tool { program: "setsid", package: "util-linux" };
const SETPRIV: Tool = Tool { program: "setpriv", package: "util-linux" };

/// What a guest that boots at all needs under KVM, several times over.
const KVM_PATIENCE: Duration = Duration::from_secs(15);
/// The same where every instruction is translated, on a machine that has other things to do.
const TCG_PATIENCE: Duration = Duration::from_mins(2);
/// What is read of a guest's console, and of QEMU's last words.
const SAID_MAX: usize = 64 << 10;

const KVM_DEVICE: &str = "/dev/kvm";
/// Below the data folder.
const CACHE: &str = "accelerator.toml";
/// The user whose rights a probe has when ours are too many.
const NOBODY: u32 = 65_534;

/// How guests are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// On the host's own processors.
    Kvm,
    /// Every instruction translated.
    Tcg,
}

impl Way {
    pub const fn name(self) -> &'static str {
        match self {
            Way::Kvm => "KVM",
            Way::Tcg => "TCG",
        }
    }
}

/// What the probe found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub way: Way,
    /// Why it is this way and no faster one.
    pub why: String,
    /// How long a guest took to its first program; absent when there was no kernel to try it with.
    pub booted_ms: Option<u64>,
    /// What this is true of.
    pub circumstances: Circumstances,
}

/// A finding holds as long as these are the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circumstances {
    pub qemu: PathBuf,
    /// As QEMU says it, e.g. `10.0.2`.
    pub version: String,
    /// Of the host: another boot may have other firmware settings, modules and microcode.
    pub boot: String,
    /// Who may open the device for KVM.
    pub device: String,
    pub user: u32,
}

/// Why no guest boots here at all.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    #[error(transparent)]
    Tool(#[from] ToolError),
    #[error("{}: {error}", path.display())]
    Io { path: PathBuf, error: io::Error },
    #[error("QEMU boots no guest here: {0}")]
    NoBoot(String),
}

/// What was found the last time, if it still holds; else a guest is booted and the finding kept.
pub fn recall(data: &Path) -> Result<Finding, ProbeError> {
    let circumstances = Circumstances::now()?;
    let kept = fs::read_to_string(data.join(CACHE)).ok();
    let kept = kept.and_then(|text| toml::from_str::<Finding>(&text).ok());
    match kept.filter(|kept| kept.circumstances == circumstances) {
        Some(kept) => Ok(kept),
        None => probe(data),
    }
}

/// Boots a guest, and keeps what came of it.
pub fn probe(data: &Path) -> Result<Finding, ProbeError> {
    let circumstances = Circumstances::now()?;
    let Some(kernel) = kernel(data) else {
        // Not kept: there will be a kernel once there is an image.
        let why = "there is no kernel to try KVM with; build an image first".to_owned();
        return Ok(Finding { way: Way::Tcg, why, booted_ms: None, circumstances });
    };
    let room = Room::make(data, &kernel)?;
    let tries = try_kvm(&room, &circumstances.qemu);
    let finding = match tries {
        Ok(took) => Finding {
            way: Way::Kvm,
            why: "a guest booted under KVM".to_owned(),
            booted_ms: Some(millis(took)),
            circumstances,
        },
        Err(why) => {
            let took = room
                .boot(&circumstances.qemu, Way::Tcg, TCG_PATIENCE)
                .map_err(ProbeError::NoBoot)?;
            Finding { way: Way::Tcg, why, booted_ms: Some(millis(took)), circumstances }
        }
    };
    drop(room);
    keep(data, &finding)?;
    Ok(finding)
}

fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

fn try_kvm(room: &Room, qemu: &Path) -> Result<Duration, String> {
    if !Path::new(KVM_DEVICE).exists() {
        return Err(format!("there is no {KVM_DEVICE}"));
    }
    let tried = room.boot(qemu, Way::Kvm, KVM_PATIENCE);
    tried.map_err(|why| format!("no guest boots under KVM: {why}"))
}

fn keep(data: &Path, finding: &Finding) -> Result<(), ProbeError> {
    let path = data.join(CACHE);
    let text = toml::to_string(finding).expect("a finding has nothing that TOML cannot say");
    let draft = data.join(format!(".{CACHE}.{}", std::process::id()));
    let written = fs::write(&draft, text).and_then(|()| fs::rename(&draft, &path));
    written.map_err(|error| ProbeError::Io { path, error })
}

impl Circumstances {
    pub fn now() -> Result<Circumstances, ProbeError> {
        let qemu = QEMU.find()?;
        let said = run(Command::new(&qemu).arg("--version"))?;
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let device = match fs::metadata(KVM_DEVICE) {
            Ok(about) => format!("{:o} {} {}", about.mode() & 0o777, about.uid(), about.gid()),
            Err(_) => "absent".to_owned(),
        };
        Ok(Circumstances {
            qemu,
            version: version_in(&String::from_utf8_lossy(&said)),
            boot: boot.trim().to_owned(),
            device,
            user: rustix::process::geteuid().as_raw(),
        })
    }
}

/// `QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)` is `10.0.2`.
fn version_in(said: &str) -> String {
    let words: Vec<&str> = said.split_whitespace().collect();
    let at = words.iter().position(|word| *word == "version");
    at.and_then(|at| words.get(at + 1)).copied().unwrap_or("unknown").to_owned()
}

/// A kernel to try with: that of the newest image that has one of its own, else the host's.
fn kernel(data: &Path) -> Option<PathBuf> {
    let images = Library::of(data).list().map(|listing| listing.images).unwrap_or_default();
    let of_image = images.iter().rev().find_map(StoredImage::kernel);
    of_image.or_else(|| {
        let release = fs::read_to_string("/proc/sys/kernel/osrelease").ok()?;
        let kernel = PathBuf::from(format!("/boot/vmlinuz-{}", release.trim()));
        fs::File::open(&kernel).ok().map(|_| kernel)
    })
}

/// A folder that the guest's process can read, with what it boots.
struct Room {
    folder: PathBuf,
    user: Option<u32>,
}

const KERNEL_FILE: &str = "kernel";
const INITRD_FILE: &str = "initrd";

impl Room {
    fn make(data: &Path, kernel: &Path) -> Result<Room, ProbeError> {
        let folder = data.join(format!("probe-{}", std::process::id()));
        let at = |path: &Path| {
            let path = path.to_owned();
            move |error| ProbeError::Io { path, error }
        };
        // What a crash left under the same number.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).map_err(at(&folder))?;
        // From here on it is cleared whatever happens.
        let user = rustix::process::geteuid().is_root().then_some(NOBODY);
        let room = Room { folder, user };
        let copy = room.folder.join(KERNEL_FILE);
        fs::copy(kernel, &copy).map_err(at(kernel))?;
        let initrd = room.folder.join(INITRD_FILE);
        fs::write(&initrd, first_file_system()).map_err(at(&initrd))?;
        for file in [&copy, &initrd] {
            fs::set_permissions(file, fs::Permissions::from_mode(0o444)).map_err(at(file))?;
        }
        let closed = fs::Permissions::from_mode(0o700);
        fs::set_permissions(&room.folder, closed).map_err(at(&room.folder))?;
        if let Some(user) = user {
            chown(&room.folder, Some(user), Some(user)).map_err(at(&room.folder))?;
        }
        Ok(room)
    }

    /// How long it took from the start of QEMU to the guest's word; else why the word did not come.
    fn boot(&self, qemu: &Path, way: Way, patience: Duration) -> Result<Duration, String> {
        let mut command = self.command(qemu, way).map_err(|error| error.to_string())?;
        let began = Instant::now();
        let child = command
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("it does not start: {error}"))?;
        let mut running = Running(child);
        let console = listen(running.0.stdout.take());
        let words = listen(running.0.stderr.take());
        let mut said = Vec::new();
        loop {
            let left = patience.saturating_sub(began.elapsed());
            match console.recv_timeout(left) {
                Ok(piece) => said.extend(piece),
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    return Err(format!("it did not come up in {} s", patience.as_secs()));
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    drop(running);
                    return Err(last_line(&words.iter().flatten().collect::<Vec<u8>>()));
                }
            }
            // The console puts a carriage return before the line's end.
            if find(&said, WORD.trim_ascii_end()) {
                return Ok(began.elapsed());
            }
            if said.len() > SAID_MAX {
                return Err("the guest says too much".to_owned());
            }
        }
    }

    /// In a session of its own and without rights, as machines are run.
    fn command(&self, qemu: &Path, way: Way) -> Result<Command, ToolError> {
        let mut command = SETSID.command()?;
        if let Some(user) = self.user {
            command.arg(SETPRIV.find()?);
            command.args([format!("--reuid={user}"), format!("--regid={user}")]);
            command.arg(match kvm_group(way) {
                Some(group) => format!("--groups={group}"),
                None => "--clear-groups".to_owned(),
            });
            command.args(["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--"]);
        }
        command.arg(qemu).args(["-nodefaults", "-no-user-config", "-display", "none"]);
        command.args(["-sandbox", SANDBOX, "-machine", "q35", "-m", "160M", "-no-reboot"]);
        command.args(match way {
            Way::Kvm => ["-accel", "kvm", "-cpu", "host"],
            Way::Tcg => ["-accel", "tcg,tb-size=48", "-cpu", "max"],
        });
        command.args(["-kernel", KERNEL_FILE, "-initrd", INITRD_FILE]);
        command.args(["-append", "console=ttyS0 quiet panic=-1", "-serial", "stdio"]);
        command.env("LC_ALL", "C");
        Ok(command)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // What stays is of no use and does no harm.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

const SANDBOX: &str = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

/// The group that may use the device, if it is open to one.
fn kvm_group(way: Way) -> Option<u32> {
    let about = match way {
        Way::Kvm => fs::metadata(KVM_DEVICE).ok()?,
        Way::Tcg => return None,
    };
    (about.mode() & 0o060 == 0o060).then_some(about.gid())
}

/// A process that does not outlive its use.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What comes out of a pipe, up to a bound, on a thread of its own: a pipe cannot be read with a
/// deadline.
fn listen(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (to, from) = mpsc::channel();
    if let Some(mut pipe) = pipe {
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            let mut all = 0;
            while let Ok(read @ 1..) = pipe.read(&mut piece) {
                all += read;
                if all > 2 * SAID_MAX || to.send(piece[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
    }
    from
}

fn last_line(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let line = text.lines().rfind(|line| !line.trim().is_empty());
    let line = line.unwrap_or("QEMU ended without a word of its guest");
    line.chars().filter(|c| !c.is_control()).take(300).collect()
}

fn find(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}

/// What a guest that is up says.
const WORD: &[u8] = b"regiment: a program runs\n";

fn first_file_system() -> Vec<u8> {
    let mut archive = Archive::default();
    archive.folder("dev");
    // The first program speaks on it.
    archive.device("dev/console", Device { major: 5, minor: 1 });
    archive.file("init", &program());
    archive.finish()
}

/// A program for x86-64 Linux that says the word and switches the machine off: too small to ask a
/// compiler of the host's for it.
fn program() -> Vec<u8> {
    const HEAD: usize = 64 + 56;
    const BASE: u64 = 0x40_0000;
    let length = u32::try_from(WORD.len()).expect("it is short").to_le_bytes();
    let mut code: Vec<u8> = Vec::new();
    code.extend([0xB8, 1, 0, 0, 0]); // mov eax, 1 (write)
    code.extend([0xBF, 1, 0, 0, 0]); // mov edi, 1 (standard output)
    code.extend([0x48, 0x8D, 0x35]); // lea rsi, [rip + word]
    let word_at = code.len();
    code.extend([0; 4]);
    let after = code.len();
    code.push(0xBA); // mov edx, length
    code.extend(length);
    code.extend([0x0F, 0x05]); // syscall
    code.extend([0xB8, 169, 0, 0, 0]); // mov eax, 169 (reboot)
    code.push(0xBF); // mov edi, first magic number
    code.extend(0xFEE1_DEAD_u32.to_le_bytes());
    code.push(0xBE); // mov esi, second magic number
    code.extend(672_274_793_u32.to_le_bytes());
    code.push(0xBA); // mov edx, power off
    code.extend(0x4321_FEDC_u32.to_le_bytes());
    code.extend([0x0F, 0x05]); // syscall
    code.extend([0xEB, 0xFE]); // stay here
    let distance = u32::try_from(code.len() - after).expect("it is short");
    code[word_at..word_at + 4].copy_from_slice(&distance.to_le_bytes());
    code.extend(WORD);

    let size = u64::try_from(HEAD + code.len()).expect("it is short").to_le_bytes();
    let mut file: Vec<u8> = b"\x7FELF\x02\x01\x01".to_vec(); // 64 bits, little-endian, version 1
    file.resize(16, 0);
    file.extend([2, 0, 62, 0, 1, 0, 0, 0]); // executable, x86-64, version 1
    file.extend((BASE + HEAD as u64).to_le_bytes()); // where it begins
    file.extend(64u64.to_le_bytes()); // the program header is behind this one
    file.extend([0; 12]); // no sections, no flags
    file.extend([64, 0, 56, 0, 1, 0, 0, 0, 0, 0, 0, 0]); // sizes; one program header
    file.extend([1, 0, 0, 0, 5, 0, 0, 0]); // to be loaded, readable and executable
    file.extend(0u64.to_le_bytes()); // all of the file
    file.extend(BASE.to_le_bytes());
    file.extend(BASE.to_le_bytes());
    file.extend(size);
    file.extend(size);
    file.extend(0x1000u64.to_le_bytes()); // on a page's border
    debug_assert_eq!(file.len(), HEAD, "the code begins where the header says");
    file.extend(code);
    file
}

/// Whether programs are here that every machine is started by.
pub fn starters() -> Vec<(Tool, Option<PathBuf>)> {
    [SETSID, SETPRIV].map(|tool| (tool, tools::find(tool.program))).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The program is an ordinary one, so the host's kernel can try it; it may not switch this
    /// machine off, which only the first of all processes could, or one with the right to.
    #[cfg(target_arch = "x86_64")]
    #[test]
    fn the_program_says_its_word() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("init");
        fs::write(&file, program()).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = if rustix::process::geteuid().is_root() {
            let mut command = SETPRIV.command().unwrap();
            command.args(["--reuid=65534", "--clear-groups", "--bounding-set=-all"]);
            command.args(["--inh-caps=-all", "--no-new-privs", "--"]).arg(&file);
            command
        } else {
            Command::new(&file)
        };
        let child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut running = Running(child);
        let said = listen(running.0.stdout.take());
        let piece = said.recv_timeout(Duration::from_mins(1)).unwrap();
        assert_eq!(piece, WORD);
    }

    #[test]
    fn a_version_is_read_from_what_qemu_says() {
        let said = "QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)\nCopyright (c) …\n";
        assert_eq!(version_in(said), "10.0.2");
        assert_eq!(version_in("something else"), "unknown");
    }

    #[test]
    fn last_words_are_one_line_without_control_characters() {
        assert_eq!(last_line(b"first\nqemu: no \x1b[31mrights\n\n"), "qemu: no [31mrights");
        assert_eq!(last_line(b"\n"), "QEMU ended without a word of its guest");
    }

    /// A room whose guest is a shell script in QEMU's place.
    fn boot(script: &str, patience: Duration) -> Result<Duration, String> {
        let data = tempfile::tempdir().unwrap();
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(data.path(), open.clone()).unwrap();
        let qemu = data.path().join("qemu");
        fs::write(&qemu, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&qemu, open).unwrap();
        let room = Room::make(data.path(), &qemu).unwrap();
        let booted = room.boot(&qemu, Way::Tcg, patience);
        let folder = room.folder.clone();
        drop(room);
        assert!(!folder.exists());
        booted
    }

    const LONG: Duration = Duration::from_mins(2);

    #[test]
    fn a_guest_that_says_its_word_has_booted() {
        let word = String::from_utf8_lossy(WORD);
        let script =
            format!("test -r kernel && test -r initrd && printf 'x\\r\\n%s' '{word}'; sleep 600");
        assert!(boot(&script, LONG).is_ok());
    }

    #[test]
    fn a_guest_that_stays_silent_has_not() {
        let why =
            boot("echo 'Booting paravirtualized kernel on KVM'; sleep 600", Duration::from_secs(1));
        assert_eq!(why, Err("it did not come up in 1 s".to_owned()));
    }

    #[test]
    fn what_qemu_said_at_its_end_is_the_reason() {
        let why = boot("echo 'qemu: failed to set MSR' >&2; exit 1", LONG);
        assert_eq!(why, Err("qemu: failed to set MSR".to_owned()));
        let why = boot("cat /dev/zero", LONG);
        assert_eq!(why, Err("the guest says too much".to_owned()));
    }

    #[test]
    fn a_finding_is_kept_as_it_was() {
        let data = tempfile::tempdir().unwrap();
        let finding = Finding {
            way: Way::Kvm,
            why: "a guest \"booted\"".to_owned(),
            booted_ms: Some(900),
            circumstances: Circumstances {
                qemu: "/usr/bin/qemu".into(),
                version: "10.0.2".to_owned(),
                boot: "b".to_owned(),
                device: "660 0 104".to_owned(),
                user: 0,
            },
        };
        keep(data.path(), &finding).unwrap();
        let text = fs::read_to_string(data.path().join(CACHE)).unwrap();
        assert_eq!(toml::from_str::<Finding>(&text).unwrap(), finding);
    }
}
