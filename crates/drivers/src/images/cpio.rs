//! The archive that a kernel unpacks as its first file system: "newc", as `cpio` writes it, without
//! the program and without being root for its device.

use std::fmt::Write as _;

/// A character device's number.
#[derive(Clone, Copy)]
pub struct Device {
    pub major: u32,
    pub minor: u32,
}

#[derive(Default)]
pub struct Archive {
    bytes: Vec<u8>,
    entries: u32,
}

const FOLDER: u32 = 0o040_755;
const PROGRAM: u32 = 0o100_755;
const CHARACTER_DEVICE: u32 = 0o020_600;

impl Archive {
    pub fn folder(&mut self, name: &str) {
        self.entry(name, FOLDER, None, &[]);
    }

    pub fn file(&mut self, name: &str, contents: &[u8]) {
        self.entry(name, PROGRAM, None, contents);
    }

    pub fn device(&mut self, name: &str, device: Device) {
        self.entry(name, CHARACTER_DEVICE, Some(device), &[]);
    }

    pub fn finish(mut self) -> Vec<u8> {
        self.entry("TRAILER!!!", 0, None, &[]);
        self.bytes
    }

    /// All times are zero, so that the same files make the same archive.
    fn entry(&mut self, name: &str, mode: u32, device: Option<Device>, contents: &[u8]) {
        self.entries += 1;
        let size = u32::try_from(contents.len()).expect("a first file system is small");
        let name_size = u32::try_from(name.len() + 1).expect("names are short");
        let Device { major, minor } = device.unwrap_or(Device { major: 0, minor: 0 });
        let fields = [self.entries, mode, 0, 0, 1, 0, size, 0, 0, major, minor, name_size, 0];
        let mut head = "070701".to_owned();
        for field in fields {
            let _ = write!(head, "{field:08x}");
        }
        self.bytes.extend(head.as_bytes());
        self.bytes.extend(name.as_bytes());
        self.bytes.push(0);
        self.fill();
        self.bytes.extend(contents);
        self.fill();
    }

    /// Everything begins at a multiple of four.
    fn fill(&mut self) {
        while !self.bytes.len().is_multiple_of(4) {
            self.bytes.push(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_as_the_kernel_reads_it() {
        let mut archive = Archive::default();
        archive.folder("dev");
        archive.device("dev/console", Device { major: 5, minor: 1 });
        archive.file("init", b"hello");
        let bytes = archive.finish();
        let mut at = 0;
        let mut seen = Vec::new();
        loop {
            assert_eq!(at % 4, 0);
            assert_eq!(&bytes[at..at + 6], b"070701");
            let field = |index: usize| {
                let from = at + 6 + 8 * index;
                let text = std::str::from_utf8(&bytes[from..from + 8]).unwrap();
                usize::from_str_radix(text, 16).unwrap()
            };
            let (mode, size, name_size) = (field(1), field(6), field(11));
            let name_at = at + 110;
            let name = std::str::from_utf8(&bytes[name_at..name_at + name_size - 1]).unwrap();
            assert_eq!(bytes[name_at + name_size - 1], 0);
            let from = (name_at + name_size).next_multiple_of(4);
            seen.push((
                name.to_owned(),
                mode,
                field(9),
                field(10),
                bytes[from..from + size].to_vec(),
            ));
            at = (from + size).next_multiple_of(4);
            if name == "TRAILER!!!" {
                break;
            }
        }
        assert_eq!(at, bytes.len());
        assert_eq!(seen[0], ("dev".to_owned(), 0o040_755, 0, 0, vec![]));
        assert_eq!(seen[1], ("dev/console".to_owned(), 0o020_600, 5, 1, vec![]));
        assert_eq!(seen[2], ("init".to_owned(), 0o100_755, 0, 0, b"hello".to_vec()));
    }
}
