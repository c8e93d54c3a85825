//! Kinds of disk have numbers here; a record keeps the word the vendor's later API has for each.

const KINDS: [(u32, &str); 5] = [
    (1, "LOCAL_BASIC"),
    (2, "CLOUD_BASIC"),
    (3, "LOCAL_SSD"),
    (4, "CLOUD_SSD"),
    (5, "CLOUD_PREMIUM"),
];

/// What a disk is when nobody says.
pub const USUAL: u32 = 2;

pub fn word(number: u32) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == number).map_or("CLOUD_BASIC", |(_, word)| word)
}

/// A disk ordered in another dialect has that dialect's word: what is called SSD is shown as one,
/// what is serial-attached as the middle kind.
pub fn number(word: &str) -> u32 {
    if let Some((number, _)) = KINDS.iter().find(|(_, known)| *known == word) {
        return *number;
    }
    if word.contains("SSD") {
        4
    } else if word.contains("SAS") {
        5
    } else {
        USUAL
    }
}
