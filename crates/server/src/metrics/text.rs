//! The Prometheus text format, version 0.0.4.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
use std::sync::atomic::Ordering::Relaxed;

use regiment_core::model::{Phase, Power};
use regiment_core::view::View;

use super::{Histogram, Metrics};

/// Everything counted, and what the published world says of itself.
pub fn render(metrics: &Metrics, view: &View<'_>) -> String {
    let mut page = Page(String::with_capacity(16 << 10));
    requests(&mut page, metrics);
    engine(&mut page, metrics);
    world(&mut page, view);
    page.gauge(
        "process_start_time_seconds",
        "Start time of the process since the epoch.",
        metrics.started_at.seconds(),
    );
    page.0
}

fn requests(page: &mut Page, metrics: &Metrics) {
    let mut all: Vec<_> =
        metrics.requests.read().iter().map(|(key, requests)| (*key, requests.clone())).collect();
    all.sort_by_key(|(key, _)| *key);
    page.head("regiment_requests_total", "Requests answered.", "counter");
    for ((dialect, operation), requests) in &all {
        for (class, count) in requests.by_class.iter().enumerate() {
            let count = count.load(Relaxed);
            if count > 0 {
                let labels =
                    format!("dialect=\"{dialect}\",operation=\"{operation}\",status=\"{class}xx\"");
                page.line("regiment_requests_total", &labels, count);
            }
        }
    }
    page.head("regiment_request_seconds", "From a whole head to a whole answer.", "histogram");
    for ((dialect, operation), requests) in &all {
        let labels = format!("dialect=\"{dialect}\",operation=\"{operation}\"");
        page.histogram("regiment_request_seconds", &labels, &requests.latency_s);
    }
    page.gauge("regiment_connections", "Open connections.", metrics.connections.load(Relaxed));
    page.gauge("regiment_streams", "Readers that follow events.", metrics.streams.load(Relaxed));
    page.counter(
        "regiment_panics_total",
        "Requests that met a defect of ours.",
        metrics.panics.load(Relaxed),
    );
}

fn engine(page: &mut Page, metrics: &Metrics) {
    page.counter("regiment_turns_total", "Turns of the engine.", metrics.turns.load(Relaxed));
    page.counter("regiment_steps_begun_total", "Driver calls.", metrics.begun.load(Relaxed));
    page.head("regiment_turn_seconds", "Turns that took commands.", "histogram");
    page.histogram("regiment_turn_seconds", "", &metrics.turn_s);
    page.head("regiment_turn_commands", "Commands in one turn.", "histogram");
    page.histogram("regiment_turn_commands", "", &metrics.commands);
    page.head("regiment_commit_seconds", "Durable commits.", "histogram");
    page.histogram("regiment_commit_seconds", "", &metrics.commit_s);
    page.counter(
        "regiment_store_written_bytes_total",
        "Bytes of log entries and rows committed.",
        metrics.written_bytes.load(Relaxed),
    );
    page.gauge(
        "regiment_log_bytes",
        "Bytes in the log since the last checkpoint of this process.",
        metrics.log_bytes.load(Relaxed),
    );
    page.gauge(
        "regiment_sub_jobs_in_flight",
        "Sub-jobs waiting or running.",
        metrics.in_flight.load(Relaxed),
    );
    page.head("regiment_jobs_ended_total", "Jobs by operation and outcome.", "counter");
    for ((operation, outcome), count) in metrics.jobs.lock().iter() {
        let labels = format!("operation=\"{operation}\",outcome=\"{outcome}\"");
        page.line("regiment_jobs_ended_total", &labels, count);
    }
}

fn world(page: &mut Page, view: &View<'_>) {
    let mut by_state: BTreeMap<&str, u64> =
        ["creating", "running", "stopped", "broken", "recycled"].map(|state| (state, 0)).into();
    let mut busy = 0u64;
    for server in view.world.servers() {
        let state = match (server.phase, server.power) {
            _ if server.details.recycled.is_some() => "recycled",
            (Phase::Creating, _) => "creating",
            (Phase::Broken, _) => "broken",
            (Phase::Ready, Power::Running) => "running",
            (Phase::Ready, Power::Stopped) => "stopped",
        };
        *by_state.entry(state).or_default() += 1;
        busy += u64::from(server.busy.is_some());
    }
    page.head("regiment_servers", "Servers by state.", "gauge");
    for (state, count) in by_state {
        page.line("regiment_servers", &format!("state=\"{state}\""), count);
    }
    page.gauge("regiment_servers_busy", "Servers that an operation holds.", busy);
    page.gauge("regiment_next_event", "Number of the next event.", view.world.next_event());
    page.gauge("regiment_client_tokens", "Client tokens kept.", view.world.tokens_count());
}

struct Page(String);

impl Page {
    fn head(&mut self, name: &str, help: &str, kind: &str) {
        self.put(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
    }

    fn line(&mut self, name: &str, labels: &str, value: impl Display) {
        if labels.is_empty() {
            self.put(format_args!("{name} {value}\n"));
        } else {
            self.put(format_args!("{name}{{{labels}}} {value}\n"));
        }
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, help, "counter");
        self.line(name, "", value);
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, help, "gauge");
        self.line(name, "", value);
    }

    fn histogram(&mut self, name: &str, labels: &str, histogram: &Histogram) {
        let comma = if labels.is_empty() { "" } else { "," };
        for (bound, count) in histogram.cumulative() {
            self.put(format_args!("{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {count}\n"));
        }
        let count = histogram.count();
        self.put(format_args!("{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {count}\n"));
        self.line(&format!("{name}_sum"), labels, histogram.sum());
        self.line(&format!("{name}_count"), labels, count);
    }

    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        self.0.write_fmt(text).expect("a string takes all that is written");
    }
}
