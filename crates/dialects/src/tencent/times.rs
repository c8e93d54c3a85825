//! Times are written as in Beijing, without saying so.

use jiff::tz::Offset;
use jiff::{Span, Timestamp};
use regiment_core::model::Time;

const BEIJING: Offset = Offset::constant(8);

/// `YYYY-MM-DD HH:MM:SS`.
pub fn beijing(time: Time) -> String {
    let at = Timestamp::from_millisecond(time.0).unwrap_or(Timestamp::UNIX_EPOCH);
    BEIJING.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// So many months later by the calendar in Beijing; the end of a shorter month is its last day.
pub fn months_after(time: Time, months: u32) -> Time {
    let at = Timestamp::from_millisecond(time.0).unwrap_or(Timestamp::UNIX_EPOCH);
    let later = BEIJING
        .to_datetime(at)
        .checked_add(Span::new().months(i64::from(months)))
        .ok()
        .and_then(|later| BEIJING.to_timestamp(later).ok());
    Time(later.unwrap_or(at).as_millisecond())
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

    #[test]
    fn a_month_ends_where_the_next_one_does() {
        let end_of_january = Time(1_485_792_000_000);
        assert_eq!(beijing(end_of_january), "2017-01-31 00:00:00");
        assert_eq!(beijing(months_after(end_of_january, 1)), "2017-02-28 00:00:00");
        assert_eq!(beijing(months_after(end_of_january, 14)), "2018-03-31 00:00:00");
        assert_eq!(months_after(end_of_january, 0), end_of_january);
    }
}
