//! How instances are paid for, as both APIs tell it: by the hour or for months in advance, renewed by
//! themselves or not, and their bandwidth.
//!
//! Deliberately absent: money. What would be due is in `prices`; nobody is asked for it.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::civil::Date;
use regiment_core::model::{HintChanges, Hints, Time};

use super::hints;
use crate::charging::{BEIJING, MODE, POSTPAID, PREPAID, SPOT, UNTIL, mode, months_after};

/// What happens to an instance at its deadline.
pub const RENEWAL: &str = "tencent/renewal";
/// Bandwidth beyond the plain one, each for a time: `mbps,from,until`, parted by semicolons.
const RAISES: &str = "tencent/bandwidthRaises";

const PER_TRAFFIC: &str = "PayByTraffic";
const PER_PACKAGE: &str = "PayByPackage";
/// Months in one order by API 2.0.
pub const MONTHS_MAX: u32 = 36;
/// Mbps by API 2.0's pages: when bandwidth is paid for, and when traffic is.
pub const BANDWIDTH_MAX: u32 = 200;
pub const TRAFFIC_BANDWIDTH_MAX: u32 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// Its owner is told, and renews it or does not.
    OnRequest,
    /// A month is added at each deadline.
    Automatic,
    /// Its owner does not want to be told either.
    Never,
}

const RENEWALS: [(Renewal, u32, &str); 3] = [
    (Renewal::OnRequest, 0, "NOTIFY_AND_MANUAL_RENEW"),
    (Renewal::Automatic, 1, "NOTIFY_AND_AUTO_RENEW"),
    (Renewal::Never, 2, "DISABLE_NOTIFY_AND_MANUAL_RENEW"),
];

impl Renewal {
    pub fn of(hints: &Hints) -> Renewal {
        hints::said(hints, RENEWAL).and_then(Renewal::of_word).unwrap_or(Renewal::OnRequest)
    }

    pub fn of_word(text: &str) -> Option<Renewal> {
        RENEWALS.iter().find(|(_, _, word)| *word == text).map(|(renewal, _, _)| *renewal)
    }

    pub fn of_number(wanted: u32) -> Option<Renewal> {
        RENEWALS.iter().find(|(_, number, _)| *number == wanted).map(|(renewal, _, _)| *renewal)
    }

    fn row(self) -> (u32, &'static str) {
        let row = RENEWALS.iter().find(|(renewal, _, _)| *renewal == self);
        row.map_or((0, ""), |(_, number, word)| (*number, *word))
    }

    pub fn number(self) -> u32 {
        self.row().0
    }

    pub fn word(self) -> &'static str {
        self.row().1
    }
}

pub fn is_prepaid(hints: &Hints) -> bool {
    mode(hints) == PREPAID
}

pub fn is_spot(hints: &Hints) -> bool {
    mode(hints) == SPOT
}

/// Until when something is paid for, with the months that were added by themselves until now.
pub fn paid_until(hints: &Hints, now: Time) -> Option<Time> {
    let until = crate::charging::paid_until(hints)?;
    if Renewal::of(hints) != Renewal::Automatic || until > now {
        return Some(until);
    }
    // Counted from the first deadline, so that the day of the month stays.
    let later = (1..).map(|months| months_after(until, months)).take_while(|later| *later > until);
    Some(later.into_iter().find(|later| *later > now).unwrap_or(until))
}

/// Whether the time is over that something was paid for.
pub fn has_expired(hints: &Hints, now: Time) -> bool {
    is_prepaid(hints) && paid_until(hints, now).is_some_and(|until| until <= now)
}

fn said(value: &impl ToString) -> Arc<str> {
    value.to_string().into()
}

/// So many months paid for in advance from now on.
pub fn prepay(now: Time, months: u32, renewal: Option<Renewal>) -> HintChanges {
    let mut changes = HintChanges::from([
        (MODE.into(), Some(said(&PREPAID))),
        (UNTIL.into(), Some(said(&months_after(now, months).0))),
    ]);
    if let Some(renewal) = renewal {
        changes.insert(RENEWAL.into(), Some(said(&renewal.word())));
    }
    changes
}

/// So many months more, from the deadline on or from now, whichever is later.
pub fn renew(hints: &Hints, now: Time, months: u32, renewal: Option<Renewal>) -> HintChanges {
    let from = paid_until(hints, now).map_or(now, |until| until.max(now));
    let mut changes =
        HintChanges::from([(UNTIL.into(), Some(said(&months_after(from, months).0)))]);
    if let Some(renewal) = renewal {
        changes.insert(RENEWAL.into(), Some(said(&renewal.word())));
    }
    changes
}

/// Another way to renew. The months that were added by themselves stay.
pub fn change_renewal(hints: &Hints, now: Time, renewal: Renewal) -> HintChanges {
    let until = paid_until(hints, now).map(|until| said(&until.0));
    HintChanges::from([(UNTIL.into(), until), (RENEWAL.into(), Some(said(&renewal.word())))])
}

/// Paid by use from now on.
pub fn pay_by_use() -> HintChanges {
    HintChanges::from([
        (MODE.into(), Some(said(&POSTPAID))),
        (UNTIL.into(), None),
        (RENEWAL.into(), None),
        (RAISES.into(), None),
    ])
}

/// What is paid for of the public network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// What is sent.
    Traffic,
    /// The bandwidth, by the hour.
    Hourly,
    /// The bandwidth, with the instance in advance.
    Monthly,
    /// Nothing: a package has it.
    Package,
}

impl Network {
    /// Bandwidth is paid for as its instance is, unless something else was said.
    pub fn of(hints: &Hints) -> Network {
        match hints::said(hints, hints::BANDWIDTH_TYPE) {
            Some(PER_TRAFFIC) => Network::Traffic,
            Some(PER_PACKAGE) => Network::Package,
            Some(_) | None if is_prepaid(hints) => Network::Monthly,
            Some(_) | None => Network::Hourly,
        }
    }

    /// What a record remembers of it.
    pub const fn kept(self) -> &'static str {
        match self {
            Network::Traffic => PER_TRAFFIC,
            Network::Hourly => "PayByHour",
            Network::Monthly => "PayByBandwidth",
            Network::Package => PER_PACKAGE,
        }
    }

    /// The most Mbps that API 2.0 gives.
    pub const fn bandwidth_max(self) -> u32 {
        match self {
            Network::Traffic => TRAFFIC_BANDWIDTH_MAX,
            Network::Hourly | Network::Monthly | Network::Package => BANDWIDTH_MAX,
        }
    }
}

/// Bandwidth for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raise {
    pub mbps: u32,
    pub from: Time,
    pub until: Time,
}

fn raises(hints: &Hints) -> Vec<Raise> {
    let read = |text: &str| {
        let mut parts = text.split(',');
        let mbps = parts.next()?.parse().ok()?;
        let from = Time(parts.next()?.parse().ok()?);
        Some(Raise { mbps, from, until: Time(parts.next()?.parse().ok()?) })
    };
    let said = hints::said(hints, RAISES).unwrap_or_default();
    said.split(';').filter_map(read).collect()
}

/// The Mbps that an instance has now.
pub fn bandwidth(hints: &Hints, now: Time) -> u32 {
    let plain = hints::number_in(hints, hints::BANDWIDTH);
    let holds = |raise: &Raise| raise.from <= now && now < raise.until;
    let raised = raises(hints).into_iter().filter(holds).map(|raise| raise.mbps).max();
    raised.map_or(plain, |raised| raised.max(plain))
}

/// Another bandwidth from now on.
pub fn set_bandwidth(mbps: u32) -> HintChanges {
    HintChanges::from([(hints::BANDWIDTH.into(), Some(said(&mbps))), (RAISES.into(), None)])
}

/// More bandwidth for a time. What is over is forgotten.
pub fn raise_bandwidth(hints: &Hints, now: Time, raise: Raise) -> HintChanges {
    let mut all = raises(hints);
    all.retain(|known| known.until > now);
    all.push(raise);
    let mut text = String::new();
    for Raise { mbps, from, until } in all {
        let parted = if text.is_empty() { "" } else { ";" };
        write!(text, "{parted}{mbps},{},{}", from.0, until.0).expect("a string takes all");
    }
    HintChanges::from([(RAISES.into(), Some(text.into()))])
}

/// A time from the first of two days to the end of the second, in Beijing. None if they are no days,
/// if the second is before the first, or if the first has passed; today begins now.
pub fn days(first: &str, last: &str, now: Time) -> Option<(Time, Time)> {
    let begins = |day: Date| {
        let midnight = BEIJING.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
        Some(Time(midnight.as_millisecond()))
    };
    let (first, last): (Date, Date) = (read_day(first)?, read_day(last)?);
    let (from, ends) = (begins(first)?, begins(last.tomorrow().ok()?)?);
    let today_ends = begins(first.tomorrow().ok()?)?;
    (first <= last && now < today_ends).then_some((from.max(now), ends))
}

/// `YYYY-MM-DD` and nothing else.
fn read_day(text: &str) -> Option<Date> {
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tencent::times::beijing;

    /// 2026-01-31 20:00:00 in Beijing.
    const NOW: Time = Time(1_769_860_800_000);

    fn applied(mut hints: Hints, changes: HintChanges) -> Hints {
        for (name, value) in changes {
            match value {
                Some(value) => hints.insert(name, value),
                None => hints.remove(&name),
            };
        }
        hints
    }

    fn later(days: i64) -> Time {
        NOW.after_ms(days * 86_400_000)
    }

    #[test]
    fn months_are_added_by_themselves_while_that_is_wanted() {
        let said = applied(Hints::new(), prepay(NOW, 1, Some(Renewal::Automatic)));
        assert_eq!(paid_until(&said, NOW).map(beijing).as_deref(), Some("2026-02-28 20:00:00"));
        let spring = later(80);
        // From the last day of February on, every deadline is on the 28th.
        assert_eq!(paid_until(&said, spring).map(beijing).as_deref(), Some("2026-04-28 20:00:00"));
        assert!(!has_expired(&said, spring));
        let said = applied(said.clone(), change_renewal(&said, spring, Renewal::Never));
        assert_eq!(paid_until(&said, later(900)), paid_until(&said, spring));
        assert!(has_expired(&said, later(900)));
        let said = applied(said.clone(), renew(&said, spring, 2, None));
        assert_eq!(paid_until(&said, spring).map(beijing).as_deref(), Some("2026-06-28 20:00:00"));
        let said = applied(said, pay_by_use());
        assert_eq!((is_prepaid(&said), paid_until(&said, spring)), (false, None));
    }

    #[test]
    fn what_has_expired_is_renewed_from_now_on() {
        let said = applied(Hints::new(), prepay(NOW, 1, None));
        let said = applied(said.clone(), renew(&said, later(100), 1, None));
        let expected = months_after(later(100), 1);
        assert_eq!(paid_until(&said, later(100)), Some(expected));
    }

    #[test]
    fn bandwidth_is_raised_for_a_time_and_falls_back() {
        let said = applied(Hints::new(), set_bandwidth(2));
        let (from, until) = days("2026-02-02", "2026-02-03", NOW).expect("days");
        assert_eq!(
            (beijing(from), beijing(until)),
            ("2026-02-02 00:00:00".to_owned(), "2026-02-04 00:00:00".to_owned(),)
        );
        let said =
            applied(said.clone(), raise_bandwidth(&said, NOW, Raise { mbps: 9, from, until }));
        let more = Raise { mbps: 5, from: NOW, until: later(30) };
        let said = applied(said.clone(), raise_bandwidth(&said, NOW, more));
        let seen = [0, 2, 4, 40].map(|days| bandwidth(&said, later(days)));
        assert_eq!(seen, [5, 9, 5, 2]);
    }

    #[test]
    fn days_are_days_to_come() {
        assert_eq!(days("2026-01-31", "2026-01-31", NOW).map(|(from, _)| from), Some(NOW));
        for (first, last) in [
            ("2026-01-30", "2026-02-03"),
            ("2026-02-03", "2026-02-02"),
            ("2026-2-3", "2026-02-04"),
            ("2026-02-30", "2026-03-04"),
            ("", "2026-02-04"),
        ] {
            assert_eq!(days(first, last, NOW), None, "{first} {last}");
        }
    }
}
