//! Waiting for a job: a bar that counts its servers, and at the end those that failed, with the reasons.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use crate::client::{Client, Job, JobState, Pages, Server, SubJob, Trouble, typed};
use crate::outcome::Ended;
use crate::{banner, table};

/// How often the job is looked at: often at first, since most are short.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const LOOK_AGAIN_MAX: Duration = Duration::from_secs(1);
/// How long a server may be away: long enough for a restart with a large fleet.
const AWAY_MAX: Duration = Duration::from_mins(2);
/// How often a log that nobody watches is told how far it is.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// Servers that failed, as far as they are listed.
pub const FAILURES_SHOWN: usize = 100;

/// Follows a job until it has ended or a person has seen enough, and shows what became of it.
pub fn to_the_end(client: &Client, job: Job, as_json: bool) -> Result<Ended> {
    let enough = interrupts()?;
    let mut shown = Shown::of(&job, as_json);
    let mut job = job;
    let mut pause = LOOK_AGAIN;
    let mut away_since = None;
    loop {
        shown.show(&job);
        if job.state != JobState::Running {
            break;
        }
        match enough.recv_timeout(pause) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => {
                shown.close();
                let id = &job.id;
                banner::note(&format!("The job goes on. See it again: regiment job watch {id}"));
                return Ok(Ended::Detached);
            }
            Err(RecvTimeoutError::Timeout) => pause = (pause * 3 / 2).min(LOOK_AGAIN_MAX),
        }
        match client.get(&format!("jobs/{}", job.id), &[]) {
            Ok(said) => {
                job = typed(client, &said)?;
                away_since = None;
            }
            // The job is durable: a restart does not end it, nor the wait for it.
            Err(trouble) if trouble.passes() => {
                let since = *away_since.get_or_insert_with(Instant::now);
                if since.elapsed() > AWAY_MAX {
                    shown.close();
                    return Err(trouble.into());
                }
            }
            Err(trouble) => {
                shown.close();
                return Err(trouble.into());
            }
        }
    }
    shown.close();
    tell(client, &job, as_json)?;
    Ok(Ended::of(job.state))
}

/// Says each time a person wants no more of it.
fn interrupts() -> Result<Receiver<()>> {
    let (tell, enough) = channel();
    let told = move || {
        // Nobody listens once it is over.
        let _ = tell.send(());
    };
    ctrlc::set_handler(told).context("failed to listen for signals")?;
    Ok(enough)
}

/// What a person sees while it lasts.
enum Shown {
    Bar(ProgressBar),
    Lines { last: Instant, held: u64 },
    Nothing,
}

impl Shown {
    fn of(job: &Job, as_json: bool) -> Shown {
        if as_json {
            return Shown::Nothing;
        }
        if io::stderr().is_terminal() {
            let target = ProgressDrawTarget::stderr();
            let bar = ProgressBar::with_draw_target(Some(job.sub_jobs.total), target);
            let style = ProgressStyle::with_template("{prefix} [{bar:24}] {pos}/{len} {wide_msg}");
            bar.set_style(
                style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "),
            );
            bar.set_prefix(job.operation.clone());
            return Shown::Bar(bar);
        }
        banner::note(&format!(
            "job {}: {} for {}",
            job.id,
            job.operation,
            servers(job.sub_jobs.total)
        ));
        Shown::Lines { last: Instant::now(), held: 0 }
    }

    fn show(&mut self, job: &Job) {
        match self {
            Shown::Bar(bar) => {
                bar.set_position(job.sub_jobs.ended());
                bar.set_message(progress(job));
            }
            Shown::Lines { last, held } => {
                let course = job.course.as_ref().filter(|course| course.awaits_approval);
                let waits = course.is_some_and(|course| course.wave > *held);
                if let Some(course) = course.filter(|_| waits) {
                    *held = course.wave;
                }
                if job.state == JobState::Running && (waits || last.elapsed() > LINE_EVERY) {
                    *last = Instant::now();
                    banner::note(&format!("job {}: {}", job.id, progress(job)));
                }
            }
            Shown::Nothing => {}
        }
    }

    fn close(&self) {
        match self {
            Shown::Bar(bar) => bar.finish_and_clear(),
            Shown::Lines { .. } | Shown::Nothing => {}
        }
    }
}

/// How many servers are in which state, and what the job waits for.
fn progress(job: &Job) -> String {
    let tally = job.sub_jobs;
    let mut text = counts(job);
    for (count, word) in [(tally.running, "running"), (tally.waiting, "waiting")] {
        if count > 0 {
            let _ = write!(text, ", {count} {word}");
        }
    }
    if let Some(course) = &job.course {
        if course.awaits_approval {
            let _ =
                write!(text, "; wave {} waits: regiment job approve {}", course.wave + 1, job.id);
        } else if course.next_wave_at.is_some() {
            let _ = write!(text, "; before wave {}", course.wave + 1);
        } else if course.wave > 0 {
            let _ = write!(text, "; wave {}", course.wave);
        }
    }
    text
}

/// What has ended, by how it did.
pub fn counts(job: &Job) -> String {
    let tally = job.sub_jobs;
    let mut text = format!("{} succeeded", tally.succeeded);
    for (count, word) in [(tally.failed, "failed"), (tally.cancelled, "cancelled")] {
        if count > 0 {
            let _ = write!(text, ", {count} {word}");
        }
    }
    text
}

pub fn servers(count: u64) -> String {
    if count == 1 { "1 server".to_owned() } else { format!("{count} servers") }
}

/// What became of a job that has ended.
fn tell(client: &Client, job: &Job, as_json: bool) -> Result<()> {
    let path = format!("jobs/{}/sub-jobs", job.id);
    let of = |states: &[&str], most| {
        let query = states.iter().map(|state| ("state", (*state).to_owned())).collect();
        Pages::of(client, path.clone(), "sub_jobs", query).all(most)
    };
    if as_json {
        let failures = of(&["failed", "refused", "cancelled"], None)?;
        let job = client.get(&format!("jobs/{}", job.id), &[])?;
        let all = json!({ "job": job, "failures": failures });
        return Ok(banner::say(&serde_json::to_string_pretty(&all)?)?);
    }
    let tally = job.sub_jobs;
    let mut text = format!(
        "Job {}, {}: {} of {}.\n",
        job.id,
        job.operation,
        counts(job),
        servers(tally.total)
    );
    if tally.failed > 0 {
        let mut rows = Vec::new();
        for said in of(&["failed", "refused"], Some(FAILURES_SHOWN))? {
            rows.push(failure(client, &typed(client, &said)?));
        }
        let _ = write!(text, "\n{}", table::text(["NAME", "SERVER", "STATE", "REASON"], &rows));
        let more = tally.failed.saturating_sub(rows.len() as u64);
        if more > 0 {
            let _ =
                writeln!(text, "… and {more} more: regiment job show {} --state failed", job.id);
        }
    }
    if tally.cancelled > 0 {
        let first = of(&["cancelled"], Some(1))?;
        let first: Option<SubJob> = first.first().map(|said| typed(client, said)).transpose()?;
        let reason = first
            .and_then(|sub| sub.fault)
            .map_or(String::new(), |fault| format!(": {}", fault.message));
        let _ = writeln!(text, "\n{} cancelled{reason}", tally.cancelled);
    }
    if tally.failed + tally.cancelled > 0 {
        let _ = writeln!(text, "\nOnce more for those alone: regiment job retry {}", job.id);
    }
    Ok(banner::say(text.trim_end())?)
}

/// A row about one server that is not as ordered.
fn failure(client: &Client, sub: &SubJob) -> [String; 4] {
    let reason = sub.fault.as_ref().map_or(String::new(), |fault| fault.message.clone());
    let tries = sub.attempts.len();
    let reason = if tries > 0 { format!("{reason} ({} tries)", tries + 1) } else { reason };
    [name_of(client, sub), sub.target.id.clone(), sub.state.clone(), reason]
}

/// What a server is called, if it is still there to ask.
pub fn name_of(client: &Client, sub: &SubJob) -> String {
    let unknown = || "-".to_owned();
    if sub.target.kind != "server" {
        return unknown();
    }
    let said: Result<_, Trouble> = client.get(&format!("servers/{}", sub.target.id), &[]);
    said.and_then(|said| typed::<Server>(client, &said)).map_or_else(|_| unknown(), |one| one.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(course: &serde_json::Value) -> Job {
        let job = json!({
            "id": "7", "operation": "stop", "state": "running", "orders": {}, "course": course,
            "sub_jobs": { "total": 100, "waiting": 80, "running": 8, "succeeded": 9, "failed": 2,
                          "cancelled": 1 },
            "parent_id": null, "dialect": "native", "principal": "AK",
            "accepted_at": "2026-01-02T03:04:05.678Z", "ended_at": null,
        });
        serde_json::from_value(job).unwrap()
    }

    #[test]
    fn progress_is_servers_by_state_and_what_is_waited_for() {
        let counted = "9 succeeded, 2 failed, 1 cancelled, 8 running, 80 waiting";
        let course = |wave: u64, next: Option<&str>, held: bool| {
            let next = next.map(|time| format!("2026-01-02T03:0{time}Z"));
            json!({ "wave": wave, "next_wave_at": next, "awaits_approval": held, "stopped": null })
        };
        for (course, end) in [
            (serde_json::Value::Null, ""),
            (course(0, None, false), ""),
            (course(2, None, false), "; wave 2"),
            (course(2, Some("4:05.678"), false), "; before wave 3"),
            (course(2, None, true), "; wave 3 waits: regiment job approve 7"),
        ] {
            assert_eq!(progress(&job(&course)), format!("{counted}{end}"));
        }
    }
}
