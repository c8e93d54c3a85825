//! What was measured, for people and for machines.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::Dialect;
use crate::outcome::Ended;
use crate::table;

/// What one connection saw, or all of them.
#[derive(Default)]
pub struct Seen {
    /// From an order's first byte to the answer.
    pub accepted: Vec<Duration>,
    /// From an order's first byte to when it was known to be done.
    pub finished: Vec<Duration>,
    /// Queries for what became of it.
    pub asked: Vec<Duration>,
    /// Servers in orders that were accepted.
    pub servers: u64,
    /// Servers of them that failed.
    pub failed: u64,
    /// Orders that were refused whole.
    pub refused: u64,
}

impl Seen {
    pub fn add(&mut self, more: Seen) {
        let Seen { accepted, finished, asked, servers, failed, refused } = more;
        self.accepted.extend(accepted);
        self.finished.extend(finished);
        self.asked.extend(asked);
        self.servers += servers;
        self.failed += failed;
        self.refused += refused;
    }
}

pub struct Report {
    pub dialect: Dialect,
    pub connections: usize,
    pub batch: u32,
    pub took: Duration,
    pub seen: Seen,
}

/// How so many things were spread over time.
struct Spread {
    count: usize,
    per_second: f64,
    p50: Duration,
    p90: Duration,
    p99: Duration,
    max: Duration,
}

impl Spread {
    fn of(times: &[Duration], took: Duration) -> Spread {
        let mut times = times.to_vec();
        times.sort_unstable();
        // The smallest that at least so many of a hundred do not exceed.
        let at = |percent: usize| {
            let rank = (times.len() * percent).div_ceil(100).max(1) - 1;
            times.get(rank).copied().unwrap_or_default()
        };
        Spread {
            count: times.len(),
            per_second: rate(times.len() as u64, took),
            p50: at(50),
            p90: at(90),
            p99: at(99),
            max: at(100),
        }
    }

    fn row(&self, name: &str) -> [String; 7] {
        let Spread { count, per_second, p50, p90, p99, max } = self;
        [
            name.to_owned(),
            count.to_string(),
            format!("{per_second:.1}"),
            shown(*p50),
            shown(*p90),
            shown(*p99),
            shown(*max),
        ]
    }

    fn json(&self) -> Value {
        let Spread { count, per_second, p50, p90, p99, max } = self;
        json!({
            "count": count,
            "per_second": per_second,
            "p50_ms": ms(*p50),
            "p90_ms": ms(*p90),
            "p99_ms": ms(*p99),
            "max_ms": ms(*max),
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate is read to a few digits")]
fn rate(count: u64, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64().max(f64::EPSILON)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn shown(time: Duration) -> String {
    format!("{:.2} ms", ms(time))
}

impl Report {
    fn name(&self) -> &'static str {
        match self.dialect {
            Dialect::Huawei => "huawei",
            Dialect::TencentV2 => "tencent-v2",
            Dialect::TencentV3 => "tencent-v3",
        }
    }

    pub fn text(&self) -> String {
        let Report { dialect: _, connections, batch, took, seen } = self;
        let mut text = format!(
            "{}: {connections} connections, {batch} servers in each order, {:.1} s\n\n",
            self.name(),
            took.as_secs_f64()
        );
        let rows =
            [("accepted", &seen.accepted), ("finished", &seen.finished), ("queries", &seen.asked)]
                .map(|(name, times)| Spread::of(times, *took).row(name));
        text += &table::text(["", "COUNT", "PER SECOND", "P50", "P90", "P99", "MAX"], &rows);
        let servers = rate(seen.servers, *took);
        let _ = write!(text, "\n{} servers, {servers:.1} a second", seen.servers);
        let _ = writeln!(text, "; {} failed; {} orders refused", seen.failed, seen.refused);
        text
    }

    pub fn json(&self) -> Value {
        let Report { dialect: _, connections, batch, took, seen } = self;
        json!({
            "as": self.name(),
            "connections": connections,
            "batch": batch,
            "seconds": took.as_secs_f64(),
            "accepted": Spread::of(&seen.accepted, *took).json(),
            "finished": Spread::of(&seen.finished, *took).json(),
            "queries": Spread::of(&seen.asked, *took).json(),
            "servers": seen.servers,
            "servers_per_second": rate(seen.servers, *took),
            "failed": seen.failed,
            "refused": seen.refused,
        })
    }

    pub fn ended(&self) -> Ended {
        let Seen { accepted, servers, failed, refused, finished: _, asked: _ } = &self.seen;
        if *failed + *refused == 0 {
            Ended::Well
        } else if accepted.is_empty() || failed == servers {
            Ended::AllFailed
        } else {
            Ended::SomeFailed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_seen() {
        let times: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        let spread = Spread::of(&times, Duration::from_secs(4));
        assert_eq!(
            [spread.p50, spread.p90, spread.p99, spread.max].map(|time| time.as_millis()),
            [100, 180, 198, 200]
        );
        assert_eq!((spread.count, spread.per_second), (200, 50.0));
        let one = Spread::of(&[Duration::from_millis(7)], Duration::from_secs(1));
        assert_eq!([one.p50, one.max], [Duration::from_millis(7); 2]);
        assert_eq!(Spread::of(&[], Duration::from_secs(1)).p99, Duration::ZERO);
    }
}
