//! One file for each operation, by the name it has in every room.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list_servers;
pub(super) mod rename;
pub(super) mod show_server;
pub(in crate::huawei) mod versions;
