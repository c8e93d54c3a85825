pub mod completions;
pub mod context;
pub mod credential;
#[cfg(target_os = "linux")]
pub mod doctor;
pub mod events;
pub mod fault;
pub mod image;
pub mod job;
pub mod load;
mod machines;
pub mod man;
pub mod order;
pub mod serve;
pub mod servers;
