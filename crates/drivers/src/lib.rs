//! What makes servers real: the drivers behind [`regiment_core::driver::Driver`].
//!
//! A driver is told what should be true and reports, once per call, what became of it. When to
//! call, what to try again and what it means for an order is the core's business.
//!
//! Deliberately absent: clocks (time is an argument), vendors' words, and any memory of orders.
//!
//! Read first: [`sim`], the simulated fleet; then `qemu`, real machines, and [`images`], what they
//! are made from. A new driver is one module here that passes [`conformance`].

pub mod conformance;
mod hosts;
pub mod images;
#[cfg(target_os = "linux")]
pub mod qemu;
pub mod sim;

pub use sim::SimDriver;
