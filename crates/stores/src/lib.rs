//! Where state is durable: the stores behind [`regiment_core::store::Store`].
//!
//! A store keeps rows and a log and gives them back. What the bytes say is the core's business;
//! when to write is the engine's.
//!
//! Deliberately absent: any knowledge of servers or jobs, caches of what was read (the engine keeps
//! the world in memory), and retries (after a failed commit the process stops).
//!
//! Read first: [`memory`], the contract in a page. A new store is one module that passes
//! [`conformance`].

pub mod conformance;
pub mod embedded;
pub mod memory;

pub use embedded::RedbStore;
pub use memory::MemoryStore;
