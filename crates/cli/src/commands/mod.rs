pub mod image;
mod machines;
pub mod serve;
