//! Images and machines for real: needs QEMU and images, which `cargo xtask test vm` sees to.

#![cfg(target_os = "linux")]

mod doctor;
mod guest;
mod images;
mod room;
