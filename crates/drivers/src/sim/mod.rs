//! A simulated fleet: nothing to install, the same story for the same seed.
//!
//! [`SimDriver`] is the door. Every call passes [`Fleet::receive`](fleet::Fleet), waits as long as
//! its [`Pace`] says, and is carried out by the one function of its verb in `verbs`.

mod config;
mod console;
mod door;
mod fleet;
mod guest;
mod pace;
mod verbs;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use crate::hosts::HostState;
pub use config::SimConfig;
pub use door::SimDriver;
pub use pace::Pace;
