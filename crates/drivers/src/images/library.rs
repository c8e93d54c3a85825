//! The folder of images: what is in it, and how something gets into it and out of it whole.

use std::fmt::Write as _;
use std::fs::{self, File, Permissions, TryLockError};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use regiment_core::model::{Image, ImageId};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::format::{self, Format, Unfit};
use super::manifest::{Family, Kernel, Manifest};
use super::qemu_img;
use super::tools::ToolError;

/// Below the data folder.
pub const IMAGES_FOLDER: &str = "images";
/// Below the folder of an image.
pub const DISK_FILE: &str = "disk.qcow2";
pub const MANIFEST_FILE: &str = "image.toml";
const LOCK: &str = "lock";
/// What is on its way in or out begins like this.
const DRAFT: &str = ".draft-";
/// Images that a library may have; each is a folder to look into.
const IMAGES_MAX: usize = 10_000;

#[derive(Debug, Error)]
pub enum ImageError {
    #[error("{path}: {error}")]
    Io { path: PathBuf, error: io::Error },
    #[error(transparent)]
    Tool(#[from] ToolError),
    #[error("{}: {unfit}", path.display())]
    Unfit { path: PathBuf, unfit: Unfit },
    #[error("{0}")]
    Invalid(String),
    #[error("there is an image {name:?} already ({id})")]
    NameTaken { name: String, id: ImageId },
    #[error("there is no image {0}")]
    Missing(String),
    #[error("{} has something mounted below it; unmount it first", .0.display())]
    Mounted(PathBuf),
    #[error("another regiment is changing the images in {}", .0.display())]
    Locked(PathBuf),
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ImageError {
    let path = path.to_owned();
    move |error| ImageError::Io { path, error }
}

/// What is to be taken in.
#[derive(Clone, Debug)]
pub struct Adding {
    pub id: ImageId,
    pub now: Timestamp,
    /// A qcow2 without a backing file, or a raw disk.
    pub disk: PathBuf,
    pub name: String,
    pub os: String,
    pub family: Family,
    pub admin_user: String,
    pub agent: bool,
    pub cloud_init: bool,
    pub recipe: Option<String>,
    pub kernel: Option<AddingKernel>,
}

/// A kernel that is started directly.
#[derive(Clone, Debug)]
pub struct AddingKernel {
    pub file: PathBuf,
    pub initrd: Option<PathBuf>,
    pub command_line: String,
}

/// An image in the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredImage {
    pub id: ImageId,
    pub manifest: Manifest,
    folder: PathBuf,
}

impl StoredImage {
    pub fn disk(&self) -> PathBuf {
        self.folder.join(DISK_FILE)
    }

    /// The kernel to start it with, if its disk has no boot loader.
    pub fn kernel(&self) -> Option<PathBuf> {
        self.manifest.kernel.as_ref().map(|kernel| self.folder.join(&kernel.file))
    }

    pub fn initrd(&self) -> Option<PathBuf> {
        let initrd = self.manifest.kernel.as_ref()?.initrd.as_ref()?;
        Some(self.folder.join(initrd))
    }

    /// Bytes that its files take.
    pub fn bytes_on_disk(&self) -> u64 {
        let files = [Some(self.disk()), self.kernel(), self.initrd()];
        let sizes = files.into_iter().flatten().filter_map(|file| file.metadata().ok());
        sizes.map(|about| about.len()).sum()
    }

    pub fn as_offered(&self) -> Image {
        self.manifest.as_offered(self.id)
    }

    /// Whether its disk is still what was taken in.
    pub fn verify(&self) -> Result<bool, ImageError> {
        Ok(sha256(&self.disk())? == self.manifest.sha256)
    }
}

/// What is in a library.
#[derive(Debug, Default)]
pub struct Listing {
    /// The oldest first.
    pub images: Vec<StoredImage>,
    /// Folders that should be images and are not, each with the reason.
    pub damaged: Vec<(PathBuf, String)>,
}

/// The images below one data folder. Opening it touches nothing.
#[derive(Clone, Debug)]
pub struct Library {
    data: PathBuf,
}

impl Library {
    pub fn of(data: &Path) -> Library {
        Library { data: data.to_owned() }
    }

    pub fn folder(&self) -> PathBuf {
        self.data.join(IMAGES_FOLDER)
    }

    /// Everything there is. A folder that is no image does not hide the others.
    pub fn list(&self) -> Result<Listing, ImageError> {
        let folder = self.folder();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Listing::default()),
            Err(error) => return Err(at(&folder)(error)),
        };
        let mut listing = Listing::default();
        for entry in entries.take(IMAGES_MAX) {
            let entry = entry.map_err(at(&folder))?;
            let name = entry.file_name();
            // The lock, drafts, and whatever somebody left.
            let Some(id) = name.to_str().and_then(ImageId::parse_dashed) else { continue };
            match self.find(id) {
                Ok(Some(image)) => listing.images.push(image),
                Ok(None) => {}
                Err(ImageError::Io { path, error }) => {
                    listing.damaged.push((path, error.to_string()));
                }
                Err(error) => return Err(error),
            }
        }
        listing.images.sort_by_key(|image| (image.manifest.created, image.id));
        listing.damaged.sort();
        Ok(listing)
    }

    /// The image of this id, if there is one.
    pub fn find(&self, id: ImageId) -> Result<Option<StoredImage>, ImageError> {
        let folder = self.folder().join(id.to_string());
        // What is a link to somewhere else is none of ours.
        match folder.symlink_metadata() {
            Ok(about) if about.is_dir() => {}
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(&folder)(error)),
        }
        let path = folder.join(MANIFEST_FILE);
        let manifest = Manifest::read(&path).map_err(at(&path))?;
        let image = StoredImage { id, manifest, folder };
        for file in [Some(image.disk()), image.kernel(), image.initrd()].into_iter().flatten() {
            let about = file.symlink_metadata().map_err(at(&file))?;
            if !about.is_file() {
                return Err(at(&file)(io::Error::other("it is no file")));
            }
        }
        Ok(Some(image))
    }

    /// The image of this id or this name.
    pub fn named(&self, text: &str) -> Result<StoredImage, ImageError> {
        let found = match ImageId::parse_dashed(text) {
            Some(id) => self.find(id)?,
            None => self.list()?.images.into_iter().find(|image| image.manifest.name == text),
        };
        found.ok_or_else(|| ImageError::Missing(text.to_owned()))
    }

    /// Takes hold of the library to change it, and sweeps away what a crash left. Refused while
    /// another has hold of it.
    pub fn change(&self) -> Result<Change<'_>, ImageError> {
        let folder = self.folder();
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let path = folder.join(LOCK);
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(at(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ImageError::Locked(folder)),
            Err(TryLockError::Error(error)) => return Err(at(&path)(error)),
        }
        let change = Change { library: self, folder, _lock: file };
        // Whoever was writing them is gone.
        for entry in fs::read_dir(&change.folder).map_err(at(&change.folder))? {
            let entry = entry.map_err(at(&change.folder))?;
            if entry.file_name().to_string_lossy().starts_with(DRAFT) {
                change.clear(&entry.path())?;
            }
        }
        Ok(change)
    }
}

/// A hold on the library, as long as it lives. Nobody else changes it meanwhile.
#[derive(Debug)]
pub struct Change<'a> {
    library: &'a Library,
    folder: PathBuf,
    _lock: File,
}

impl Change<'_> {
    /// Takes an image in: whole and durable, or not at all. Copies; what was given is left alone.
    pub fn add(&self, adding: Adding) -> Result<StoredImage, ImageError> {
        let id = adding.id;
        let taken = self.library.list()?.images.into_iter().find(|image| {
            image.manifest.name == adding.name || image.id == id || image.id.handle() == id.handle()
        });
        if let Some(taken) = taken {
            return Err(ImageError::NameTaken { name: adding.name, id: taken.id });
        }
        let draft = self.draft(&format!("{id}"))?;
        let added = fill(&draft, adding).and_then(|()| {
            let folder = self.folder.join(id.to_string());
            fs::rename(&draft, &folder).map_err(at(&folder))?;
            sync_folder(&self.folder)
        });
        if let Err(error) = added {
            // If that fails, the next change does it.
            let _ = self.clear(&draft);
            return Err(error);
        }
        self.library.find(id)?.ok_or_else(|| ImageError::Missing(id.to_string()))
    }

    /// Takes an image out. Machines made from it keep what they need of it.
    pub fn remove(&self, id: ImageId) -> Result<(), ImageError> {
        let folder = self.folder.join(id.to_string());
        // A damaged one can go too.
        if !folder.symlink_metadata().is_ok_and(|about| about.is_dir()) {
            return Err(ImageError::Missing(id.to_string()));
        }
        // First out of sight in one step, then away.
        let draft = self.folder.join(format!("{DRAFT}{id}"));
        fs::rename(&folder, &draft).map_err(at(&folder))?;
        sync_folder(&self.folder)?;
        self.clear(&draft)
    }

    /// A folder to work in, to be cleared in the end; after a crash the next change clears it.
    pub fn scratch(&self, id: ImageId) -> Result<PathBuf, ImageError> {
        self.draft(&format!("{id}-work"))
    }

    fn draft(&self, name: &str) -> Result<PathBuf, ImageError> {
        let draft = self.folder.join(format!("{DRAFT}{name}"));
        fs::create_dir(&draft).map_err(at(&draft))?;
        draft.canonicalize().map_err(at(&draft))
    }

    /// Deletes a draft with all that is in it, unless a file system that is not ours is in it.
    pub fn clear(&self, draft: &Path) -> Result<(), ImageError> {
        let draft = draft.canonicalize().map_err(at(draft))?;
        // Absent where there is no such file, and then nothing mounts into folders either.
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        let below = |line: &str| {
            line.split(' ').nth(4).is_some_and(|place| Path::new(place).starts_with(&draft))
        };
        if mounts.lines().any(below) {
            return Err(ImageError::Mounted(draft));
        }
        fs::remove_dir_all(&draft).map_err(at(&draft))
    }
}

/// Writes everything of an image into a folder of its own.
fn fill(draft: &Path, adding: Adding) -> Result<(), ImageError> {
    let Adding {
        id: _,
        now,
        disk: given,
        name,
        os,
        family,
        admin_user,
        agent,
        cloud_init,
        recipe,
        kernel,
    } = adding;
    let mut manifest = Manifest {
        name,
        os,
        family,
        admin_user,
        size: 0,
        agent,
        cloud_init,
        sha256: String::new(),
        created: now,
        recipe,
        kernel: None,
    };
    manifest.check().map_err(ImageError::Invalid)?;
    let source = given.canonicalize().map_err(at(&given))?;
    let disk = draft.canonicalize().map_err(at(draft))?.join(DISK_FILE);
    qemu_img::convert(&source, known(&source)?, &disk)?;
    manifest.size = known(&disk)?.size();
    manifest.sha256 = sha256(&disk)?;
    if let Some(AddingKernel { file, initrd, command_line }) = kernel {
        let take = |from: &Path, name: &str| {
            fs::copy(from, draft.join(name)).map_err(at(from))?;
            settle(&draft.join(name)).map(|()| name.to_owned())
        };
        manifest.kernel = Some(Kernel {
            file: take(&file, "vmlinux")?,
            initrd: initrd.map(|initrd| take(&initrd, "initrd.img")).transpose()?,
            command_line,
        });
    }
    settle(&disk)?;
    let path = draft.join(MANIFEST_FILE);
    fs::write(&path, manifest.text()).map_err(at(&path))?;
    settle(&path)?;
    sync_folder(draft)
}

fn known(path: &Path) -> Result<Format, ImageError> {
    let looked = format::look(path).map_err(at(path))?;
    looked.map_err(|unfit| ImageError::Unfit { path: path.to_owned(), unfit })
}

/// Makes a file durable, and nobody's to change: machines lean on it as it is.
fn settle(path: &Path) -> Result<(), ImageError> {
    let file = File::open(path).map_err(at(path))?;
    #[cfg(unix)]
    let settled = std::os::unix::fs::PermissionsExt::from_mode(0o444);
    #[cfg(not(unix))]
    let settled = {
        let mut permissions: Permissions = file.metadata().map_err(at(path))?.permissions();
        permissions.set_readonly(true);
        permissions
    };
    let settled: Permissions = settled;
    file.set_permissions(settled).and_then(|()| file.sync_all()).map_err(at(path))
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<(), ImageError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

/// Elsewhere a folder cannot be opened; the rename is all there is.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> Result<(), ImageError> {
    Ok(())
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn sha256(path: &Path) -> Result<String, ImageError> {
    let mut file = File::open(path).map_err(at(path))?;
    let mut digest = Sha256::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        match file.read(&mut piece).map_err(at(path))? {
            0 => break,
            read => digest.update(&piece[..read]),
        }
    }
    Ok(hexadecimal(&digest.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An image as [`Library::add`] leaves it, without the program that makes its disk.
    fn put(library: &Library, id: u128, name: &str) -> PathBuf {
        let folder = library.folder().join(ImageId(id).to_string());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(DISK_FILE), b"disk").unwrap();
        let text = format!(
            "name = '{name}'\nos = 'Debian'\nsize = 1\nagent = true\n\
             sha256 = 'b19db830d20cc15b16d9c8c93ae8a3cd6f05b0d3e0e3f3f9df9b8ed5a2e6f6ed'"
        );
        fs::write(folder.join(MANIFEST_FILE), text).unwrap();
        folder
    }

    /// The head of a qcow2 that leans on another file.
    fn overlay(on: &str) -> Vec<u8> {
        let mut head = vec![0; 1024];
        head[..8].copy_from_slice(b"QFI\xFB\0\0\0\x03");
        head[8..16].copy_from_slice(&512u64.to_be_bytes());
        head[16..20].copy_from_slice(&u32::try_from(on.len()).unwrap().to_be_bytes());
        head[512..512 + on.len()].copy_from_slice(on.as_bytes());
        head
    }

    fn names(library: &Library) -> Vec<String> {
        library.list().unwrap().images.into_iter().map(|image| image.manifest.name).collect()
    }

    #[test]
    fn nothing_is_a_library_without_images() {
        let data = tempfile::tempdir().unwrap();
        let library = Library::of(&data.path().join("none yet"));
        assert!(names(&library).is_empty());
        assert!(matches!(library.named("x"), Err(ImageError::Missing(_))));
        assert!(!library.folder().exists(), "a look made a folder");
    }

    #[test]
    fn images_are_found_by_id_and_by_name_and_nothing_else_is_an_image() {
        let data = tempfile::tempdir().unwrap();
        let library = Library::of(data.path());
        put(&library, 2, "two");
        put(&library, 1, "one");
        for other in [".draft-00000000-0000-0000-0000-000000000009", "notes", "..x"] {
            fs::create_dir(library.folder().join(other)).unwrap();
        }
        fs::write(library.folder().join(ImageId(8).to_string()), b"a file").unwrap();
        assert_eq!(names(&library), ["one", "two"]);
        assert_eq!(library.named("two").unwrap().id, ImageId(2));
        assert_eq!(library.named(&ImageId(1).to_string()).unwrap().manifest.name, "one");
        for bad in ["three", "../images", "", "/", &ImageId(8).to_string()] {
            assert!(matches!(library.named(bad), Err(ImageError::Missing(_))), "{bad}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_no_image_and_no_disk() {
        use std::os::unix::fs::symlink;
        let data = tempfile::tempdir().unwrap();
        let library = Library::of(data.path());
        let folder = put(&library, 1, "one");
        symlink(&folder, library.folder().join(ImageId(2).to_string())).unwrap();
        assert_eq!(names(&library), ["one"]);
        fs::remove_file(folder.join(DISK_FILE)).unwrap();
        symlink("/etc/passwd", folder.join(DISK_FILE)).unwrap();
        let Listing { images, damaged } = library.list().unwrap();
        assert!(images.is_empty());
        assert_eq!(damaged.len(), 1);
    }

    #[test]
    fn a_damaged_image_hides_no_other_and_can_be_removed() {
        let data = tempfile::tempdir().unwrap();
        let library = Library::of(data.path());
        put(&library, 1, "one");
        let broken = put(&library, 2, "two");
        fs::write(broken.join(MANIFEST_FILE), "name = ").unwrap();
        let diskless = put(&library, 3, "three");
        fs::remove_file(diskless.join(DISK_FILE)).unwrap();
        let Listing { images, damaged } = library.list().unwrap();
        assert_eq!(images.len(), 1);
        assert_eq!(damaged.len(), 2);
        assert!(damaged.iter().any(|(path, _)| *path == broken.join(MANIFEST_FILE)), "{damaged:?}");
        library.change().unwrap().remove(ImageId(2)).unwrap();
        assert!(!broken.exists());
    }

    #[test]
    fn one_at_a_time_changes_the_library_and_sweeps_what_a_crash_left() {
        let data = tempfile::tempdir().unwrap();
        let library = Library::of(data.path());
        put(&library, 1, "one");
        let left = library.folder().join(format!("{DRAFT}{}", ImageId(9)));
        fs::create_dir(&left).unwrap();
        let change = library.change().unwrap();
        assert!(!left.exists());
        assert!(matches!(library.change(), Err(ImageError::Locked(_))));
        let scratch = change.scratch(ImageId(9)).unwrap();
        fs::write(scratch.join("file"), "left").unwrap();
        drop(change);
        let change = library.change().unwrap();
        assert!(!scratch.exists());
        change.remove(ImageId(1)).unwrap();
        assert!(names(&library).is_empty());
        assert!(matches!(change.remove(ImageId(1)), Err(ImageError::Missing(_))));
    }

    #[test]
    fn a_changed_disk_is_seen() {
        let data = tempfile::tempdir().unwrap();
        let library = Library::of(data.path());
        let folder = put(&library, 1, "one");
        assert!(!library.named("one").unwrap().verify().unwrap());
        let mark = sha256(&folder.join(DISK_FILE)).unwrap();
        let path = folder.join(MANIFEST_FILE);
        let mut manifest = Manifest::read(&path).unwrap();
        manifest.sha256.clone_from(&mark);
        fs::write(&path, manifest.text()).unwrap();
        assert!(library.named("one").unwrap().verify().unwrap());
        fs::write(folder.join(DISK_FILE), b"disc").unwrap();
        assert!(!library.named("one").unwrap().verify().unwrap());
    }

    #[test]
    fn a_refused_disk_leaves_nothing() {
        let data = tempfile::tempdir().unwrap();
        let library = Library::of(data.path());
        put(&library, 1, "one");
        let disk = data.path().join("given.img");
        let adding = |name: &str, bytes: &[u8]| {
            fs::write(&disk, bytes).unwrap();
            library.change().unwrap().add(Adding {
                id: ImageId(5),
                now: Timestamp::UNIX_EPOCH,
                disk: disk.clone(),
                name: name.to_owned(),
                os: "Debian".to_owned(),
                family: Family::Linux,
                admin_user: "root".to_owned(),
                agent: true,
                cloud_init: false,
                recipe: None,
                kernel: None,
            })
        };
        let refused = adding("five", &overlay("/etc/shadow")).unwrap_err();
        assert!(matches!(refused, ImageError::Unfit { .. }), "{refused}");
        assert!(refused.to_string().contains("/etc/shadow"), "{refused}");
        assert!(matches!(adding("five", b"text"), Err(ImageError::Unfit { .. })));
        assert!(matches!(adding("a\nb", b"text"), Err(ImageError::Invalid(_))));
        assert!(matches!(adding("one", b"text"), Err(ImageError::NameTaken { .. })));
        let inside: Vec<_> = fs::read_dir(library.folder())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != LOCK)
            .collect();
        assert_eq!(inside, [ImageId(1).to_string()]);
    }
}
