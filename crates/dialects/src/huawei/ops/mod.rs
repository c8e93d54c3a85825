//! One file for each operation, by the name it has in every room.

pub(super) mod attributes;
pub(super) mod availability_zones;
pub(super) mod catalog;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod flavors;
pub(super) mod guest;
pub(super) mod iam;
pub(super) mod lifecycle;
pub(super) mod limits;
pub(super) mod list_servers;
pub(super) mod nics;
pub(super) mod power;
pub(super) mod projects;
pub(super) mod reboot;
pub(super) mod reinstall;
pub(super) mod rename;
pub(super) mod reset_password;
pub(super) mod resize;
pub(super) mod show_job;
pub(super) mod show_server;
pub(super) mod start;
pub(super) mod stop;
pub(super) mod tags;
pub(super) mod tokens;
pub(super) mod volumes;
