//! Debian's kernel as a virtual machine starts fastest: not compressed, with only those of its modules
//! that such a machine needs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::{BuildError, at};
use crate::images::tools::{self, Tool};

/// What a compressed kernel begins with, and what unpacks it.
const PACKERS: &[(&[u8], Tool, &[&str])] = &[
    (&[0x28, 0xB5, 0x2F, 0xFD], ZSTD, &["-dcq"]),
    (&[0x02, 0x21, 0x4C, 0x18], LZ4, &["-dcq"]),
    (b"\xFD7zXZ\0", XZ, &["-dcq", "--single-stream"]),
    (&[0x1F, 0x8B], GZIP, &["-dcq"]),
];

pub const ZSTD: Tool = Tool { program: "zstd", package: "zstd" };
pub const LZ4: Tool = Tool { program: "lz4", package: "lz4" };
pub const XZ: Tool = Tool { program: "xz", package: "xz-utils" };
const GZIP: Tool = Tool { program: "gzip", package: "gzip" };

/// Unpacks the kernel inside a boot image, as far as the image's own header says where it is.
pub fn unpack(image: &Path, into: &Path, scratch: &Path) -> Result<(), BuildError> {
    let bytes = fs::read(image).map_err(at(image))?;
    let payload = payload(&bytes).ok_or_else(|| BuildError::Kernel {
        path: image.to_owned(),
        why: "it is no boot image of a kept form",
    })?;
    let packer = PACKERS.iter().find(|(mark, _, _)| payload.starts_with(mark));
    let Some((_, tool, arguments)) = packer else {
        return Err(BuildError::Kernel {
            path: image.to_owned(),
            why: "it is compressed in a way that is not known here",
        });
    };
    let packed = scratch.join("kernel.packed");
    fs::write(&packed, payload).map_err(at(&packed))?;
    let input = File::open(&packed).map_err(at(&packed))?;
    let output = File::create(into).map_err(at(into))?;
    tools::filter(tool.command()?.args(*arguments), input, output)?;
    let mut magic = [0; 4];
    let read =
        File::open(into).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut magic));
    read.map_err(at(into))?;
    if magic != *b"\x7FELF" {
        return Err(BuildError::Kernel {
            path: image.to_owned(),
            why: "what it holds is no kernel",
        });
    }
    Ok(())
}

/// The compressed kernel, by the boot protocol's header (version 2.08 and later).
fn payload(image: &[u8]) -> Option<&[u8]> {
    let word = |at: usize| -> Option<usize> {
        let bytes = image.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    };
    if image.get(0x202..0x206)? != b"HdrS" || word(0x206)? & 0xFFFF < 0x0208 {
        return None;
    }
    let sectors = match *image.get(0x1F1)? {
        0 => 4,
        sectors => usize::from(sectors),
    };
    let from = ((sectors + 1) * 512).checked_add(word(0x248)?)?;
    let payload = image.get(from..from.checked_add(word(0x24C)?)?)?;
    // Where the packer does not keep the length, the build put it behind.
    let ends_with_length = !payload.starts_with(&[0x1F, 0x8B]);
    payload.get(..payload.len().checked_sub(if ends_with_length { 4 } else { 0 })?)
}

/// The modules of a kernel, and what each needs.
pub struct Modules {
    folder: PathBuf,
    /// By name: the file, and the files that must be loaded before it, the first one last.
    files: BTreeMap<String, (String, Vec<String>)>,
    builtin: BTreeSet<String>,
}

impl Modules {
    /// Reads the tables that `depmod` wrote into a folder of modules.
    pub fn read(folder: &Path) -> Result<Modules, BuildError> {
        let table = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(at(&path))
        };
        Ok(Modules::parse(folder, &table("modules.dep")?, &table("modules.builtin")?))
    }

    fn parse(folder: &Path, dependencies: &str, builtin: &str) -> Modules {
        let files = dependencies.lines().filter_map(|line| {
            let (file, needs) = line.split_once(':')?;
            let needs = needs.split_whitespace().map(str::to_owned).collect();
            Some((name_of(file), (file.to_owned(), needs)))
        });
        Modules {
            folder: folder.to_owned(),
            files: files.collect(),
            builtin: builtin.lines().map(name_of).collect(),
        }
    }

    /// The files of these modules in an order in which each finds what it needs. What is built into
    /// the kernel needs no file.
    pub fn with_needs(&self, names: &[&str]) -> Result<Vec<PathBuf>, BuildError> {
        let mut ordered: Vec<&str> = Vec::new();
        for name in names {
            match self.files.get(*name) {
                Some((file, needs)) => {
                    for file in needs.iter().rev().chain([file]) {
                        if !ordered.contains(&file.as_str()) {
                            ordered.push(file);
                        }
                    }
                }
                None if self.builtin.contains(*name) => {}
                None => return Err(BuildError::NoModule((*name).to_owned())),
            }
        }
        Ok(ordered.into_iter().map(|file| self.folder.join(file)).collect())
    }
}

/// `kernel/drivers/net/virtio-net.ko.xz` is `virtio_net`.
fn name_of(file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.split('.').next().unwrap_or(name).replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_come_after_what_they_need_and_once() {
        let dependencies = "kernel/a/virtio_blk.ko: kernel/v/virtio_ring.ko kernel/v/virtio.ko\n\
                            kernel/v/virtio_ring.ko: kernel/v/virtio.ko\n\
                            kernel/v/virtio.ko:\n\
                            kernel/n/virtio-net.ko.xz: kernel/n/failover.ko kernel/v/virtio.ko\n\
                            kernel/n/failover.ko:\n";
        let modules = Modules::parse(Path::new("/m"), dependencies, "kernel/fs/ext4/ext4.ko\n");
        let files = modules.with_needs(&["ext4", "virtio_blk", "virtio_net"]).unwrap();
        let files: Vec<_> = files.iter().map(|file| file.to_str().unwrap()).collect();
        assert_eq!(
            files,
            [
                "/m/kernel/v/virtio.ko",
                "/m/kernel/v/virtio_ring.ko",
                "/m/kernel/a/virtio_blk.ko",
                "/m/kernel/n/failover.ko",
                "/m/kernel/n/virtio-net.ko.xz",
            ]
        );
        assert!(matches!(modules.with_needs(&["zfs"]), Err(BuildError::NoModule(_))));
    }

    #[test]
    fn a_kernel_is_found_where_the_header_says() {
        let mut image = vec![0; 4096];
        image[0x1F1] = 1;
        image[0x202..0x206].copy_from_slice(b"HdrS");
        image[0x206..0x208].copy_from_slice(&0x020F_u16.to_le_bytes());
        image[0x248..0x24C].copy_from_slice(&100u32.to_le_bytes());
        image[0x24C..0x250].copy_from_slice(&12u32.to_le_bytes());
        image[1124..1136].copy_from_slice(b"\x28\xB5\x2F\xFDdatasize");
        assert_eq!(payload(&image), Some(&b"\x28\xB5\x2F\xFDdata"[..]));
        // One that is cut short, one with a length past its end, one that is too old.
        assert_eq!(payload(&image[..1130]), None);
        let mut long = image.clone();
        long[0x24C..0x250].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(payload(&long), None);
        let mut old = image;
        old[0x206] = 7;
        old[0x207] = 2;
        assert_eq!(payload(&old), None);
        assert_eq!(payload(b"no kernel"), None);
    }
}
