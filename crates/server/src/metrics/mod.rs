//! What is counted, and how it reads in the Prometheus text format. Counting on the way of a
//! request is a read lock and a few atomic additions; labels are words of ours, so there are few.

mod histogram;
mod text;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use regiment_core::model::{Outcome, Time};

use histogram::Histogram;
pub use text::render;

/// Seconds: from a twentieth of a millisecond to ten seconds.
const LATENCY_S: &[f64] = &[
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
    1.0, 2.5, 5.0, 10.0,
];
const COMMANDS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 1024.0, 4096.0];

/// All that is counted.
pub struct Metrics {
    started_at: Time,
    requests: RwLock<HashMap<(&'static str, &'static str), Arc<Requests>>>,
    jobs: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
    turns: AtomicU64,
    begun: AtomicU64,
    in_flight: AtomicU64,
    log_bytes: AtomicU64,
    written_bytes: AtomicU64,
    pub(crate) connections: AtomicU64,
    pub(crate) streams: AtomicU64,
    pub(crate) panics: AtomicU64,
    turn_s: Histogram,
    commit_s: Histogram,
    commands: Histogram,
}

/// Requests of one dialect and operation.
struct Requests {
    /// By the first digit of the status; 0 is for what is no status.
    by_class: [AtomicU64; 6],
    latency_s: Histogram,
}

impl Metrics {
    pub fn new(started_at: Time) -> Metrics {
        Metrics {
            started_at,
            requests: RwLock::default(),
            jobs: Mutex::default(),
            turns: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            log_bytes: AtomicU64::new(0),
            written_bytes: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            streams: AtomicU64::new(0),
            panics: AtomicU64::new(0),
            turn_s: Histogram::new(LATENCY_S),
            commit_s: Histogram::new(LATENCY_S),
            commands: Histogram::new(COMMANDS),
        }
    }

    pub fn request(
        &self,
        dialect: &'static str,
        operation: &'static str,
        status: u16,
        took: Duration,
    ) {
        let key = (dialect, operation);
        let known = self.requests.read().get(&key).cloned();
        let requests =
            known.unwrap_or_else(|| self.requests.write().entry(key).or_default().clone());
        let class = usize::from(status / 100);
        requests.by_class[if class < 6 { class } else { 0 }].fetch_add(1, Relaxed);
        requests.latency_s.record(took.as_secs_f64());
    }

    pub fn turn(&self, commands: usize, begun: usize, took: Duration) {
        self.turns.fetch_add(1, Relaxed);
        self.begun.fetch_add(begun as u64, Relaxed);
        if commands > 0 {
            self.turn_s.record(took.as_secs_f64());
            self.commands.record(f64::from(u32::try_from(commands).unwrap_or(u32::MAX)));
        }
    }

    pub fn in_flight(&self, sub_jobs: usize) {
        self.in_flight.store(sub_jobs as u64, Relaxed);
    }

    pub fn job_ended(&self, operation: &'static str, outcome: Outcome) {
        let outcome = match outcome {
            Outcome::Running => return,
            Outcome::AllSucceeded => "all_succeeded",
            Outcome::SomeFailed => "some_failed",
            Outcome::AllFailed => "all_failed",
        };
        *self.jobs.lock().entry((operation, outcome)).or_default() += 1;
    }

    /// A commit that wrote this much and took this long; `log_bytes` are in the log after it.
    pub fn commit(&self, written: usize, log_bytes: usize, took: Duration) {
        self.commit_s.record(took.as_secs_f64());
        self.written_bytes.fetch_add(written as u64, Relaxed);
        self.log_bytes.store(log_bytes as u64, Relaxed);
    }
}

impl Default for Requests {
    fn default() -> Requests {
        Requests { by_class: Default::default(), latency_s: Histogram::new(LATENCY_S) }
    }
}
