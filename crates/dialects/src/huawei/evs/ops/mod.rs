//! One file for each operation.

pub(super) mod disk_types;
pub(super) mod list_disks;
pub(super) mod show_disk;
