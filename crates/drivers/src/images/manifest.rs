//! What `image.toml` says of an image.

use std::fs;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use regiment_core::model::{Image, ImageId, ImageSource, OsFamily, Time};
use serde::{Deserialize, Serialize};

/// What is said of an image. Files it names are beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Unique in its library.
    pub name: String,
    /// E.g. `Debian 12.0.0 64bit`.
    pub os: String,
    #[serde(default)]
    pub family: Family,
    /// The account whose password a reset changes.
    #[serde(default = "root")]
    pub admin_user: String,
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
    /// When it was taken in, as RFC 3339 has it.
    #[serde(default)]
    pub created: Timestamp,
    /// What it was built by: a recipe that is the same to the letter has the same mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<String>,
    /// Absent: the disk has a boot loader of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<Kernel>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    #[default]
    Linux,
    Windows,
}

/// A kernel that is started directly, which saves an emulated machine a boot loader's time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kernel {
    pub file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initrd: Option<String>,
    pub command_line: String,
}

fn root() -> String {
    "root".to_owned()
}

/// The longest name, and the longest word for a system: as long as the clouds allow.
const NAME_MAX: usize = 128;

impl Manifest {
    /// Reads a manifest. One that names a file elsewhere than beside itself is refused.
    pub fn read(path: &Path) -> io::Result<Manifest> {
        let text = fs::read_to_string(path)?;
        let invalid = |text: String| io::Error::new(io::ErrorKind::InvalidData, text);
        let manifest: Manifest =
            toml::from_str(&text).map_err(|error| invalid(error.message().to_owned()))?;
        manifest.check().map_err(invalid)?;
        Ok(manifest)
    }

    pub fn text(&self) -> String {
        toml::to_string(self).expect("a manifest has nothing that TOML cannot say")
    }

    /// Says what cannot stand.
    pub fn check(&self) -> Result<(), String> {
        for (what, text) in [("name", &self.name), ("system", &self.os)] {
            if !is_words(text) {
                return Err(format!(
                    "{text:?} is no {what}: 1 to {NAME_MAX} characters, none of them control \
                     characters, no blanks around"
                ));
            }
        }
        if !is_user(&self.admin_user) {
            return Err(format!("{:?} is no name of an account", self.admin_user));
        }
        let files = self.kernel.iter().flat_map(|kernel| {
            std::iter::once(kernel.file.as_str()).chain(kernel.initrd.as_deref())
        });
        for file in files {
            if !is_plain_name(file) {
                return Err(format!("the file {file:?} is not beside the manifest"));
            }
        }
        Ok(())
    }

    /// What a catalog says of it.
    pub fn as_offered(&self, id: ImageId) -> Image {
        Image {
            id,
            name: self.name.as_str().into(),
            family: match self.family {
                Family::Linux => OsFamily::Linux,
                Family::Windows => OsFamily::Windows,
            },
            os: self.os.as_str().into(),
            disk_gib_min: u32::try_from(self.size.div_ceil(1 << 30)).unwrap_or(u32::MAX).max(1),
            source: ImageSource::Public,
            admin_user: self.admin_user.as_str().into(),
            created_at: Time(self.created.as_millisecond()),
        }
    }
}

fn is_words(text: &str) -> bool {
    let length = text.chars().count();
    (1..=NAME_MAX).contains(&length) && !text.chars().any(char::is_control) && text.trim() == text
}

/// As long as the agent of a guest takes it, and nothing that its tools would read otherwise.
fn is_user(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    (1..=32).contains(&name.len()) && !name.starts_with('-') && name.chars().all(plain)
}

/// Whether this is the name of a file and no path.
fn is_plain_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    !name.is_empty() && !name.starts_with(['.', '-']) && name.chars().all(plain)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The least that a manifest may say.
    const LEAST: &str = "name = 'd'\nos = 'Debian'\nsize = 1\nagent = true\n";

    fn read(text: &str) -> io::Result<Manifest> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image.toml");
        fs::write(&path, text).unwrap();
        Manifest::read(&path)
    }

    #[test]
    fn the_least_is_enough() {
        let manifest = read(LEAST).unwrap();
        assert!(manifest.agent && !manifest.cloud_init && manifest.kernel.is_none());
        assert_eq!((manifest.family, &*manifest.admin_user), (Family::Linux, "root"));
        assert_eq!(read(&manifest.text()).unwrap(), manifest);
        let error = read("name = 'd'").unwrap_err();
        assert!(error.to_string().contains("missing field"), "{error}");
    }

    #[test]
    fn a_kernel_lies_beside_the_manifest() {
        let kernel = |file: &str, initrd: &str| {
            read(&format!(
                "{LEAST}[kernel]\nfile = '{file}'\ninitrd = '{initrd}'\ncommand_line = 'quiet'"
            ))
        };
        assert_eq!(kernel("vmlinux", "initrd.img").unwrap().kernel.unwrap().file, "vmlinux");
        for bad in ["../vmlinux", "/boot/vmlinux", "", "..", ".hidden", "a b", "-x", "a/b"] {
            for (file, initrd) in [(bad, "initrd"), ("vmlinux", bad)] {
                let error = kernel(file, initrd).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{bad}");
            }
        }
    }

    #[test]
    fn names_are_words() {
        let good = read(LEAST).unwrap();
        let long = "x".repeat(NAME_MAX + 1);
        for bad in ["", " ", "a\nb", "a ", long.as_str(), "a\u{1b}[2J"] {
            assert!(Manifest { name: bad.to_owned(), ..good.clone() }.check().is_err(), "{bad:?}");
            assert!(Manifest { os: bad.to_owned(), ..good.clone() }.check().is_err(), "{bad:?}");
        }
        for bad in ["", "-r", "a b", "root:", "$(id)"] {
            let named = Manifest { admin_user: bad.to_owned(), ..good.clone() };
            assert!(named.check().is_err(), "{bad:?}");
        }
        assert!(Manifest { name: "系统 12".to_owned(), ..good }.check().is_ok());
    }

    #[test]
    fn a_catalog_offers_it_with_a_disk_that_holds_it() {
        let manifest = Manifest { size: (1 << 30) + 512, ..read(LEAST).unwrap() };
        let id = ImageId(7);
        let offered = manifest.as_offered(id);
        assert_eq!((offered.id, offered.disk_gib_min), (id, 2));
        assert_eq!((&*offered.name, &*offered.os), ("d", "Debian"));
    }
}
