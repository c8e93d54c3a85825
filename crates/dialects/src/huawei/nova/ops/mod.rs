//! One file for each operation, by the name it has in every room.

pub(super) mod availability_zones;
pub(super) mod console_output;
pub(super) mod crash_dump;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod flavors;
pub(super) mod instance_actions;
pub(super) mod interfaces;
pub(super) mod key_pairs;
pub(super) mod limits;
pub(super) mod list_servers;
pub(super) mod lock;
pub(super) mod metadata;
pub(super) mod power;
pub(super) mod reinstall;
pub(super) mod remote_console;
pub(super) mod rename;
pub(super) mod reset_password;
pub(super) mod resize;
pub(super) mod security_groups;
pub(super) mod server_groups;
pub(super) mod server_password;
pub(super) mod show_server;
pub(in crate::huawei) mod versions;
pub(super) mod volumes;
