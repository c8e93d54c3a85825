//! The real binary as a process of its own: how it starts, what it says, how it ends.

mod cli;
mod crash;
mod daemon;
mod following;
mod http;
mod images;
mod load;
mod orders;
mod places;
mod recorded;
mod secrets;
mod serve;
mod shells;
mod signed;
mod terminal;
mod waiting;
