#[cfg(target_os = "linux")]
pub mod doctor;
pub mod image;
mod machines;
pub mod serve;
