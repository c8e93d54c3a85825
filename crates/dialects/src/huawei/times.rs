//! The forms in which this cloud writes points in time. All are UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use regiment_core::model::Time;

fn civil(time: Time) -> DateTime {
    let stamp = Timestamp::from_millisecond(time.0).unwrap_or(Timestamp::UNIX_EPOCH);
    Offset::UTC.to_datetime(stamp)
}

/// `2019-07-15T11:30:52`
pub(super) fn seconds(time: Time) -> String {
    let t = civil(time);
    let (date, clock) = (t.date(), t.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        date.year(),
        date.month(),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second()
    )
}

/// `2019-07-15T11:30:52Z`: servers.
pub(super) fn plain(time: Time) -> String {
    seconds(time) + "Z"
}

/// `2016-04-25T20:04:34.604Z`: jobs.
pub(super) fn millis(time: Time) -> String {
    format!("{}.{:03}Z", seconds(time), time.0.rem_euclid(1000))
}

/// `2019-07-15T11:31:09.000000`: when a server was launched.
pub(super) fn launched(time: Time) -> String {
    format!("{}.{:03}000", seconds(time), time.0.rem_euclid(1000))
}

/// `2020-01-04T09:05:22.701000Z`: tokens.
pub(super) fn micros(time: Time) -> String {
    launched(time) + "Z"
}

/// `1806151652`: the first digits of an order's id.
pub(super) fn digits(time: Time) -> String {
    let text = seconds(time);
    text[2..16].chars().filter(char::is_ascii_digit).collect()
}

/// Reads `20240102T030405Z`.
pub(super) fn parse_basic(text: &str) -> Option<Time> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let at = |from: usize, to: usize| {
        let part = &bytes[from..to];
        let digits = part.iter().all(u8::is_ascii_digit);
        digits.then(|| part.iter().fold(0i16, |sum, byte| sum * 10 + i16::from(byte - b'0')))
    };
    let narrow = |value: i16| i8::try_from(value).ok();
    from_parts(
        at(0, 4)?,
        narrow(at(4, 6)?)?,
        narrow(at(6, 8)?)?,
        narrow(at(9, 11)?)?,
        narrow(at(11, 13)?)?,
        narrow(at(13, 15)?)?,
    )
}

/// Reads `2019-07-15T11:30:52Z`.
pub(super) fn parse_plain(text: &str) -> Option<Time> {
    let spread: String = text.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let shaped = text.len() == 20
        && text.is_ascii()
        && [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'Z')]
            .iter()
            .all(|(at, byte)| text.as_bytes()[*at] == *byte);
    shaped.then(|| parse_basic(&spread)).flatten()
}

fn from_parts(year: i16, month: i8, day: i8, hour: i8, minute: i8, second: i8) -> Option<Time> {
    let civil = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    let stamp = Offset::UTC.to_timestamp(civil).ok()?;
    Some(Time(stamp.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_form_is_as_the_cloud_writes_it() {
        let time = Time(1_563_190_269_604);
        assert_eq!(plain(time), "2019-07-15T11:31:09Z");
        assert_eq!(millis(time), "2019-07-15T11:31:09.604Z");
        assert_eq!(launched(time), "2019-07-15T11:31:09.604000");
        assert_eq!(micros(time), "2019-07-15T11:31:09.604000Z");
        assert_eq!(digits(time), "1907151131");
        assert_eq!(parse_plain("2019-07-15T11:31:09Z"), Some(Time(1_563_190_269_000)));
        assert_eq!(parse_basic("20190715T113109Z"), Some(Time(1_563_190_269_000)));
    }

    proptest! {
        #[test]
        fn no_words_are_too_strange(text in ".*", shaped in "[0-9]{8}T[0-9]{6}Z") {
            let _ = (parse_plain(&text), parse_basic(&text), parse_basic(&shaped));
        }

        #[test]
        fn what_is_written_reads_back(seconds in 0i64..4_102_444_800) {
            let time = Time(seconds * 1000);
            prop_assert_eq!(parse_plain(&plain(time)), Some(time));
        }
    }
}
