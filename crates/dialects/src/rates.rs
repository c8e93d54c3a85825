//! How often a project may ask. A rate gives each project a bucket for each action: a call takes one
//! drop, and drops come back evenly.
//!
//! Deliberately absent: a limit of those who could not prove who they are. They are refused anyway.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use regiment_core::model::{ProjectId, Time};
use regiment_core::select::Glob;
use serde::{Deserialize, Deserializer};

use crate::orders::duration;

/// So many calls in so long.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// The name of the API.
    pub dialect: Arc<str>,
    /// Which actions, by their name there or as method and path; with `*` and `?`.
    #[serde(default = "every")]
    pub action: Arc<str>,
    pub calls: u32,
    /// In milliseconds; said as `1s`, `1m`.
    #[serde(deserialize_with = "span")]
    pub per: i64,
    /// All these actions share one bucket; else each has its own.
    #[serde(default)]
    pub together: bool,
}

fn every() -> Arc<str> {
    "*".into()
}

fn span<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let text = String::deserialize(from)?;
    duration("per", &text).map_err(serde::de::Error::custom)
}

/// What a file says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    rates: Vec<Rate>,
}

/// A day: longer than any vendor counts.
const PER_MAX_MS: i64 = 86_400_000;

impl Told {
    pub fn read(self) -> Result<Vec<Rate>, String> {
        for (rate, place) in self.rates.iter().zip(1..) {
            if rate.calls == 0 || !(1..=PER_MAX_MS).contains(&rate.per) {
                return Err(format!("rate {place}: calls is at least 1, and per at most 1d"));
            }
        }
        Ok(self.rates)
    }
}

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

fn rate(dialect: &str, action: &str, calls: u32, per: i64) -> Rate {
    Rate { dialect: dialect.into(), action: action.into(), calls, per, together: false }
}

/// The figures that Tencent Cloud publishes: of API 2.0 by the minute, of API 3.0 by the second.
pub fn tencent() -> Vec<Rate> {
    const CVM: &[(&str, u32)] = &[
        ("RunInstances", 10),
        ("DescribeInstances", 40),
        ("DescribeInstancesStatus", 40),
        ("StartInstances", 10),
        ("StopInstances", 10),
        ("RebootInstances", 10),
        ("ResetInstancesPassword", 10),
        ("ModifyInstancesAttribute", 10),
        ("TerminateInstances", 10),
        ("ResetInstancesType", 10),
        ("DescribeRegions", 20),
        ("DescribeZones", 20),
    ];
    const PER_BALANCER_ACTION: u32 = 20;
    let all = Rate { together: true, ..rate("tencent_v2", "*", 1_000, MINUTE) };
    let each = rate("tencent_v2", "*", 100, MINUTE);
    let servers = CVM.iter().map(|(name, calls)| rate("tencent_v3", name, *calls, SECOND));
    let balancers = crate::tencent_v3::balancer_actions()
        .map(|name| rate("tencent_v3", name, PER_BALANCER_ACTION, SECOND));
    [all, each].into_iter().chain(servers).chain(balancers).collect()
}

/// What is known of Huawei Cloud, which publishes no figure for ECS: the usual one of its gateway, for
/// each API.
pub fn huawei() -> Vec<Rate> {
    vec![rate("huawei", "*", 200, SECOND)]
}

/// Who has asked how often.
#[derive(Debug)]
pub struct Meter {
    rates: Vec<Rate>,
    buckets: HashMap<(usize, ProjectId, Arc<str>), Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Drops, in parts of which there are `per` to one.
    left: i64,
    at: Time,
}

/// Buckets kept before those that are full again are thrown away, and at most: a client may name
/// actions that are none.
const BUCKETS_MAX: usize = 10_000;

impl Meter {
    pub fn new(rates: Vec<Rate>) -> Meter {
        Meter { rates, buckets: HashMap::new() }
    }

    /// Counts a call, or says which rate it goes beyond; a call that is refused is not counted.
    pub fn take(
        &mut self,
        dialect: &str,
        action: &str,
        project: ProjectId,
        now: Time,
    ) -> Result<(), Rate> {
        let action = without_ids(action);
        let fits = |rate: &Rate| {
            *rate.dialect == *dialect && Glob::new(rate.action.clone()).matches(&action)
        };
        let mut taken = Vec::new();
        for (index, rate) in self.rates.iter().enumerate().filter(|(_, rate)| fits(rate)) {
            let name: Arc<str> = if rate.together { "".into() } else { (&*action).into() };
            let key = (index, project, name);
            let full = Bucket { left: i64::from(rate.calls) * rate.per, at: now };
            let bucket = self.buckets.get(&key).map_or(full, |kept| kept.filled(rate, now));
            if bucket.left < rate.per {
                return Err(rate.clone());
            }
            taken.push((key, Bucket { left: bucket.left - rate.per, at: now }));
        }
        if self.buckets.len() + taken.len() > BUCKETS_MAX {
            let rates = &self.rates;
            self.buckets.retain(|(index, _, _), kept| {
                let rate = &rates[*index];
                kept.filled(rate, now).left < i64::from(rate.calls) * rate.per
            });
            if self.buckets.len() + taken.len() > BUCKETS_MAX {
                self.buckets.clear();
            }
        }
        self.buckets.extend(taken);
        Ok(())
    }
}

impl Bucket {
    fn filled(self, rate: &Rate, now: Time) -> Bucket {
        let full = i64::from(rate.calls) * rate.per;
        let came = now.ms_since(self.at).max(0).saturating_mul(i64::from(rate.calls));
        Bucket { left: self.left.saturating_add(came).min(full), at: now }
    }
}

/// What is shorter is a word of a path and no id.
const ID_CHARS_MIN: usize = 8;

/// A path names things, and each would be an action of its own.
fn without_ids(action: &str) -> Cow<'_, str> {
    if !action.contains('/') {
        return action.into();
    }
    let is_id =
        |part: &&str| part.len() >= ID_CHARS_MIN && part.bytes().any(|byte| byte.is_ascii_digit());
    let parts = action.split('/').map(|part| if is_id(&part) { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/").into()
}

impl Rate {
    /// In the words of a gateway: `limit:100,time:1 minute`.
    pub fn told(&self) -> String {
        let time = match self.per {
            MINUTE => "1 minute".to_owned(),
            SECOND => "1 second".to_owned(),
            ms if ms % MINUTE == 0 => format!("{} minutes", ms / MINUTE),
            ms if ms % SECOND == 0 => format!("{} seconds", ms / SECOND),
            ms => format!("{ms} milliseconds"),
        };
        format!("limit:{},time:{time}", self.calls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: ProjectId = ProjectId(1);
    const OTHER: ProjectId = ProjectId(2);

    fn allowed(meter: &mut Meter, action: &str, project: ProjectId, ms: i64) -> bool {
        meter.take("tencent_v3", action, project, Time(ms)).is_ok()
    }

    #[test]
    fn drops_come_back_evenly_for_each_project_and_action() {
        let mut meter = Meter::new(vec![rate("tencent_v3", "*", 10, SECOND)]);
        let burst = (0..12).filter(|_| allowed(&mut meter, "StopInstances", ONE, 0)).count();
        assert_eq!(burst, 10);
        assert!(allowed(&mut meter, "StopInstances", OTHER, 0));
        assert!(allowed(&mut meter, "StartInstances", ONE, 0));
        assert!(!allowed(&mut meter, "StopInstances", ONE, 99));
        assert!(allowed(&mut meter, "StopInstances", ONE, 100));
        assert!(!allowed(&mut meter, "StopInstances", ONE, 101));
        let later = (0..12).filter(|_| allowed(&mut meter, "StopInstances", ONE, 60_000)).count();
        assert_eq!(later, 10, "a bucket holds no more");
    }

    #[test]
    fn actions_may_share_a_bucket_and_a_refused_call_takes_from_none() {
        let all = Rate { together: true, ..rate("tencent_v3", "*", 3, MINUTE) };
        let mut meter = Meter::new(vec![all.clone(), rate("tencent_v3", "Stop*", 1, MINUTE)]);
        assert!(allowed(&mut meter, "StopInstances", ONE, 0));
        assert!(!allowed(&mut meter, "StopInstances", ONE, 0));
        assert!(!allowed(&mut meter, "StopInstances", ONE, 0));
        assert!(allowed(&mut meter, "A", ONE, 0));
        assert!(allowed(&mut meter, "B", ONE, 0));
        assert_eq!(meter.take("tencent_v3", "C", ONE, Time(0)), Err(all));
        assert!(meter.take("tencent_v2", "C", ONE, Time(0)).is_ok(), "another API");
    }

    #[test]
    fn a_path_counts_as_the_api_it_is() {
        let path = "GET /v1/0123456789abcdef0123456789abcdef/cloudservers/54667652-3029-4af8/x";
        assert_eq!(without_ids(path), "GET /v1/{}/cloudservers/{}/x");
        assert_eq!(without_ids("StopInstances12345"), "StopInstances12345");
    }

    #[test]
    fn made_up_actions_fill_no_memory() {
        let mut meter = Meter::new(vec![rate("tencent_v3", "*", 10, SECOND)]);
        for number in 0..3 * BUCKETS_MAX {
            assert!(allowed(&mut meter, &format!("Made{number}"), ONE, 0));
        }
        assert!(meter.buckets.len() <= BUCKETS_MAX);
    }

    #[test]
    fn a_rate_is_told_as_gateways_do() {
        assert_eq!(rate("x", "*", 100, MINUTE).told(), "limit:100,time:1 minute");
        assert_eq!(rate("x", "*", 5, 2 * SECOND).told(), "limit:5,time:2 seconds");
    }

    #[test]
    fn the_vendors_figures_can_be_followed() {
        for rates in [tencent(), huawei()] {
            assert!(!rates.is_empty());
            assert!(Told { rates }.read().is_ok());
        }
        assert!(tencent().iter().any(|rate| &*rate.action == "RegisterTargets"));
    }
}
