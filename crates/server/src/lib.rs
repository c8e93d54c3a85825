//! The only place where all rooms meet: sockets and threads around the pure middle.
//!
//! [`start`] takes a [`Config`] and gives a [`Running`] server. A request comes in at [`listen`],
//! goes through [`gateway`], and if it is an order, to [`engine_thread`] and back.
//!
//! Deliberately absent: vendors' words (they are the dialects'), decisions about targets (they are
//! the core's), and globals: two servers in one process know nothing of each other.
//!
//! Read first: [`gateway`], then [`engine_thread`], then [`start`](mod@start).

mod body;
mod breakable_io;
mod catalog;
pub mod clock;
mod closing;
pub mod config;
mod credential;
mod cut;
pub mod data_folder;
pub mod engine_thread;
pub mod events;
pub mod gateway;
mod image_watch;
pub mod images;
pub mod keyring;
pub mod listen;
pub mod logs;
mod machines;
mod measured_store;
pub mod metrics;
mod mishaps;
mod networks;
mod nonces;
mod ops_routes;
mod patient_io;
pub mod published;
pub mod running;
mod seed;
pub mod signals;
pub mod start;
mod streams;
mod tls;
pub mod vault;
mod webhooks;

pub use config::{Config, Deliveries, GivenCredential, HttpLimits, Maintenance, Storage, Tls};
pub use regiment_core as core;
pub use regiment_dialects as dialects;
pub use regiment_dialects::{rates, rules};
#[cfg(target_os = "linux")]
pub use regiment_drivers::qemu::doctor;
pub use regiment_drivers::sim::Pace;
pub use running::{Identity, Running};
pub use start::{StartError, start};
