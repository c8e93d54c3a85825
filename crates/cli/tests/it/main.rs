//! The real binary as a process of its own: how it starts, what it says, how it ends.

mod crash;
mod daemon;
mod http;
mod images;
mod secrets;
mod serve;
mod signed;
