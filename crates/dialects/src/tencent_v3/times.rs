//! Times are told and taken in UTC, to the second.

use jiff::Timestamp;
use jiff::tz::Offset;
use regiment_core::model::Time;

/// `YYYY-MM-DDThh:mm:ssZ`.
pub fn utc(time: Time) -> String {
    let at = Timestamp::from_millisecond(time.0).unwrap_or(Timestamp::UNIX_EPOCH);
    Offset::UTC.to_datetime(at).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub fn read(text: &str) -> Option<Time> {
    let at: Timestamp = text.parse().ok()?;
    text.ends_with('Z').then(|| Time(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_both_ways() {
        assert_eq!(utc(Time(1_465_185_768_999)), "2016-06-06T04:02:48Z");
        assert_eq!(read("2016-06-06T04:02:48Z"), Some(Time(1_465_185_768_000)));
        for bad in ["", "2016-06-06", "2016-06-06T04:02:48", "2016-06-06T04:02:48+08:00"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
