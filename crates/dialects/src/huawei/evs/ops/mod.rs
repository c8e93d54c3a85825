//! One file for each operation.

pub(super) mod create_disks;
pub(super) mod delete_disk;
pub(super) mod disk_types;
pub(super) mod extend_disk;
pub(super) mod list_disks;
pub(super) mod show_disk;
