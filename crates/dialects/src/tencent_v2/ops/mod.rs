//! One file per action, under the name the core has for it; reads under the name of what they show.

pub mod attach_volume;
pub mod bandwidth;
pub mod change_charging;
pub mod change_network;
pub mod create;
pub mod create_disks;
pub mod delete;
pub mod describe;
pub mod detach_volume;
pub mod disks;
pub mod extend_disks;
pub mod lb;
pub mod prices;
pub mod reboot;
pub mod reinstall;
pub mod rename;
pub mod renew_disk;
pub mod reset_password;
pub mod resize;
pub mod servers;
pub mod start;
pub mod stop;
pub mod task_results;
pub mod zones;
