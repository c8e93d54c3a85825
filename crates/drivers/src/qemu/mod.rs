//! Real machines: one QEMU process for each server.

pub mod doctor;
pub mod image;
pub mod probe;
