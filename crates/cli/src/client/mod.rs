//! The other side of the HTTP API: what the commands that order, look and wait speak through.
//!
//! [`Connection`] is what a person says of the server to talk to, [`Client`] the way to it. Deliberately
//! absent: the core. What these commands know, any client of the API can know.

mod api;
mod connect;
pub mod contexts;
pub mod local;
mod place;
mod trouble;

pub use api::{Fault, Job, JobState, Pages, Server, SubJob, Submitted, Target, typed};
pub use connect::{Client, agent, escaped, is_here};
pub use place::{Connection, Credentials, Place};
pub use trouble::Trouble;
