//! Real machines: one QEMU process for each server.

pub mod image;
