//! Times are written as in Beijing, without saying so.

use jiff::Timestamp;
use regiment_core::model::Time;

use crate::charging::BEIJING;

/// `YYYY-MM-DD HH:MM:SS`.
pub fn beijing(time: Time) -> String {
    let at = Timestamp::from_millisecond(time.0).unwrap_or(Timestamp::UNIX_EPOCH);
    BEIJING.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_eight_hours_ahead_and_never_fail() {
        assert_eq!(beijing(Time(1_465_185_768_999)), "2016-06-06 12:02:48");
        assert_eq!(beijing(Time(-1)), "1970-01-01 07:59:59");
        assert_eq!(beijing(Time(i64::MAX)), "1970-01-01 08:00:00");
    }
}
