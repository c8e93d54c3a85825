#[cfg(target_os = "linux")]
pub mod doctor;
pub mod image;
pub mod serve;
