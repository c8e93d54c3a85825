//! What a disk file is, by its first bytes alone. QEMU's own guess is never asked for: what a guest
//! wrote into a raw disk may look like a header that names any file of the host.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A kind of disk file that can be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Its virtual size in bytes.
    Qcow2 {
        size: u64,
    },
    Raw {
        size: u64,
    },
}

impl Format {
    /// As `qemu-img` spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Qcow2 { size: _ } => "qcow2",
            Format::Raw { size: _ } => "raw",
        }
    }

    /// Bytes of the disk as a guest sees it.
    pub const fn size(self) -> u64 {
        match self {
            Format::Qcow2 { size } | Format::Raw { size } => size,
        }
    }
}

/// Why a file is no disk that can be taken in.
#[derive(Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It leans on another file, which may change or may be none of ours.
    BackingFile(String),
    /// Its data is in another file.
    DataFile,
    Encrypted,
    /// It was not closed properly and says so.
    Corrupt,
    Version(u32),
    /// Known for something else, named here.
    Other(&'static str),
    /// Neither a known header nor a boot sector nor a file system.
    Unknown,
    /// No whole sectors, nothing at all, or more than any disk has.
    Size(u64),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::BackingFile(name) => write!(
                f,
                "it has a backing file, {name:?}; make it whole first: qemu-img convert -O qcow2 IN OUT"
            ),
            Unfit::DataFile => f.write_str("its data is in another file"),
            Unfit::Encrypted => f.write_str("it is encrypted"),
            Unfit::Corrupt => f.write_str("it is marked as corrupt; see qemu-img check"),
            Unfit::Version(version) => write!(f, "it is qcow2 of version {version}, not 2 or 3"),
            Unfit::Other(what) => {
                write!(f, "it is {what}; make it a qcow2 first: qemu-img convert -O qcow2 IN OUT")
            }
            Unfit::Unknown => f.write_str(
                "it is neither a qcow2 nor a raw disk with a boot sector or an ext file system",
            ),
            Unfit::Size(size) => write!(f, "no disk has {size} bytes"),
        }
    }
}

/// Larger than any disk that is sold; QEMU's own limit for qcow2 with common clusters is higher.
const SIZE_MAX: u64 = 64 << 40;
const SECTOR: u64 = 512;
/// Enough for every mark looked for; the farthest is that of a CD.
const HEAD: usize = 40 << 10;
/// The longest name of a backing file that the format allows.
const BACKING_NAME_MAX: u32 = 1023;

const INCOMPATIBLE_CORRUPT: u64 = 1 << 1;
const INCOMPATIBLE_DATA_FILE: u64 = 1 << 2;

/// What the file at this path is. The outer error is that of reading it.
pub fn look(path: &Path) -> io::Result<Result<Format, Unfit>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut head = Vec::with_capacity(HEAD);
    file.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(judge(&head, length))
}

/// The same, of a file's first bytes and its length.
pub fn judge(head: &[u8], length: u64) -> Result<Format, Unfit> {
    let format = match qcow2(head) {
        Some(known) => known?,
        None => {
            let other = OTHERS.iter().find(|(at, mark, _)| marked(head, *at, mark));
            if let Some((_, _, what)) = other {
                return Err(Unfit::Other(what));
            }
            if !RAW.iter().any(|(at, mark)| marked(head, *at, mark)) {
                return Err(Unfit::Unknown);
            }
            Format::Raw { size: length }
        }
    };
    let size = format.size();
    if size == 0 || size % SECTOR != 0 || size > SIZE_MAX {
        return Err(Unfit::Size(size));
    }
    Ok(format)
}

/// Marks of what a raw disk begins with: a boot sector, a partition table, an ext file system.
const RAW: &[(usize, &[u8])] = &[(510, &[0x55, 0xAA]), (512, b"EFI PART"), (1080, &[0x53, 0xEF])];

/// Marks of what is no plain disk.
const OTHERS: &[(usize, &[u8], &str)] = &[
    (0, b"KDMV", "a VMDK"),
    (0, b"# Disk DescriptorFile", "a VMDK"),
    (64, &[0x7F, 0x10, 0xDA, 0xBE], "a VDI"),
    (0, b"vhdxfile", "a VHDX"),
    (0, b"conectix", "a VHD"),
    (0, b"QED\0", "a QED"),
    (0, b"LUKS\xBA\xBE", "an encrypted disk"),
    (0, &[0x1F, 0x8B], "compressed with gzip"),
    (0, b"\xFD7zXZ\0", "compressed with xz"),
    (0, &[0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd"),
    (0, b"BZh", "compressed with bzip2"),
    (0, b"PK\x03\x04", "a zip archive"),
    (257, b"ustar", "a tar archive"),
    (32_769, b"CD001", "a CD"),
];

fn marked(head: &[u8], at: usize, mark: &[u8]) -> bool {
    head.get(at..).is_some_and(|rest| rest.starts_with(mark))
}

/// What a qcow2's header says; nothing if there is none.
fn qcow2(head: &[u8]) -> Option<Result<Format, Unfit>> {
    if !head.starts_with(b"QFI\xFB") {
        return None;
    }
    Some(qcow2_header(head).unwrap_or(Err(Unfit::Unknown)))
}

/// Nothing when the header is cut short.
fn qcow2_header(head: &[u8]) -> Option<Result<Format, Unfit>> {
    let version = be32(head, 4)?;
    if !(2..=3).contains(&version) {
        return Some(Err(Unfit::Version(version)));
    }
    let (backing_at, backing_length) = (be64(head, 8)?, be32(head, 16)?);
    if backing_at != 0 {
        let name = usize::try_from(backing_at).ok().and_then(|at| {
            let length = usize::try_from(backing_length.min(BACKING_NAME_MAX)).ok()?;
            head.get(at..at.checked_add(length)?)
        });
        let name = String::from_utf8_lossy(name.unwrap_or_default()).into_owned();
        return Some(Err(Unfit::BackingFile(name)));
    }
    if be32(head, 32)? != 0 {
        return Some(Err(Unfit::Encrypted));
    }
    let incompatible = if version == 3 { be64(head, 72)? } else { 0 };
    if incompatible & INCOMPATIBLE_DATA_FILE != 0 {
        return Some(Err(Unfit::DataFile));
    }
    if incompatible & INCOMPATIBLE_CORRUPT != 0 {
        return Some(Err(Unfit::Corrupt));
    }
    Some(Ok(Format::Qcow2 { size: be64(head, 24)? }))
}

fn be32(head: &[u8], at: usize) -> Option<u32> {
    head.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

fn be64(head: &[u8], at: usize) -> Option<u64> {
    head.get(at..at + 8)?.try_into().ok().map(u64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A header of version 3 and a disk of 1 GiB.
    fn header() -> Vec<u8> {
        let mut head = vec![0; 512];
        head[..4].copy_from_slice(b"QFI\xFB");
        head[4..8].copy_from_slice(&3u32.to_be_bytes());
        head[20..24].copy_from_slice(&16u32.to_be_bytes());
        head[24..32].copy_from_slice(&(1u64 << 30).to_be_bytes());
        head
    }

    fn with(at: usize, bytes: &[u8]) -> Vec<u8> {
        let mut head = header();
        head[at..at + bytes.len()].copy_from_slice(bytes);
        head
    }

    #[test]
    fn a_whole_qcow2_is_taken_by_its_virtual_size() {
        assert_eq!(judge(&header(), 196_608), Ok(Format::Qcow2 { size: 1 << 30 }));
        let older = with(4, &2u32.to_be_bytes());
        assert_eq!(judge(&older, 196_608), Ok(Format::Qcow2 { size: 1 << 30 }));
    }

    #[test]
    fn a_qcow2_that_leans_on_another_file_is_refused() {
        let mut head = with(8, &256u64.to_be_bytes());
        head[16..20].copy_from_slice(&11u32.to_be_bytes());
        head[256..267].copy_from_slice(b"/etc/shadow");
        let refused = judge(&head, 196_608);
        assert_eq!(refused, Err(Unfit::BackingFile("/etc/shadow".to_owned())));
        // An offset past what was read, and one past all there can be.
        for at in [1u64 << 20, u64::MAX] {
            let head = with(8, &at.to_be_bytes());
            assert_eq!(judge(&head, 196_608), Err(Unfit::BackingFile(String::new())));
        }
        assert_eq!(judge(&with(72, &4u64.to_be_bytes()), 1 << 20), Err(Unfit::DataFile));
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_name() {
        for (head, unfit) in [
            (with(32, &2u32.to_be_bytes()), Unfit::Encrypted),
            (with(72, &2u64.to_be_bytes()), Unfit::Corrupt),
            (with(4, &1u32.to_be_bytes()), Unfit::Version(1)),
            (with(24, &0u64.to_be_bytes()), Unfit::Size(0)),
            (with(24, &u64::MAX.to_be_bytes()), Unfit::Size(u64::MAX)),
            (b"QFI\xFB\0\0".to_vec(), Unfit::Unknown),
            (b"KDMV\x01\0\0\0".to_vec(), Unfit::Other("a VMDK")),
            (vec![0; 4096], Unfit::Unknown),
            (Vec::new(), Unfit::Unknown),
        ] {
            assert_eq!(judge(&head, 4096), Err(unfit));
        }
        let mut cd = vec![0; HEAD];
        cd[32_769..32_774].copy_from_slice(b"CD001");
        assert_eq!(judge(&cd, 1 << 20), Err(Unfit::Other("a CD")));
    }

    #[test]
    fn a_raw_disk_has_a_boot_sector_or_a_file_system_and_whole_sectors() {
        for (at, mark) in RAW {
            let mut head = vec![0; 4096];
            head[*at..*at + mark.len()].copy_from_slice(mark);
            assert_eq!(judge(&head, 1 << 20), Ok(Format::Raw { size: 1 << 20 }));
            assert_eq!(judge(&head, 1_000_001), Err(Unfit::Size(1_000_001)));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(head in prop::collection::vec(any::<u8>(), 0..700), length: u64) {
            let mut marked = b"QFI\xFB\0\0\0\x03".to_vec();
            marked.extend(&head);
            for head in [head, marked] {
                if let Ok(format) = judge(&head, length) {
                    prop_assert!(format.size() > 0 && format.size() <= SIZE_MAX);
                }
            }
        }
    }
}
