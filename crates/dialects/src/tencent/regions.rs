//! Regions by their names in both versions.

/// What the older version calls regions, of those that both have.
const OLDER: [(&str, &str); 6] = [
    ("bj", "ap-beijing"),
    ("cd", "ap-chengdu"),
    ("gz", "ap-guangzhou"),
    ("hk", "ap-hongkong"),
    ("sg", "ap-singapore"),
    ("sh", "ap-shanghai"),
];

/// A region as the later version calls it: so records keep it.
pub fn region(text: &str) -> &str {
    OLDER.iter().find(|(older, _)| *older == text).map_or(text, |(_, name)| name)
}
