//! The images that real machines are made from, as they lie in the data folder: one folder for each,
//! named by its id, with a disk and a few words about it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use regiment_core::model::ImageId;
use serde::{Deserialize, Serialize};

/// Below the data folder.
pub const IMAGES_FOLDER: &str = "images";
/// Below the folder of an image.
pub const DISK_FILE: &str = "disk.qcow2";
pub const MANIFEST_FILE: &str = "image.toml";

/// What `image.toml` says of an image. Files it names are beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub name: String,
    /// E.g. `Debian 12.0.0 64bit`.
    pub os: String,
    /// Bytes of the disk as a guest sees it.
    pub size: u64,
    /// Whether the guest agent starts with the system.
    pub agent: bool,
    /// Whether the system reads first-boot settings from a seed disk.
    #[serde(default)]
    pub cloud_init: bool,
    /// Of the disk file, in hexadecimal.
    #[serde(default)]
    pub sha256: String,
    /// Absent: the disk has a boot loader of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<Kernel>,
}

/// A kernel that is started directly, which saves an emulated machine a boot loader's time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kernel {
    pub file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initrd: Option<String>,
    pub command_line: String,
}

/// Where an image lies.
pub fn folder(data: &Path, image: ImageId) -> PathBuf {
    data.join(IMAGES_FOLDER).join(image.to_string())
}

/// What is known of an image. A file that it names elsewhere than beside itself is refused.
pub fn read(data: &Path, image: ImageId) -> io::Result<Manifest> {
    let text = fs::read_to_string(folder(data, image).join(MANIFEST_FILE))?;
    let manifest: Manifest =
        toml::from_str(&text).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    let files = manifest
        .kernel
        .iter()
        .flat_map(|kernel| std::iter::once(kernel.file.as_str()).chain(kernel.initrd.as_deref()));
    for file in files {
        if !is_plain_name(file) {
            let text = format!("{MANIFEST_FILE} names {file:?}, which is not beside it");
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
    }
    Ok(manifest)
}

/// Whether this is the name of a file and no path.
fn is_plain_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    !name.is_empty() && !name.starts_with(['.', '-']) && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_says_what_it_must_and_names_only_what_lies_beside_it() {
        let data = tempfile::tempdir().unwrap();
        let id = ImageId(7);
        let folder = folder(data.path(), id);
        fs::create_dir_all(&folder).unwrap();
        let write = |kernel: &str| {
            let text = format!("name = 'd'\nos = 'Debian'\nsize = 1\nagent = true\n{kernel}");
            fs::write(folder.join(MANIFEST_FILE), text).unwrap();
            read(data.path(), id)
        };
        let plain = write("").unwrap();
        assert!(plain.agent && !plain.cloud_init && plain.kernel.is_none());
        let direct = write("[kernel]\nfile = 'vmlinux'\ncommand_line = 'quiet'").unwrap();
        assert_eq!(direct.kernel.unwrap().file, "vmlinux");
        for bad in ["../vmlinux", "/boot/vmlinux", "", ".hidden", "a b", "-x"] {
            let error = write(&format!("[kernel]\nfile = '{bad}'\ncommand_line = ''")).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{bad}");
        }
        assert_eq!(read(data.path(), ImageId(8)).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
