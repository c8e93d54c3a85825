//! How a job is to be run, as a body says it and as a job shows it: in the words of the header
//! `X-Regiment-Orders`, with a name for each.

use regiment_core::model::{Gate, Mark, Orders, Retry, Share, Time};
use serde::{Deserialize, Serialize};

use super::faults::{self, Refusal};
use super::times;
pub(super) use crate::orders::HEADER;
use crate::orders::{BACKOFF_MS, duration, share, time};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AskedOrders {
    concurrency: Option<u32>,
    waves: Vec<AskedShare>,
    pause: Option<String>,
    hold: bool,
    max_failures: Option<AskedShare>,
    start_at: Option<String>,
    deadline: Option<String>,
    retry: Option<AskedRetry>,
}

/// `5`, `"5"` or `"10%"`.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a size must be a whole number or a text such as 10%")]
enum AskedShare {
    Count(u32),
    Words(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedRetry {
    attempts: u8,
    backoff: Option<String>,
}

impl AskedShare {
    fn read(&self, key: &str) -> Result<Share, String> {
        match self {
            AskedShare::Count(count) => Ok(Share::Count(*count)),
            AskedShare::Words(words) => share(key, words),
        }
    }
}

impl AskedOrders {
    /// What was said. Whether it can be carried out is the core's to judge.
    pub fn read(&self, now: Time) -> Result<Orders, Refusal> {
        self.try_read(now).map_err(|why| Refusal::invalid(format!("orders: {why}")))
    }

    fn try_read(&self, now: Time) -> Result<Orders, String> {
        let AskedOrders {
            concurrency,
            waves,
            pause,
            hold,
            max_failures,
            start_at,
            deadline,
            retry,
        } = self;
        let at = |key, text: &Option<String>| {
            text.as_deref().map(|text| time(key, text, now)).transpose()
        };
        let retry = retry.as_ref().map(|AskedRetry { attempts, backoff }| {
            let backoff_ms = match backoff {
                Some(text) => duration("backoff", text)?,
                None => BACKOFF_MS,
            };
            Ok::<Retry, String>(Retry { attempts: *attempts, backoff_ms })
        });
        Ok(Orders {
            concurrency: *concurrency,
            waves: waves.iter().map(|size| size.read("waves")).collect::<Result<_, _>>()?,
            pause_ms: pause.as_deref().map_or(Ok(0), |text| duration("pause", text))?,
            hold: *hold,
            max_failures: max_failures.as_ref().map(|s| s.read("max_failures")).transpose()?,
            start_at: at("start_at", start_at)?,
            deadline: at("deadline", deadline)?,
            retry: retry.transpose()?,
        })
    }
}

#[derive(Serialize)]
pub(super) struct ShownOrders {
    concurrency: Option<u32>,
    waves: Vec<String>,
    pause: Option<String>,
    hold: bool,
    max_failures: Option<String>,
    start_at: Option<String>,
    deadline: Option<String>,
    retry: Option<ShownRetry>,
}

#[derive(Serialize)]
struct ShownRetry {
    attempts: u8,
    backoff: String,
}

impl ShownOrders {
    pub fn of(orders: &Orders) -> ShownOrders {
        let Orders { concurrency, waves, pause_ms, hold, max_failures, start_at, deadline, retry } =
            orders;
        ShownOrders {
            concurrency: *concurrency,
            waves: waves.iter().copied().map(size).collect(),
            pause: (*pause_ms != 0).then(|| length(*pause_ms)),
            hold: *hold,
            max_failures: max_failures.map(size),
            start_at: start_at.map(times::time),
            deadline: deadline.map(times::time),
            retry: retry.map(|Retry { attempts, backoff_ms }| ShownRetry {
                attempts,
                backoff: length(backoff_ms),
            }),
        }
    }
}

fn size(share: Share) -> String {
    match share {
        Share::Count(count) => count.to_string(),
        Share::Percent(percent) => format!("{percent}%"),
    }
}

/// A length of time in the largest unit that says it exactly, as the header takes it.
fn length(ms: i64) -> String {
    const UNITS: [(i64, &str); 4] =
        [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let exact = UNITS.iter().find(|(unit, _)| ms != 0 && ms % unit == 0);
    exact.map_or_else(|| format!("{ms}ms"), |(unit, word)| format!("{}{word}", ms / unit))
}

/// How far a job has come in its orders.
#[derive(Serialize)]
pub(super) struct ShownCourse {
    /// How many waves have begun.
    wave: u32,
    /// When the next wave begins, while none is at work.
    next_wave_at: Option<String>,
    /// The next wave waits to be approved.
    awaits_approval: bool,
    /// Why nothing begins any more.
    stopped: Option<String>,
}

impl ShownCourse {
    pub fn of(mark: Mark) -> ShownCourse {
        let Mark { wave, opened: _, unopened: _, gate, stopped } = mark;
        let (opens_at, held) = match gate {
            Some(Gate { opens_at, held }) => (Some(opens_at), held),
            None => (None, false),
        };
        ShownCourse {
            wave,
            next_wave_at: opens_at.map(times::time),
            awaits_approval: held,
            stopped: stopped.map(faults::code),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_length_is_read_as_it_is_written(ms in 0_i64..10_000_000_000) {
            prop_assert_eq!(duration("pause", &length(ms)), Ok(ms));
        }

        #[test]
        fn a_size_is_read_as_it_is_written(count in any::<u32>(), percent in any::<u8>()) {
            for one in [Share::Count(count), Share::Percent(percent)] {
                prop_assert_eq!(share("waves", &size(one)), Ok(one));
            }
        }
    }
}
