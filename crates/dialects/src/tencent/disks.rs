//! Kinds of disk have numbers here; a record keeps the word the vendor's later API has for each.

/// A kind's number, its word in the later API, and its word in the disks' own module.
const KINDS: [(u32, &str, &str); 5] = [
    (1, "LOCAL_BASIC", "localBasic"),
    (2, "CLOUD_BASIC", "cloudBasic"),
    (3, "LOCAL_SSD", "localSSD"),
    (4, "CLOUD_SSD", "cloudSSD"),
    (5, "CLOUD_PREMIUM", "cloudPremium"),
];

/// What a disk is when nobody says.
pub const USUAL: u32 = 2;

pub fn word(number: u32) -> &'static str {
    KINDS.iter().find(|(known, _, _)| *known == number).map_or("CLOUD_BASIC", |(_, word, _)| word)
}

/// A disk ordered in another dialect has that dialect's word: what is called SSD is shown as one,
/// what is serial-attached as the middle kind.
pub fn number(word: &str) -> u32 {
    if let Some((number, _, _)) = KINDS.iter().find(|(_, known, _)| *known == word) {
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

/// The word of the disks' own module for a disk of this class.
pub fn module_word(class: &str) -> &'static str {
    let number = number(class);
    KINDS.iter().find(|(known, _, _)| *known == number).map_or("cloudBasic", |(_, _, word)| word)
}

/// The class that the disks' own module means by this word.
pub fn class_of(module_word: &str) -> Option<&'static str> {
    KINDS.iter().find(|(_, _, known)| *known == module_word).map(|(_, word, _)| *word)
}
