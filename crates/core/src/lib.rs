//! The middle of Regiment: what one order means for each of N servers.
//!
//! Everything here is a function of its arguments. Time, ids and chance come in as values; the
//! disk and the machines are two traits ([`store::Store`], [`driver::Driver`]) that others implement.
//!
//! Deliberately absent: HTTP, async, clocks, random sources, files, and every vendor's word.
//!
//! Read first: [`command`] (what can be asked), then [`plan`] (a verdict per target), then
//! [`engine`] (the turn that makes it durable). Each operation is one file in [`ops`]; what no
//! machine need be asked for is one in [`edits`].

pub mod again;
pub mod apply;
mod bytes;
pub mod chance;
pub mod command;
pub mod driver;
pub mod edits;
pub mod engine;
pub mod events;
pub mod judge;
pub mod limits;
pub mod model;
pub mod ops;
pub mod plan;
pub mod record;
pub mod recover;
pub mod schedule;
pub mod select;
pub mod steer;
pub mod store;
pub mod vault;
pub mod view;
pub mod world;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
