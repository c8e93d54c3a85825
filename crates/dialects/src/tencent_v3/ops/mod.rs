//! One file per action; those of load balancers in an area of their own. `actions` lists them.

pub mod clb;
pub mod create;
pub mod delete;
pub mod describe;
pub mod images;
pub mod key_pairs;
pub mod reboot;
pub mod regions;
pub mod reinstall;
pub mod reset_password;
pub mod resize;
pub mod servers;
pub mod shapes;
pub mod start;
pub mod states;
pub mod stop;
pub mod zones;
