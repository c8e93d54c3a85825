//! Real machines: one QEMU process for each server, and one task here that owns it.
//!
//! A process belongs to nobody but itself: it goes on when the daemon ends, and the next daemon finds
//! it again by what is written in its [`folder`]. What is done to a machine goes over two sockets, to
//! QEMU itself ([`qmp`]) and to the agent in the guest ([`agent`]).
//!
//! Deliberately absent: libraries that wrap all this, since they end when QEMU says something new; and
//! trust in guests, whose every word is bounded in length and time.
//!
//! Read first: [`machine`], then [`verbs`] and [`power`].

mod agent;
mod config;
mod devices;
pub mod doctor;
mod door;
mod fat;
mod first_boot;
mod folder;
mod guest;
mod hash;
mod image;
mod launch;
mod loose;
mod machine;
mod power;
pub mod probe;
mod process;
mod qmp;
mod record;
mod seed;
mod shared;
mod verbs;
mod wire;

pub use config::{Patience, QemuConfig, Reach};
pub use door::{QemuDriver, check_programs};
