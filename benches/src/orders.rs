//! Power orders: how many server-operations are accepted durably, and run to the end, in a second.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::plane::{Plane, binary};
use crate::{bare, disk, wire};

const CONNECTIONS: usize = 8;
const TIME: Duration = Duration::from_secs(4);

/// Each connection goes round this many groups of servers, so that a group's order has ended
/// before its next one comes.
const GROUPS: usize = 4;

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
pub fn report() -> Result<()> {
    let bare = bare::serve(Vec::new())?;
    for batch in [1, 100, 1_000] {
        let folder = tempfile::tempdir()?;
        let fleet = CONNECTIONS * GROUPS * batch;
        let plane = Plane::start(&binary()?, folder.path(), fleet, true)?;
        let ids = plane.ids(fleet)?;
        // All stop first, then all start, and so on: each order has work to do.
        let lanes: Vec<Vec<Vec<u8>>> = ids
            .chunks(GROUPS * batch)
            .map(|lane| {
                let groups: Vec<&[String]> = lane.chunks(batch).collect();
                let stop = groups.iter().map(|group| plane.order(false, group));
                let start = groups.iter().map(|group| plane.order(true, group));
                stop.chain(start).collect()
            })
            .collect();
        let before = plane.metrics()?;
        let began = Instant::now();
        let accepted = wire::load(plane.address, &lanes, TIME, 200)?;
        plane.settle()?;
        let to_the_end = began.elapsed();
        let inside = inside(&plane, &before)?;
        let unfulfilled = unfulfilled(&plane)?;

        let same_bodies: Vec<Vec<Vec<u8>>> = lanes
            .iter()
            .map(|lane| lane.iter().map(|request| as_bare(request)).collect())
            .collect();
        let parsed = wire::load(bare, &same_bodies, TIME, 200)?;
        let accept_rate = accepted.per_second(batch);
        #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
        let end_rate = (accepted.requests * batch) as f64 / to_the_end.as_secs_f64();
        println!(
            "  batch {batch:>5}: accepted {accept_rate:>9.0}/s, to the end {end_rate:>9.0}/s, bare handler {:>9.0}/s, ratio {:.2}; p50 {:?} p99 {:?}; {} MiB; {unfulfilled} jobs unfulfilled",
            parsed.per_second(batch),
            accept_rate / parsed.per_second(batch),
            accepted.percentile(50),
            accepted.percentile(99),
            plane.resident_mib()?,
        );
        println!("               {inside}");
        plane.kill()?;
    }
    Ok(())
}

/// Where the server says its time went.
fn inside(plane: &Plane, before: &HashMap<String, f64>) -> Result<String> {
    let after = plane.metrics()?;
    let figure = |name: &str| {
        let read = |metrics: &HashMap<String, f64>| metrics.get(name).copied().unwrap_or_default();
        read(&after) - read(before)
    };
    let turns = figure("regiment_turn_seconds_count");
    let each = |name: &str| figure(name) / turns.max(1.0);
    Ok(format!(
        "{turns:.0} turns of {:.2} orders, {:.3} ms each, {:.3} ms of it in the commit",
        each("regiment_turn_commands_sum"),
        each("regiment_turn_seconds_sum") * 1e3,
        each("regiment_commit_seconds_sum") * 1e3,
    ))
}

/// Jobs that did not do all they were ordered to: a load is only worth something if its orders are
/// really carried out.
fn unfulfilled(plane: &Plane) -> Result<f64> {
    let ended = |(name, _): &(&String, &f64)| name.starts_with("regiment_jobs_ended_total{");
    let metrics = plane.metrics()?;
    ensure!(metrics.iter().any(|one| ended(&one)), "no job has ended");
    let well = |name: &str| name.contains("outcome=\"all_succeeded\"");
    Ok(metrics
        .iter()
        .filter(ended)
        .filter(|(name, _)| !well(name))
        .map(|(_, count)| count)
        .sum::<f64>()
        .max(0.0))
}

/// The same body for the bare handler.
fn as_bare(request: &[u8]) -> Vec<u8> {
    let at = request.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
    let body = &request[at..];
    let head = format!(
        "POST /order HTTP/1.1\r\nHost: bare\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
pub fn report_latency() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let plane = Plane::start(&binary()?, folder.path(), GROUPS, true)?;
    println!("  start to ready, {GROUPS} servers: {:?}", plane.ready_in);
    let ids = plane.ids(GROUPS)?;
    let groups: Vec<&[String]> = ids.chunks(1).collect();
    let stop = groups.iter().map(|group| plane.order(false, group));
    let start = groups.iter().map(|group| plane.order(true, group));
    let lane: Vec<Vec<u8>> = stop.chain(start).collect();
    let order = wire::load(plane.address, std::slice::from_ref(&lane), TIME, 200)?;
    let raw = disk::syncs(folder.path(), 4096, TIME)?;
    let bare = bare::serve(Vec::new())?;
    let echo = b"POST /echo HTTP/1.1\r\nHost: bare\r\nContent-Length: 64\r\n\r\n".to_vec();
    let echo = [echo, vec![b'x'; 64]].concat();
    let echo = wire::load(bare, &[vec![echo]], TIME, 200)?;
    for percent in [50, 99] {
        let floor = raw.percentile(percent) + echo.percentile(percent);
        let ratio = order.percentile(percent).as_secs_f64() / floor.as_secs_f64();
        println!(
            "  p{percent}: order {:?}, raw sync {:?}, echo {:?}, ratio {ratio:.2}",
            order.percentile(percent),
            raw.percentile(percent),
            echo.percentile(percent),
        );
    }
    plane.kill()
}
