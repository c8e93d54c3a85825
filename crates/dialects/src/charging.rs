//! How servers and disks are paid for, under one name in every dialect: what one cloud's clients pay
//! for in advance is so to another's.

use jiff::tz::Offset;
use jiff::{Span, Timestamp};
use regiment_core::model::{Hints, Time};

/// The hint that says how; by use where there is none.
pub const MODE: &str = "charging_mode";
pub const POSTPAID: &str = "0";
pub const PREPAID: &str = "1";
pub const SPOT: &str = "2";

/// Until when something is paid for in advance, in milliseconds.
pub const UNTIL: &str = "paid_until";

/// All clouds here are at home in Beijing.
pub const BEIJING: Offset = Offset::constant(8);

pub fn mode(hints: &Hints) -> &str {
    hints.get(MODE).map_or(POSTPAID, |mode| &**mode)
}

pub fn paid_until(hints: &Hints) -> Option<Time> {
    hints.get(UNTIL)?.parse().ok().map(Time)
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
    fn a_month_ends_where_the_next_one_does() {
        // 2017-01-31 00:00:00 in Beijing.
        let end_of_january = Time(1_485_792_000_000);
        assert_eq!(months_after(end_of_january, 1), Time(1_488_211_200_000), "2017-02-28");
        assert_eq!(months_after(end_of_january, 14), Time(1_522_425_600_000), "2018-03-31");
        assert_eq!(months_after(end_of_january, 0), end_of_january);
    }
}
