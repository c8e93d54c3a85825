//! A small Debian that a machine starts from: built from Debian's packages and nothing else, without a
//! boot loader and with an init that brings the agent up first.
//!
//! Every server made from one has keys of its own and no password until it is given one. Deliberately
//! absent: anything fetched from elsewhere, and the machine's own list of packages, which is not
//! touched.

mod apt;
mod kernel;

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use regiment_core::model::ImageId;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use self::kernel::{Modules, unpack};
use super::cpio::{Archive, Device};
use super::library::{Adding, AddingKernel, Change, ImageError, StoredImage, hexadecimal};
use super::manifest::Family;
use super::tools::{self, Tool, ToolError, run};

pub use self::apt::own_release;

const MMDEBSTRAP: Tool = Tool { program: "mmdebstrap", package: "mmdebstrap" };
const MKFS: Tool = Tool { program: "mkfs.ext4", package: "e2fsprogs" };
const CHROOT: Tool = Tool { program: "chroot", package: "coreutils" };
const DPKG_DEB: Tool = Tool { program: "dpkg-deb", package: "dpkg" };

/// Everything a build runs. Asked for before anything begins.
pub const TOOLS: &[Tool] = &[
    MMDEBSTRAP,
    apt::APT_CACHE,
    MKFS,
    CHROOT,
    DPKG_DEB,
    kernel::LZ4,
    kernel::XZ,
    kernel::ZSTD,
    tools::QEMU_IMG,
];

/// What every such image has beside what Debian calls essential.
const PACKAGES: &[&str] = &[
    "qemu-guest-agent",
    // Its init, its clients for addresses, and the first file system.
    "busybox-static",
    // Sets passwords for the agent.
    "passwd",
    "login",
    // Loads modules when the kernel asks for them.
    "kmod",
    // Lets the file system take the whole disk.
    "e2fsprogs",
    "mount",
    "util-linux",
    "iproute2",
    "netbase",
    "procps",
    "ca-certificates",
    // Answers SSH with a hundredth of what the other needs; that other takes its place if asked for.
    "dropbear-bin",
];

/// The kernel for machines that have nothing but what QEMU gives them.
const KERNEL: &str = "linux-image-cloud-amd64";
/// Modules without which there is no disk and no agent.
const FIRST_MODULES: &[&str] = &["virtio_pci", "virtio_blk", "virtio_console"];
/// Modules that may be wanted later.
const LATER_MODULES: &[&str] = &[
    "virtio_net",
    "virtio_rng",
    "virtio_balloon",
    "af_packet",
    "ext4",
    "xfs",
    "overlay",
    "fuse",
    "isofs",
    "vfat",
    "nls_ascii",
    "nls_cp437",
    "nls_utf8",
    "loop",
    "dm_mod",
    "br_netfilter",
    "veth",
    "nf_tables",
    "nf_nat",
    "nft_masq",
    "nft_ct",
];

/// The smallest disk: the system and room to work; it grows to what a server gets.
const DISK_BYTES: u64 = 2 << 30;
/// So that the same files give the same file system.
const FILE_SYSTEM_ID: &str = "8f3a6c1e-5d27-4b90-9e41-7c2d0a6b1f58";
/// Times in the root are no later than this: 2024-01-01.
const EPOCH: &str = "1704067200";

/// What the kernel is told. Nothing that a disk of its own would not say.
const COMMAND_LINE: &str =
    "console=ttyS0 quiet panic=-1 no_timer_check cryptomgr.notests net.ifnames=0 root=/dev/vda";

/// Files of ours in the guest: where, what, and whether it is a program.
const GUEST_FILES: &[(&str, &str, bool)] = &[
    ("etc/inittab", include_str!("guest/inittab"), false),
    ("usr/lib/regiment/boot", include_str!("guest/boot"), true),
    ("usr/lib/regiment/agent", include_str!("guest/agent"), true),
    ("usr/lib/regiment/services", include_str!("guest/services"), true),
    ("usr/lib/regiment/plugged", include_str!("guest/plugged"), true),
    ("usr/lib/regiment/lease", include_str!("guest/lease"), true),
    ("usr/lib/regiment/down", include_str!("guest/down"), true),
    ("etc/fstab", "/dev/vda / ext4 defaults,noatime 0 1\n", false),
    ("etc/hostname", "debian\n", false),
    ("etc/hosts", "127.0.0.1 localhost\n", false),
    ("etc/securetty", "ttyS0\n", false),
    ("etc/machine-id", "", false),
    // Written when an address comes; what is here is the building machine's.
    ("etc/resolv.conf", "", false),
];

/// Where there is cloud-init: it takes what it is told from a seed and leaves to our init what that does.
const CLOUD_INIT: &str = "usr/bin/cloud-init";
const CLOUD_INIT_FILE: (&str, &str, bool) =
    ("etc/cloud/cloud.cfg.d/99_regiment.cfg", include_str!("guest/cloud.cfg"), false);

/// Scripts for what our init does itself, or what no such machine has.
const OURS: &[&str] = &[
    "qemu-guest-agent",
    "hwclock.sh",
    "cloud-init-local",
    "cloud-init",
    "cloud-config",
    "cloud-final",
];

/// Names that all mean the end of the machine.
const ENDS: &[&str] = &["shutdown", "poweroff", "reboot", "halt"];

const INITRD_INIT: &str = include_str!("guest/initrd-init");

#[derive(Debug, Error)]
pub enum BuildError {
    #[error("{}: {error}", path.display())]
    Io { path: PathBuf, error: io::Error },
    #[error(transparent)]
    Tool(#[from] ToolError),
    #[error(transparent)]
    Image(#[from] ImageError),
    #[error("only root can build an image: files of the guest belong to the guest's users")]
    NotRoot,
    #[error("these programs are not installed: {programs}; apt-get install {packages}")]
    Missing { programs: String, packages: String },
    #[error(
        "this machine's apt does not say where Debian comes from: name a file of sources with \
         --sources"
    )]
    NoSources,
    #[error("{0:?} is no release: lower-case letters, e.g. bookworm")]
    Release(String),
    #[error("{0:?} is no name of a package")]
    Package(String),
    #[error("there is no kernel {0} in this release")]
    NoKernel(String),
    #[error("the kernel has no module {0}")]
    NoModule(String),
    #[error("{}: {why}", path.display())]
    Kernel { path: PathBuf, why: &'static str },
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BuildError {
    let path = path.to_owned();
    move |error| BuildError::Io { path, error }
}

/// What is to be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// E.g. `bookworm`.
    pub release: String,
    /// Packages beside those that every image has.
    pub with: Vec<String>,
    /// A file that says where packages come from, as apt reads it; absent: as this machine's apt.
    pub sources: Option<PathBuf>,
}

impl Recipe {
    /// The mark of this recipe: the same mark, the same steps and the same packages by name.
    pub fn mark(&self) -> String {
        let mut digest = Sha256::new();
        let mut put = |text: &str| {
            digest.update(text.len().to_be_bytes());
            digest.update(text);
        };
        put(&self.release);
        self.packages().iter().for_each(|package| put(package));
        for text in
            [KERNEL, COMMAND_LINE, INITRD_INIT].iter().chain(FIRST_MODULES).chain(LATER_MODULES)
        {
            put(text);
        }
        for (path, text, _) in GUEST_FILES.iter().chain([&CLOUD_INIT_FILE]) {
            put(path);
            put(text);
        }
        hexadecimal(&digest.finalize())
    }

    fn packages(&self) -> Vec<&str> {
        let mut with: Vec<&str> = self.with.iter().map(String::as_str).collect();
        with.sort_unstable();
        with.dedup();
        PACKAGES.iter().copied().chain(with).collect()
    }

    /// Says what keeps it from being built, before anything is begun.
    pub fn check(&self) -> Result<(), BuildError> {
        let plain = |text: &str, more: &str| {
            let mut chars = text.chars();
            chars.next().is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
                && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || more.contains(c))
        };
        if !plain(&self.release, "-") {
            return Err(BuildError::Release(self.release.clone()));
        }
        if let Some(bad) = self.with.iter().find(|package| !plain(package, "+-.")) {
            return Err(BuildError::Package(bad.clone()));
        }
        let missing: Vec<Tool> =
            TOOLS.iter().copied().filter(|tool| tool.find().is_err()).collect();
        if !missing.is_empty() {
            let joined = |of: fn(&Tool) -> &'static str| {
                let mut words: Vec<&str> = missing.iter().map(of).collect();
                words.dedup();
                words.join(" ")
            };
            let programs = joined(|tool| tool.program);
            return Err(BuildError::Missing { programs, packages: joined(|tool| tool.package) });
        }
        if rustix::process::geteuid().is_root() { Ok(()) } else { Err(BuildError::NotRoot) }
    }
}

/// Builds an image and takes it in. `tell` hears of each step as it begins.
pub fn build(
    change: &Change<'_>,
    recipe: &Recipe,
    name: Option<String>,
    id: ImageId,
    now: Timestamp,
    tell: &mut dyn FnMut(&str),
) -> Result<StoredImage, BuildError> {
    recipe.check()?;
    let scratch = change.scratch(id)?;
    let built = steps(&scratch, recipe, tell).and_then(|built| {
        tell("taking it in");
        let Built { disk, kernel, initrd, version } = built;
        let added = change.add(Adding {
            id,
            now,
            disk,
            name: name.unwrap_or_else(|| default_name(&version, &recipe.with)),
            os: format!("Debian {version}.0 64bit"),
            family: Family::Linux,
            admin_user: "root".to_owned(),
            agent: true,
            cloud_init: recipe.with.iter().any(|package| package == "cloud-init"),
            recipe: Some(recipe.mark()),
            kernel: Some(AddingKernel {
                file: kernel,
                initrd: Some(initrd),
                command_line: COMMAND_LINE.to_owned(),
            }),
        });
        Ok(added?)
    });
    // What is left goes with the next change.
    let _ = change.clear(&scratch);
    built
}

fn default_name(version: &str, with: &[String]) -> String {
    let major = version.split('.').next().unwrap_or(version);
    match with {
        [] => format!("Debian {major}"),
        with => format!("Debian {major} with {}", with.join(", ")),
    }
}

struct Built {
    disk: PathBuf,
    kernel: PathBuf,
    initrd: PathBuf,
    /// E.g. `12.5`.
    version: String,
}

fn steps(scratch: &Path, recipe: &Recipe, tell: &mut dyn FnMut(&str)) -> Result<Built, BuildError> {
    let sources = scratch.join("debian.sources");
    apt::write_sources(&recipe.release, recipe.sources.as_deref(), &sources)?;
    let root = scratch.join("root");
    tell("unpacking the system");
    bootstrap(recipe, &sources, &root)?;
    tell("fetching the kernel");
    let (modules, kernel) = install_kernel(scratch, &sources, &root)?;
    tell("making the disk");
    let initrd = scratch.join("initrd.img");
    let archive = first_file_system(&root, &modules)?;
    fs::write(&initrd, archive).map_err(at(&initrd))?;
    furnish(&root)?;
    let disk = scratch.join("disk.raw");
    fs::File::create(&disk).and_then(|file| file.set_len(DISK_BYTES)).map_err(at(&disk))?;
    run(MKFS
        .command()?
        .args(["-q", "-F", "-L", "root", "-m", "1", "-U", FILE_SYSTEM_ID])
        .args([
            "-E",
            &format!("hash_seed={FILE_SYSTEM_ID},lazy_itable_init=1,root_owner=0:0"),
            "-d",
        ])
        .arg(&root)
        .arg(&disk)
        .env("SOURCE_DATE_EPOCH", EPOCH)
        .env("E2FSPROGS_FAKE_TIME", EPOCH))?;
    let version_file = root.join("etc/debian_version");
    let version = fs::read_to_string(&version_file).map_err(at(&version_file))?;
    Ok(Built { disk, kernel, initrd, version: version.trim().to_owned() })
}

/// The packages, unpacked and set up.
fn bootstrap(recipe: &Recipe, sources: &Path, root: &Path) -> Result<(), BuildError> {
    run(MMDEBSTRAP
        .command()?
        .args(["--quiet", "--mode=root", "--variant=minbase", "--format=directory"])
        .args(["--architectures=amd64", "--skip=cleanup/apt/lists"])
        .arg(format!("--include={}", recipe.packages().join(",")))
        .args(["--aptopt=APT::Install-Recommends \"false\"", "--dpkgopt=force-unsafe-io"])
        .args([
            "--dpkgopt=path-exclude=/usr/share/man/*",
            "--dpkgopt=path-exclude=/usr/share/doc/*",
        ])
        .args(["--dpkgopt=path-include=/usr/share/doc/*/copyright"])
        .args(["--dpkgopt=path-exclude=/usr/share/locale/*"])
        .arg("--")
        .args([recipe.release.as_str()])
        .arg(root)
        .arg(sources)
        .env("SOURCE_DATE_EPOCH", EPOCH))?;
    Ok(())
}

/// Puts the modules that a machine may want into the root, and gives them with the unpacked kernel.
fn install_kernel(
    scratch: &Path,
    sources: &Path,
    root: &Path,
) -> Result<(Modules, PathBuf), BuildError> {
    let apt = apt::Apt::of(sources, root);
    let package = apt.kernel_package(KERNEL)?;
    let file = apt.download(&package, scratch)?;
    let unpacked = scratch.join("kernel");
    run(DPKG_DEB.command()?.arg("-x").arg(&file).arg(&unpacked))?;
    let version = package.trim_start_matches("linux-image-");
    // Where libraries lie has changed from release to release.
    let places = ["usr/lib/modules", "lib/modules"].map(|at| unpacked.join(at).join(version));
    let Some(from) = places.iter().find(|folder| folder.is_dir()) else {
        return Err(BuildError::NoKernel(package));
    };
    let to = root.join("usr/lib/modules").join(version);
    let all = scratch.join("modules");
    fs::create_dir_all(root.join("usr/lib/modules")).map_err(at(root))?;
    let depmod = || run(CHROOT.command()?.arg(root).args(["depmod", version]));
    // What each needs is only known with all of them in place.
    fs::rename(from, &to).map_err(at(&to))?;
    depmod()?;
    fs::rename(&to, &all).map_err(at(&all))?;
    let modules = Modules::read(&all)?;
    let wanted: Vec<&str> = FIRST_MODULES.iter().chain(LATER_MODULES).copied().collect();
    copy_tables(&all, &to)?;
    for file in modules.with_needs(&wanted)? {
        let copy = to.join(file.strip_prefix(&all).unwrap_or(&file));
        fs::create_dir_all(copy.parent().unwrap_or(&to)).map_err(at(&copy))?;
        fs::copy(&file, &copy).map_err(at(&copy))?;
    }
    depmod()?;
    let kernel = scratch.join("vmlinux");
    unpack(&unpacked.join("boot").join(format!("vmlinuz-{version}")), &kernel, scratch)?;
    Ok((modules, kernel))
}

/// The tables that come with a kernel and that depmod reads.
fn copy_tables(from: &Path, to: &Path) -> Result<(), BuildError> {
    fs::create_dir_all(to).map_err(at(to))?;
    for name in ["modules.order", "modules.builtin", "modules.builtin.modinfo"] {
        fs::copy(from.join(name), to.join(name)).map_err(at(&from.join(name)))?;
    }
    Ok(())
}

/// What loads the modules that the disk needs, and goes on from the disk.
fn first_file_system(root: &Path, modules: &Modules) -> Result<Vec<u8>, BuildError> {
    let mut archive = Archive::default();
    for folder in ["bin", "dev", "disk", "modules"] {
        archive.folder(folder);
    }
    archive.device("dev/console", Device { major: 5, minor: 1 });
    let busybox = ["usr/bin/busybox", "bin/busybox"].map(|at| root.join(at));
    let busybox = busybox.iter().find(|file| file.is_file()).unwrap_or(&busybox[0]);
    archive.file("bin/busybox", &fs::read(busybox).map_err(at(busybox))?);
    archive.file("init", INITRD_INIT.as_bytes());
    for (place, file) in modules.with_needs(FIRST_MODULES)?.iter().enumerate() {
        let bytes = module_bytes(file)?;
        archive.file(&format!("modules/{place:02}.ko"), &bytes);
    }
    Ok(archive.finish())
}

/// A module as the kernel takes it, however it is packed.
fn module_bytes(file: &Path) -> Result<Vec<u8>, BuildError> {
    if file.extension().is_some_and(|end| end == "xz") {
        return Ok(run(kernel::XZ.command()?.arg("-dcq").arg(file))?);
    }
    fs::read(file).map_err(at(file))
}

/// Our own files, and nothing that servers must not have in common.
fn furnish(root: &Path) -> Result<(), BuildError> {
    let of_cloud_init = root.join(CLOUD_INIT).is_file().then_some(&CLOUD_INIT_FILE);
    for (path, text, program) in GUEST_FILES.iter().chain(of_cloud_init) {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap_or(root)).map_err(at(&file))?;
        // What is a link there would lead out of the root.
        remove(&file)?;
        fs::write(&file, text).map_err(at(&file))?;
        let mode = if *program { 0o755 } else { 0o644 };
        fs::set_permissions(&file, Permissions::from_mode(mode)).map_err(at(&file))?;
    }
    for name in ENDS {
        relink("/usr/lib/regiment/down", &root.join("usr/sbin").join(name))?;
    }
    relink("/bin/busybox", &root.join("usr/sbin/init"))?;
    for lists in ["var/lib/apt/lists", "var/cache/apt/archives", "var/cache/ldconfig"] {
        empty(&root.join(lists))?;
    }
    for log in
        ["var/log/dpkg.log", "var/log/apt", "var/log/alternatives.log", "var/log/bootstrap.log"]
    {
        remove(&root.join(log))?;
    }
    for level in ["rc0.d", "rc1.d", "rc2.d", "rc3.d", "rc4.d", "rc5.d", "rc6.d", "rcS.d"] {
        let folder = root.join("etc").join(level);
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if OURS.iter().any(|ours| name.to_string_lossy().ends_with(ours)) {
                remove(&entry.path())?;
            }
        }
    }
    // Every server makes its own.
    let ssh = root.join("etc/ssh");
    for entry in fs::read_dir(&ssh).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with("ssh_host_") {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn relink(to: &str, link: &Path) -> Result<(), BuildError> {
    remove(link)?;
    symlink(to, link).map_err(at(link))
}

/// Takes away a file, a link or a folder, if it is there.
fn remove(path: &Path) -> Result<(), BuildError> {
    let about = match path.symlink_metadata() {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(at(path)(error)),
    };
    let removed = if about.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.map_err(at(path))
}

fn empty(folder: &Path) -> Result<(), BuildError> {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        remove(&entry.path())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(release: &str, with: &[&str]) -> Recipe {
        let with = with.iter().map(|package| (*package).to_owned()).collect();
        Recipe { release: release.to_owned(), with, sources: None }
    }

    #[test]
    fn the_same_recipe_has_the_same_mark_whatever_the_order() {
        let mark = recipe("bookworm", &["curl", "nginx"]).mark();
        assert_eq!(mark, recipe("bookworm", &["nginx", "curl", "curl"]).mark());
        assert_ne!(mark, recipe("trixie", &["curl", "nginx"]).mark());
        assert_ne!(mark, recipe("bookworm", &["curl"]).mark());
    }

    #[test]
    fn what_would_be_an_option_or_a_path_is_no_package() {
        for bad in ["", "--hook", "a b", "../x", "a,b", "A", "x;y"] {
            let with = recipe("bookworm", &[bad]).check();
            assert!(matches!(with, Err(BuildError::Package(_))), "{bad:?}");
            let release = recipe(bad, &[]).check();
            assert!(matches!(release, Err(BuildError::Release(_))), "{bad:?}");
        }
    }

    #[test]
    fn an_image_is_named_by_what_it_is() {
        assert_eq!(default_name("12.5", &[]), "Debian 12");
        assert_eq!(default_name("12.5", &["nginx".to_owned()]), "Debian 12 with nginx");
        assert_eq!(default_name("trixie/sid", &[]), "Debian trixie/sid");
    }
}
