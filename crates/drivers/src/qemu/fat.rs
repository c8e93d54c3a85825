//! A small disk with a few files on it, as every system reads it: FAT12, whole in memory, without the
//! programs that make one. Made to be read once and thrown away.
//!
//! Deliberately absent: folders, names that are longer than one entry holds, and more than a mebibyte.

const SECTOR: usize = 512;
const SECTORS: u16 = 2048;
const RESERVED: usize = 1;
const TABLES: usize = 2;
const TABLE_SECTORS: usize = 6;
const ENTRY: usize = 32;
const ROOT_ENTRIES: usize = 64;
const ROOT_SECTORS: usize = ROOT_ENTRIES * ENTRY / SECTOR;
const ROOT_AT: usize = (RESERVED + TABLES * TABLE_SECTORS) * SECTOR;
const DATA_AT: usize = ROOT_AT + ROOT_SECTORS * SECTOR;
/// Of one sector each. Below 4085, which is what makes it FAT12; the first has the number 2.
const CLUSTERS: usize = SECTORS as usize - DATA_AT / SECTOR;

/// What a long name's one entry holds.
const NAME_MAX: usize = 13;
const END_OF_FILE: u16 = 0xFFF;
const FIXED_DISK: u8 = 0xF8;
const ATTRIBUTE_LABEL: u8 = 0x08;
const ATTRIBUTE_LONG_NAME: u8 = 0x0F;
const ATTRIBUTE_ARCHIVE: u8 = 0x20;
/// 1980-01-01, the first day there is: the same files make the same disk.
const DAY: u16 = 1 << 5 | 1;

/// A disk of this label with these files. None if they do not fit, or a name does not.
pub fn disk(label: &str, files: &[(&str, &[u8])]) -> Option<Vec<u8>> {
    let mut bytes = vec![0; usize::from(SECTORS) * SECTOR];
    let label = padded::<11>(label)?;
    bytes[..SECTOR].copy_from_slice(&boot_sector(label));
    let mut table = vec![0; TABLE_SECTORS * SECTOR];
    link(&mut table, 0, 0xF00 | u16::from(FIXED_DISK));
    link(&mut table, 1, END_OF_FILE);
    let mut entries = vec![entry(label, ATTRIBUTE_LABEL, 0, 0)];
    let mut cluster = 2;
    for (number, (name, contents)) in files.iter().enumerate() {
        let count = contents.len().div_ceil(SECTOR);
        if cluster + count > CLUSTERS + 2 {
            return None;
        }
        let short = short_name(name, number)?;
        let first = if count == 0 { 0 } else { u16::try_from(cluster).ok()? };
        entries.push(long_name(name, short)?);
        entries.push(entry(short, ATTRIBUTE_ARCHIVE, first, u32::try_from(contents.len()).ok()?));
        let at = DATA_AT + (cluster - 2) * SECTOR;
        bytes[at..at + contents.len()].copy_from_slice(contents);
        for place in 0..count {
            let next = u16::try_from(cluster + place + 1).ok()?;
            let next = if place + 1 == count { END_OF_FILE } else { next };
            link(&mut table, cluster + place, next);
        }
        cluster += count;
    }
    if entries.len() > ROOT_ENTRIES {
        return None;
    }
    for copy in 0..TABLES {
        let at = (RESERVED + copy * TABLE_SECTORS) * SECTOR;
        bytes[at..at + table.len()].copy_from_slice(&table);
    }
    for (place, entry) in entries.iter().enumerate() {
        bytes[ROOT_AT + place * ENTRY..][..ENTRY].copy_from_slice(entry);
    }
    Some(bytes)
}

fn boot_sector(label: [u8; 11]) -> [u8; SECTOR] {
    let mut sector = [0; SECTOR];
    let mut put = |at: usize, bytes: &[u8]| sector[at..at + bytes.len()].copy_from_slice(bytes);
    let small = |number: usize| u16::try_from(number).unwrap_or(0).to_le_bytes();
    // A jump over what follows, and who made it.
    put(0, &[0xEB, 0x3C, 0x90]);
    put(3, b"REGIMENT");
    put(11, &small(SECTOR));
    // Sectors of a cluster.
    put(13, &[1]);
    put(14, &small(RESERVED));
    put(16, &small(TABLES)[..1]);
    put(17, &small(ROOT_ENTRIES));
    put(19, &SECTORS.to_le_bytes());
    put(21, &[FIXED_DISK]);
    put(22, &small(TABLE_SECTORS));
    // Tracks and heads mean nothing and must not be nothing.
    put(24, &small(32));
    put(26, &small(2));
    put(36, &[0x80, 0, 0x29]);
    put(39, b"SEED");
    put(43, &label);
    put(54, b"FAT12   ");
    put(510, &[0x55, 0xAA]);
    sector
}

/// Twelve bits for each cluster, two of them in three bytes.
fn link(table: &mut [u8], cluster: usize, next: u16) {
    let at = cluster + cluster / 2;
    let [low, high] = next.to_le_bytes();
    if cluster.is_multiple_of(2) {
        table[at] = low;
        table[at + 1] = table[at + 1] & 0xF0 | high;
    } else {
        table[at] = table[at] & 0x0F | low << 4;
        table[at + 1] = high << 4 | low >> 4;
    }
}

fn entry(name: [u8; 11], attribute: u8, first: u16, length: u32) -> [u8; ENTRY] {
    let mut entry = [0; ENTRY];
    entry[..11].copy_from_slice(&name);
    entry[11] = attribute;
    // Made, looked at, written.
    for at in [16, 18, 24] {
        entry[at..at + 2].copy_from_slice(&DAY.to_le_bytes());
    }
    entry[26..28].copy_from_slice(&first.to_le_bytes());
    entry[28..].copy_from_slice(&length.to_le_bytes());
    entry
}

/// What stands before the entry with the short name.
fn long_name(name: &str, short: [u8; 11]) -> Option<[u8; ENTRY]> {
    let mut units: Vec<u16> = name.encode_utf16().collect();
    if units.is_empty() || units.len() > NAME_MAX {
        return None;
    }
    if units.len() < NAME_MAX {
        units.push(0);
    }
    units.resize(NAME_MAX, 0xFFFF);
    let mut entry = [0; ENTRY];
    // The first and the last one.
    entry[0] = 0x41;
    entry[11] = ATTRIBUTE_LONG_NAME;
    entry[13] = short.iter().fold(0, |sum: u8, byte| sum.rotate_right(1).wrapping_add(*byte));
    let places = (1..11).step_by(2).chain((14..26).step_by(2)).chain((28..32).step_by(2));
    for (at, unit) in places.zip(units) {
        entry[at..at + 2].copy_from_slice(&unit.to_le_bytes());
    }
    Some(entry)
}

/// What systems see that know no long names.
fn short_name(name: &str, number: usize) -> Option<[u8; 11]> {
    let plain = name.chars().filter(char::is_ascii_alphanumeric).take(5);
    padded(&format!("{}~{number}", plain.collect::<String>().to_ascii_uppercase()))
}

fn padded<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    let mut bytes = [b' '; LENGTH];
    bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
    Some(bytes)
}

#[cfg(test)]
pub mod tests {
    use super::*;

    fn word(bytes: &[u8], at: usize) -> usize {
        usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
    }

    /// Reads the disk by what its own first sector says of it.
    pub fn read(disk: &[u8]) -> (String, Vec<(String, Vec<u8>)>) {
        assert_eq!(disk[510..512], [0x55, 0xAA]);
        let sector = word(disk, 11);
        let cluster_bytes = sector * usize::from(disk[13]);
        let (reserved, tables) = (word(disk, 14), usize::from(disk[16]));
        let (entries, table_sectors) = (word(disk, 17), word(disk, 22));
        assert_eq!(disk.len(), word(disk, 19) * sector);
        let table = &disk[reserved * sector..][..table_sectors * sector];
        for copy in 1..tables {
            assert_eq!(table, &disk[(reserved + copy * table_sectors) * sector..][..table.len()]);
        }
        let root = (reserved + tables * table_sectors) * sector;
        let data = root + entries * 32;
        let clusters = (disk.len() - data) / cluster_bytes;
        assert!(clusters < 4085 && (clusters + 2) * 3 / 2 <= table.len(), "it is FAT12");
        let next = |cluster: usize| {
            let pair = word(table, cluster * 3 / 2);
            if cluster.is_multiple_of(2) { pair & 0xFFF } else { pair >> 4 }
        };
        let (mut label, mut files, mut long) = (String::new(), Vec::new(), None);
        for entry in disk[root..data].chunks(32).take_while(|entry| entry[0] != 0) {
            match entry[11] {
                0x08 => label = String::from_utf8_lossy(&entry[..11]).trim().to_owned(),
                0x0F => {
                    let text = [&entry[1..11], &entry[14..26], &entry[28..32]].concat();
                    let units = text.chunks(2).map(|two| u16::from_le_bytes([two[0], two[1]]));
                    let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
                    let units =
                        units.into_iter().filter(|unit| *unit != 0xFFFF).collect::<Vec<_>>();
                    long = Some((String::from_utf16(&units).unwrap(), entry[13]));
                }
                _ => {
                    let (name, sum) = long.take().expect("each has a long name");
                    let real = entry[..11].iter().fold(0_u32, |sum, byte| {
                        (((sum & 1) << 7) + (sum >> 1) + u32::from(*byte)) & 0xFF
                    });
                    assert_eq!(u32::from(sum), real, "{name}");
                    let length = word(entry, 28) | word(entry, 30) << 16;
                    let (mut contents, mut cluster) = (Vec::new(), word(entry, 26));
                    while contents.len() < length {
                        assert!((2..clusters + 2).contains(&cluster), "{name}: {cluster}");
                        let at = data + (cluster - 2) * cluster_bytes;
                        contents.extend(&disk[at..at + cluster_bytes]);
                        cluster = next(cluster);
                    }
                    assert!(length == 0 || cluster >= 0xFF8, "{name} ends where its chain does");
                    contents.truncate(length);
                    files.push((name, contents));
                }
            }
        }
        (label, files)
    }

    #[test]
    fn what_is_written_is_read() {
        let long: Vec<u8> = (0..100_000_u32).map(|n| n.to_le_bytes()[n as usize % 3]).collect();
        let files: [(&str, &[u8]); 5] = [
            ("meta-data", b"one"),
            ("empty", b""),
            ("user-data", &long),
            ("vendor-data", &[7; SECTOR]),
            ("thirteen-char", &[8; SECTOR + 1]),
        ];
        let (label, read) = read(&disk("CIDATA", &files).unwrap());
        assert_eq!(label, "CIDATA");
        let wanted: Vec<_> =
            files.iter().map(|(name, text)| ((*name).to_owned(), text.to_vec())).collect();
        assert_eq!(read, wanted);
        assert_eq!(disk("CIDATA", &files), disk("CIDATA", &files));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let full = vec![1; CLUSTERS * SECTOR];
        assert_eq!(read(&disk("X", &[("a", &full)]).unwrap()).1[0].1, full);
        assert!(disk("X", &[("a", &full), ("b", b"1")]).is_none());
        assert!(disk("X", &[("fourteen-chars", b"")]).is_none());
        assert!(disk("X", &[("", b"")]).is_none());
        assert!(disk("a-label-that-is-long", &[]).is_none());
        let many: Vec<(&str, &[u8])> = vec![("a", b""); 32];
        assert!(disk("X", &many).is_none());
    }
}
