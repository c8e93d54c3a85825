//! What things cost. The prices are ours, and plain: hundredths of a yuan.

use regiment_core::model::Reach;

/// An hour of a megabit a second.
pub const MBPS: u64 = 6;
/// A gigabyte that is sent.
pub const GB_OF_TRAFFIC: u64 = 80;

pub const HOURS_OF_MONTH: u64 = 720;

/// An hour of a load balancer. Private ones cost nothing.
pub const fn balancer_hour(reach: Reach) -> u64 {
    match reach {
        Reach::Public => 2,
        Reach::Private => 0,
    }
}

/// In yuan. Prices are far below what a float holds exactly.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
pub fn yuan(hundredths: u64) -> f64 {
    hundredths as f64 / 100.0
}
