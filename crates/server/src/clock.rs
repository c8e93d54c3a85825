//! Where the time comes from. Everything that needs it is given a clock, so that a test can hold
//! it still.

use std::time::{SystemTime, UNIX_EPOCH};

use regiment_core::model::Time;

/// Tells the time.
pub trait Clock: Send + Sync {
    fn now(&self) -> Time;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct RealClock;

impl Clock for RealClock {
    fn now(&self) -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::{Clock, Time};

    /// A clock that stands until it is moved.
    pub struct HeldClock(AtomicI64);

    impl HeldClock {
        pub const fn at(now: Time) -> HeldClock {
            HeldClock(AtomicI64::new(now.0))
        }

        pub fn advance_ms(&self, ms: i64) {
            self.0.fetch_add(ms, Ordering::SeqCst);
        }
    }

    impl Clock for HeldClock {
        fn now(&self) -> Time {
            Time(self.0.load(Ordering::SeqCst))
        }
    }
}
