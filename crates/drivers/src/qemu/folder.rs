//! Where things lie: one folder for each machine, and in it one that belongs to its process. What the
//! process can write, the daemon opens with care; what the daemon relies on, the process cannot see.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regiment_core::model::{ServerId, VolumeId};
use rustix::fs::{Mode, OFlags};

use super::image::{self, Manifest};
use super::record::{BootDisk, DiskRecord};

const MACHINES: &str = "machines";
const RUN: &str = "run";
pub const CONSOLE_LOG: &str = "console.log";
const CONSOLE_OLD: &str = "console.old";
/// A console log longer than this is cut …
const CONSOLE_BYTES_MAX: u64 = 1 << 20;
/// … to its newest part of this length.
const CONSOLE_BYTES_KEPT: u64 = 128 << 10;
pub const SEED_FILE: &str = "seed.img";
/// Where a guest's memory was written down.
pub const DUMP_FILE: &str = "memory.dump";

/// Users of machines are numbered from here, where no system has users of its own.
const USERS_FROM: u32 = 2_000_000_000;
const NOBODY: u32 = 65_534;

/// The folder of one machine.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

/// All folders of machines that hold a record, or could.
pub fn all(data: &Path) -> io::Result<Vec<(ServerId, Folder)>> {
    let entries = match fs::read_dir(data.join(MACHINES)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        if let Some(id) = entry.file_name().to_str().and_then(ServerId::parse_dashed) {
            found.push((id, Folder { path: entry.path() }));
        }
    }
    Ok(found)
}

impl Folder {
    pub fn of(data: &Path, server: ServerId) -> Folder {
        // An id is written in digits and dashes, so it names a folder of ours and nothing else.
        Folder { path: data.join(MACHINES).join(server.to_string()) }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the machine's process calls its own.
    pub fn run(&self) -> PathBuf {
        self.path.join(RUN)
    }

    pub fn make(&self, user: Option<u32>) -> io::Result<()> {
        // What an attempt that was cut off left behind is no machine.
        self.remove()?;
        DirBuilder::new().recursive(true).mode(0o700).create(self.run())?;
        if let Some(user) = user {
            chown(self.run(), Some(user), Some(user))?;
        }
        Ok(())
    }

    pub fn remove(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// A path to one of the process's sockets, short enough for any data folder: a socket's name may
    /// have 107 bytes. Good as long as the file is open.
    pub fn socket(&self, name: &str) -> io::Result<(File, PathBuf)> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let run = File::from(rustix::fs::open(self.run(), flags, Mode::empty())?);
        let number = std::os::fd::AsRawFd::as_raw_fd(&run);
        Ok((run, PathBuf::from(format!("/proc/self/fd/{number}/{name}"))))
    }

    /// Lays a fresh boot disk over an image. The image's files are linked, so that it may be taken out
    /// of the data folder while machines go on using it.
    pub fn lay_disk(
        &self,
        data: &Path,
        qemu_img: &Path,
        disk: &BootDisk,
        size: u64,
        user: Option<u32>,
    ) -> io::Result<()> {
        let from = image::folder(data, disk.image);
        self.link(&from.join(image::DISK_FILE), &base_file(disk.number))?;
        if let Some(kernel) = &disk.kernel {
            self.link(&from.join(&kernel.file), &kernel_file(disk.number))?;
            if let Some(initrd) = &kernel.initrd {
                self.link(&from.join(initrd), &initrd_file(disk.number))?;
            }
        }
        let name = disk_file(disk.number);
        let made = Command::new(qemu_img)
            .args(["create", "-q", "-u", "-f", "qcow2", "-F", "qcow2", "-b"])
            .arg(base_file(disk.number))
            .arg(&name)
            .arg(size.to_string())
            .current_dir(&self.path)
            .stdin(Stdio::null())
            .output()?;
        if !made.status.success() {
            let said = String::from_utf8_lossy(&made.stderr).trim().to_owned();
            return Err(io::Error::other(format!("qemu-img: {said}")));
        }
        let draft = self.path.join(&name);
        if let Some(user) = user {
            chown(&draft, Some(user), Some(user))?;
        }
        fs::rename(draft, self.run().join(name))
    }

    pub fn drop_disk(&self, number: u32) -> io::Result<()> {
        let files = [disk_file, base_file, kernel_file, initrd_file];
        files.iter().try_for_each(|file| remove_if_there(&self.run().join(file(number))))
    }

    /// Puts a file of the daemon's under a name of the process's, to be read there by anyone.
    fn link(&self, from: &Path, name: &str) -> io::Result<()> {
        let to = self.run().join(name);
        remove_if_there(&to)?;
        fs::set_permissions(from, Permissions::from_mode(0o444))?;
        match fs::hard_link(from, &to) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                fs::copy(from, &to).map(drop)
            }
            linked => linked,
        }
    }

    /// Makes a data disk, or makes it longer, and has the process see it.
    pub fn plug(&self, data: &Path, disk: &DiskRecord) -> io::Result<()> {
        ensure_volume(data, disk.volume, disk.size_gib)?;
        let to = self.run().join(volume_file(disk.volume));
        remove_if_there(&to)?;
        fs::hard_link(volume_path(data, disk.volume), to)
    }

    pub fn unplug(&self, volume: VolumeId) -> io::Result<()> {
        remove_if_there(&self.run().join(volume_file(volume)))
    }

    /// Puts a seed where the process finds it, for its user's eyes alone.
    pub fn put_seed(&self, seed: &[u8], user: Option<u32>) -> io::Result<()> {
        let draft = self.path.join(SEED_FILE);
        remove_if_there(&draft)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o400).open(&draft)?;
        io::Write::write_all(&mut file, seed)?;
        if let Some(user) = user {
            chown(&draft, Some(user), Some(user))?;
        }
        fs::rename(draft, self.run().join(SEED_FILE))
    }

    pub fn drop_seed(&self) -> io::Result<()> {
        remove_if_there(&self.run().join(SEED_FILE))
    }

    /// Makes room for the memory to be written down: QEMU writes over no earlier one.
    pub fn drop_dump(&self) -> io::Result<()> {
        remove_if_there(&self.run().join(DUMP_FILE))
    }

    /// What was printed on the console and is kept. Nothing when it cannot be read.
    pub fn console(&self) -> String {
        let mut bytes = Vec::new();
        for (path, bound) in [
            (self.path.join(CONSOLE_OLD), CONSOLE_BYTES_KEPT),
            // A little more than the process may write before it is cut.
            (self.run().join(CONSOLE_LOG), CONSOLE_BYTES_MAX * 2),
        ] {
            if let Ok(file) = open_plain(&path, false) {
                // What was read until an error is shown.
                let _ = file.take(bound).read_to_end(&mut bytes);
            }
        }
        let mut text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }

    /// Keeps the console log from growing without end: its newest part is put aside.
    pub fn trim_console(&self) -> io::Result<()> {
        let path = self.run().join(CONSOLE_LOG);
        match path.symlink_metadata() {
            Ok(about) if about.len() > CONSOLE_BYTES_MAX => {}
            Ok(_) | Err(_) => return Ok(()),
        }
        let mut file = open_plain(&path, true)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(CONSOLE_BYTES_KEPT)))?;
        let mut kept = Vec::new();
        (&file).take(CONSOLE_BYTES_KEPT).read_to_end(&mut kept)?;
        fs::write(self.path.join(CONSOLE_OLD), kept)?;
        // The process appends, so it goes on at the new end.
        file.set_len(0)
    }
}

/// Opens a file in a folder that others can write in: no link is followed, nothing but a file is
/// taken, and nobody is waited for.
fn open_plain(path: &Path, write: bool) -> io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let flags = i32::try_from(flags).map_err(io::Error::other)?;
    let file = OpenOptions::new().read(true).write(write).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no file")) }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

pub fn disk_file(number: u32) -> String {
    format!("disk-{number}.qcow2")
}

fn base_file(number: u32) -> String {
    format!("base-{number}.qcow2")
}

pub fn kernel_file(number: u32) -> String {
    format!("kernel-{number}")
}

pub fn initrd_file(number: u32) -> String {
    format!("initrd-{number}")
}

pub fn volume_file(volume: VolumeId) -> String {
    format!("volume-{}.raw", volume.plain())
}

/// Data disks have a life of their own, so they lie beside the machines.
fn volume_path(data: &Path, volume: VolumeId) -> PathBuf {
    data.join("disks").join(format!("{volume}.raw"))
}

/// Makes a data disk of this size, or makes it longer; never shorter.
pub fn ensure_volume(data: &Path, volume: VolumeId, size_gib: u32) -> io::Result<()> {
    let path = volume_path(data, volume);
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
    let size = u64::from(size_gib) << 30;
    if file.metadata()?.len() < size {
        file.set_len(size)?;
    }
    // Machines have users of their own and reach it by links in their folders; nobody else can.
    file.set_permissions(Permissions::from_mode(0o666))
}

pub fn remove_volume(data: &Path, volume: VolumeId) -> io::Result<()> {
    remove_if_there(&volume_path(data, volume))
}

/// The size of an overlay: what was ordered, and never less than its image.
pub fn disk_size(manifest: &Manifest, boot_gib: u32) -> u64 {
    manifest.size.max(u64::from(boot_gib) << 30)
}

/// The user that the machine with this number runs as. None when the daemon itself has no rights to
/// give up.
pub fn user_of(number: u32) -> Option<u32> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let user = USERS_FROM.saturating_add(number);
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    Some(if is_mapped(&map, user) { user } else { NOBODY })
}

/// Whether there is such a user where we run: each line of the map says from where and how many.
fn is_mapped(map: &str, user: u32) -> bool {
    map.lines().any(|line| {
        let mut numbers = line.split_whitespace().map(|word| word.parse::<u64>().ok());
        match (numbers.next().flatten(), numbers.nth(1).flatten()) {
            (Some(first), Some(count)) => (first..first + count).contains(&u64::from(user)),
            (None, _) | (_, None) => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::of(data.path(), ServerId(7));
        folder.make(None).unwrap();
        (data, folder)
    }

    #[test]
    fn folders_are_for_their_owner_and_found_by_their_ids_alone() {
        let (data, folder) = folder();
        let mode = folder.run().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        fs::create_dir(data.path().join("machines/lost+found")).unwrap();
        let found = all(data.path()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0, found[0].1.path()), (ServerId(7), folder.path()));
        folder.remove().unwrap();
        folder.remove().unwrap();
        assert!(all(data.path()).unwrap().is_empty());
    }

    #[test]
    fn a_console_is_cut_and_its_newest_part_stays() {
        let (_data, folder) = folder();
        let log = folder.run().join(CONSOLE_LOG);
        fs::write(&log, "boot\r\nlogin: ").unwrap();
        folder.trim_console().unwrap();
        assert_eq!(folder.console(), "boot\nlogin: \n");
        let mut long = vec![b'.'; 1 << 20];
        long.extend(b"the end");
        fs::write(&log, long).unwrap();
        folder.trim_console().unwrap();
        assert_eq!(log.metadata().unwrap().len(), 0);
        fs::write(&log, " and more\n").unwrap();
        let text = folder.console();
        assert!(text.ends_with("..the end and more\n") && text.len() < 200 << 10);
    }

    #[test]
    fn a_console_that_is_no_file_shows_nothing() {
        let (data, folder) = folder();
        let secret = data.path().join("key");
        fs::write(&secret, "secret").unwrap();
        symlink(&secret, folder.run().join(CONSOLE_LOG)).unwrap();
        assert_eq!(folder.console(), "");
        fs::remove_file(folder.run().join(CONSOLE_LOG)).unwrap();
        fs::create_dir(folder.run().join(CONSOLE_LOG)).unwrap();
        assert_eq!(folder.console(), "");
    }

    #[test]
    fn a_data_disk_grows_and_never_shrinks() {
        let data = tempfile::tempdir().unwrap();
        let volume = VolumeId(9);
        for (size_gib, length) in [(2, 2u64 << 30), (1, 2 << 30), (3, 3 << 30)] {
            ensure_volume(data.path(), volume, size_gib).unwrap();
            assert_eq!(volume_path(data.path(), volume).metadata().unwrap().len(), length);
        }
        remove_volume(data.path(), volume).unwrap();
        remove_volume(data.path(), volume).unwrap();
    }

    #[test]
    fn a_user_must_exist_where_we_run() {
        let whole = "         0          0 4294967295\n";
        let part = "0 100000 65536\n";
        assert!(is_mapped(whole, USERS_FROM) && !is_mapped(part, USERS_FROM));
        assert!(is_mapped(part, NOBODY) && !is_mapped("", NOBODY));
    }
}
