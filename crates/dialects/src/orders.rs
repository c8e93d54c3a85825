//! Orders on a vendor's own call: how the job that the call makes is to be run, in a header that any
//! client can send beside what the vendor defines. The same words for every dialect.
//!
//! `X-Regiment-Orders: concurrency=10; waves=1,10%,100%; pause=30s; max_failures=5`

use jiff::Timestamp;
use regiment_core::command::{Command, Receipt, TargetRef};
use regiment_core::model::{Fault, FaultKind, Orders, Retry, Share, Time};

use crate::Request;

/// In lower case, as headers are looked up.
pub const HEADER: &str = "x-regiment-orders";

/// Far more than all keys need; what is longer is not read.
const CHARS_MAX: usize = 1_024;

/// What a retry waits for where only their number is said.
pub(crate) const BACKOFF_MS: i64 = 5_000;

/// What the header of a call says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    pub orders: Orders,
    /// Only judge, and tell the verdicts.
    pub dry_run: bool,
}

/// An order that was only rehearsed: whom it named, and what would have come of it.
pub struct Rehearsal<'a> {
    pub targets: &'a [TargetRef],
    pub outcome: &'a Result<Receipt, Fault>,
}

impl Carried {
    /// What a request carries. Whether it can be carried out is the core's to judge.
    pub fn read(request: &Request<'_>, now: Time) -> Result<Carried, Fault> {
        let mut values = request.header_values(HEADER);
        let Some(text) = values.next() else { return Ok(Carried::default()) };
        if values.next().is_some() {
            return Err(invalid("the header is there twice"));
        }
        parse(text, now).map_err(invalid)
    }

    /// Has a command run as the header says, and as it would be run without.
    pub fn onto(&self, command: &mut Command) {
        let Carried { orders, dry_run } = self;
        // A dialect of ours has said already how the job is to be run.
        if *orders != Orders::default() {
            command.orders.clone_from(orders);
        }
        command.dry_run |= dry_run;
    }
}

fn invalid(why: impl Into<String>) -> Fault {
    Fault::with(FaultKind::OrdersInvalid, why.into())
}

/// What has been read so far; each key may come once.
#[derive(Default)]
struct Seen<'a> {
    keys: Vec<&'a str>,
    carried: Carried,
    retry: Option<u8>,
    backoff_ms: Option<i64>,
}

fn parse(text: &str, now: Time) -> Result<Carried, String> {
    if text.len() > CHARS_MAX {
        return Err(format!("the header is longer than {CHARS_MAX} characters"));
    }
    let mut seen = Seen::default();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (key, value) = match part.split_once('=') {
            Some((key, value)) => (key.trim_end(), Some(value.trim_start())),
            None => (part, None),
        };
        if seen.keys.contains(&key) {
            return Err(format!("{} is there twice", shown(key)));
        }
        seen.keys.push(key);
        seen.take(key, value, now)?;
    }
    let Seen { keys: _, mut carried, retry, backoff_ms } = seen;
    carried.orders.retry = match (retry, backoff_ms) {
        (Some(attempts), backoff_ms) => {
            Some(Retry { attempts, backoff_ms: backoff_ms.unwrap_or(BACKOFF_MS) })
        }
        (None, Some(_)) => return Err("backoff is there without retry".to_owned()),
        (None, None) => None,
    };
    Ok(carried)
}

impl Seen<'_> {
    fn take(&mut self, key: &str, value: Option<&str>, now: Time) -> Result<(), String> {
        let need = || value.filter(|value| !value.is_empty()).ok_or(format!("{key} needs a value"));
        let flag = || match value {
            None => Ok(true),
            Some(_) => Err(format!("{key} takes no value")),
        };
        let orders = &mut self.carried.orders;
        match key {
            "concurrency" => orders.concurrency = Some(number(key, need()?)?),
            "waves" => orders.waves = waves(need()?)?,
            "pause" => orders.pause_ms = duration(key, need()?)?,
            "max_failures" => orders.max_failures = Some(share(key, need()?)?),
            "start_at" => orders.start_at = Some(time(key, need()?, now)?),
            "deadline" => orders.deadline = Some(time(key, need()?, now)?),
            "retry" => self.retry = Some(number(key, need()?)?),
            "backoff" => self.backoff_ms = Some(duration(key, need()?)?),
            "dry_run" => self.carried.dry_run = flag()?,
            _ => return Err(format!("there is no order named {}", shown(key))),
        }
        Ok(())
    }
}

/// A client's word as an answer may repeat it.
fn shown(word: &str) -> String {
    word.chars().filter(char::is_ascii_graphic).take(32).collect()
}

fn number<N: std::str::FromStr>(key: &str, text: &str) -> Result<N, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse().ok()).flatten();
    number.ok_or(format!("{key} must be a whole number that is not too large"))
}

/// `5`, or `10%`.
pub(crate) fn share(key: &str, text: &str) -> Result<Share, String> {
    let bad = || format!("{key} must be whole numbers or percents, such as 5 or 10%");
    match text.strip_suffix('%') {
        Some(percent) => number(key, percent).map(Share::Percent).map_err(|_| bad()),
        None => number(key, text).map(Share::Count).map_err(|_| bad()),
    }
}

fn waves(text: &str) -> Result<Vec<Share>, String> {
    text.split(',').map(|size| share("waves", size.trim())).collect()
}

/// `500ms`, `30s`, `5m`, `2h`, `1d`.
pub(crate) fn duration(key: &str, text: &str) -> Result<i64, String> {
    const UNITS: [(&str, i64); 5] =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    let read = || {
        let (count, unit_ms) = UNITS
            .iter()
            .find_map(|(unit, ms)| Some((text.strip_suffix(unit)?, ms)))
            .filter(|(count, _)| !count.is_empty())?;
        number::<i64>(key, count).ok()?.checked_mul(*unit_ms)
    };
    read().ok_or(format!("{key} must be a number with a unit: ms, s, m, h or d"))
}

/// `2026-01-02T03:04:05Z`, with any offset; or `+30m`, which counts from the call.
pub(crate) fn time(key: &str, text: &str, now: Time) -> Result<Time, String> {
    let read = || match text.strip_prefix('+') {
        Some(ahead) => {
            let ahead = duration(key, ahead).ok()?;
            Some(now.after_ms(ahead))
        }
        None => text.parse::<Timestamp>().ok().map(|at| Time(at.as_millisecond())),
    };
    read().ok_or(format!(
        "{key} must be a time such as 2026-01-02T03:04:05Z, or +30m for so long from now"
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Time = Time(1_000_000);

    fn read(text: &str) -> Result<Carried, String> {
        parse(text, NOW)
    }

    #[test]
    fn every_key_is_read() {
        let carried = read(
            "concurrency=10; waves=1, 10% ,100%;pause = 30s; max_failures=5; \
             start_at=1970-01-01T01:00:00+00:30; deadline=+2h; retry=3; backoff=500ms; dry_run;",
        );
        let orders = Orders {
            concurrency: Some(10),
            waves: vec![Share::Count(1), Share::Percent(10), Share::Percent(100)],
            pause_ms: 30_000,
            hold: false,
            max_failures: Some(Share::Count(5)),
            start_at: Some(Time(1_800_000)),
            deadline: Some(NOW.after_ms(7_200_000)),
            retry: Some(Retry { attempts: 3, backoff_ms: 500 }),
        };
        assert_eq!(carried, Ok(Carried { orders, dry_run: true }));
        assert_eq!(read(""), Ok(Carried::default()));
        assert_eq!(read("retry=2").unwrap().orders.retry.unwrap().backoff_ms, BACKOFF_MS);
        let tolerance = read("max_failures=20%").unwrap().orders.max_failures;
        assert_eq!(tolerance, Some(Share::Percent(20)));
    }

    #[test]
    fn what_cannot_be_read_is_refused_in_words() {
        for (text, why) in [
            ("wave=1", "there is no order named wave"),
            ("Concurrency=1", "there is no order named Concurrency"),
            ("=1", "there is no order named "),
            ("concurrency", "concurrency needs a value"),
            ("concurrency=", "concurrency needs a value"),
            ("concurrency=1;concurrency=2", "concurrency is there twice"),
            ("concurrency=-1", "concurrency must be a whole number that is not too large"),
            ("concurrency=4294967296", "concurrency must be a whole number that is not too large"),
            ("retry=300", "retry must be a whole number that is not too large"),
            ("backoff=1s", "backoff is there without retry"),
            ("waves=1,,2", "waves must be whole numbers or percents, such as 5 or 10%"),
            ("waves=1.5%", "waves must be whole numbers or percents, such as 5 or 10%"),
            (
                "max_failures=300%",
                "max_failures must be whole numbers or percents, such as 5 or 10%",
            ),
            ("pause=30", "pause must be a number with a unit: ms, s, m, h or d"),
            ("pause=s", "pause must be a number with a unit: ms, s, m, h or d"),
            ("pause=9223372036854775807d", "pause must be a number with a unit: ms, s, m, h or d"),
            ("hold", "there is no order named hold"),
            ("dry_run=true", "dry_run takes no value"),
            (
                "start_at=tomorrow",
                "start_at must be a time such as 2026-01-02T03:04:05Z, or +30m for so long from now",
            ),
            (
                "deadline=+30",
                "deadline must be a time such as 2026-01-02T03:04:05Z, or +30m for so long from now",
            ),
        ] {
            assert_eq!(read(text), Err(why.to_owned()), "{text}");
        }
        assert!(read(&"x".repeat(CHARS_MAX + 1)).unwrap_err().contains("longer"));
    }

    #[test]
    fn a_header_that_is_there_twice_is_refused() {
        let headers = vec![(HEADER.to_owned(), "dry_run".to_owned()); 2];
        let request = Request {
            method: "POST",
            path: "/",
            query: "",
            headers: &headers,
            body: b"",
            tls: false,
        };
        let fault = Carried::read(&request, NOW).unwrap_err();
        assert_eq!(fault.kind, FaultKind::OrdersInvalid);
    }

    proptest! {
        #[test]
        fn no_words_are_too_strange(
            text in ".*",
            shaped in "(concurrency|waves|pause|start_at|deadline|retry|backoff|max_failures)=[0-9+%,smhdT:Z-]{0,24}",
        ) {
            for text in [text, shaped] {
                if let Err(why) = read(&text) {
                    prop_assert!(why.is_ascii() && !why.contains('\n'));
                }
            }
        }
    }
}
