//! Times, and how it is said that there is none.

pub use crate::tencent::times::beijing;

/// What has no end says so like this.
pub const NEVER: &str = "0000-00-00 00:00";
