use std::fmt::Write as _;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::order::how::How;
use super::order::password::PasswordOption;
use super::order::taken;
use crate::client::{Client, Connection, Job as Told, JobState, Pages, SubJob, typed};
use crate::outcome::{Ended, STATUSES};
use crate::{banner, follow, table};

/// Jobs shown unless said otherwise.
const LIMIT: u32 = 20;

/// Look at jobs and steer them: list, show, watch, cancel, approve, retry what failed.
#[derive(Args)]
pub struct Job {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Ls(Ls),
    Show(Show),
    #[command(after_help = STATUSES)]
    Watch(Watch),
    #[command(after_help = STATUSES)]
    Retry(Box<Retry>),
    Cancel(Cancel),
    Approve(Approve),
}

/// List jobs of whichever API, newest first.
#[derive(Args)]
struct Ls {
    /// In this state; may be given several times
    #[arg(long, value_name = "STATE", value_delimiter = ',',
          value_parser = ["running", "all_succeeded", "some_failed", "all_failed"])]
    state: Vec<String>,

    /// Of this operation, e.g. stop
    #[arg(long, value_name = "OPERATION")]
    operation: Option<String>,

    /// Show so many at most
    #[arg(long, value_name = "N", default_value_t = LIMIT, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,

    /// As JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

/// Show a job, and what became of each server.
#[derive(Args)]
struct Show {
    /// The job's id
    job: String,

    /// Only servers in this state; may be given several times
    #[arg(long, value_name = "STATE", value_delimiter = ',',
          value_parser = ["waiting", "running", "succeeded", "failed", "refused", "cancelled"])]
    state: Vec<String>,

    /// Show so many servers at most
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,

    /// As JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

/// Wait until a job has ended, and show what failed. The exit status tells how it ended.
#[derive(Args)]
struct Watch {
    /// The job's id
    job: String,

    /// As JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

/// Order once more exactly what failed, was refused or was cancelled: a new job that names this one.
///
/// A password that the job came with is to be given again: it was forgotten when the job ended.
#[derive(Args)]
struct Retry {
    /// The job's id
    job: String,

    #[command(flatten)]
    password: PasswordOption,

    /// Only say what would come of it
    #[arg(long, conflicts_with = "wait")]
    dry_run: bool,

    /// Wait until the job has ended, and show what failed
    #[arg(long, short)]
    wait: bool,

    /// As JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    how: How,

    #[command(flatten)]
    connection: Connection,
}

/// Begin nothing more of a job. What is under way is done to its end.
#[derive(Args)]
struct Cancel {
    /// The job's id
    job: String,

    /// As JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

/// Let a job's next wave begin that waits for it.
#[derive(Args)]
struct Approve {
    /// The job's id
    job: String,

    /// As JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

impl Job {
    pub fn run(self) -> Result<Ended> {
        match self.command {
            Command::Ls(ls) => ls.run(),
            Command::Show(show) => show.run(),
            Command::Watch(Watch { job, json, connection }) => {
                let client = connection.client()?;
                let told = typed(&client, &client.get(&path(&job), &[])?)?;
                follow::to_the_end(&client, told, json)
            }
            Command::Retry(retry) => retry.run(),
            Command::Cancel(Cancel { job, json, connection }) => {
                steer(&connection.client()?, &job, "cancel", json)
            }
            Command::Approve(Approve { job, json, connection }) => {
                steer(&connection.client()?, &job, "approve", json)
            }
        }
    }
}

impl Ls {
    fn run(self) -> Result<Ended> {
        let Ls { state, operation, limit, json, connection } = self;
        let client = connection.client()?;
        let states = state.into_iter().map(|state| ("state", state));
        let query = states.chain(operation.map(|operation| ("operation", operation))).collect();
        let found = Pages::of(&client, "jobs", "jobs", query).all(Some(limit as usize))?;
        if json {
            banner::say(&serde_json::to_string_pretty(&json!({ "jobs": found }))?)?;
            return Ok(Ended::Well);
        }
        if found.is_empty() {
            banner::note("there is no such job");
            return Ok(Ended::Well);
        }
        let mut rows = Vec::with_capacity(found.len());
        for said in &found {
            rows.push(row(typed(&client, said)?));
        }
        let head = [
            "JOB",
            "OPERATION",
            "STATE",
            "SERVERS",
            "OK",
            "FAILED",
            "CANCELLED",
            "ACCEPTED",
            "RETRY OF",
        ];
        banner::say(table::text(head, &rows).trim_end())?;
        Ok(Ended::Well)
    }
}

fn row(job: Told) -> [String; 9] {
    let tally = job.sub_jobs;
    let state = word(job.state).to_owned();
    [
        job.id,
        job.operation,
        state,
        tally.total.to_string(),
        tally.succeeded.to_string(),
        tally.failed.to_string(),
        tally.cancelled.to_string(),
        job.accepted_at,
        job.parent_id.unwrap_or_default(),
    ]
}

const fn word(state: JobState) -> &'static str {
    match state {
        JobState::Running => "running",
        JobState::AllSucceeded => "all_succeeded",
        JobState::SomeFailed => "some_failed",
        JobState::AllFailed => "all_failed",
    }
}

impl Show {
    fn run(self) -> Result<Ended> {
        let Show { job, state, limit, json, connection } = self;
        let client = connection.client()?;
        let said = client.get(&path(&job), &[])?;
        let query: Vec<_> = state.into_iter().map(|state| ("state", state)).collect();
        let filtered = !query.is_empty();
        let subs = Pages::of(&client, format!("{}/sub-jobs", path(&job)), "sub_jobs", query);
        let subs = subs.all(Some(limit as usize))?;
        if json {
            let all = json!({ "job": said, "sub_jobs": subs });
            banner::say(&serde_json::to_string_pretty(&all)?)?;
            return Ok(Ended::Well);
        }
        let told: Told = typed(&client, &said)?;
        let total = told.sub_jobs.total;
        let mut rows = Vec::with_capacity(subs.len());
        for said in &subs {
            rows.push(part(&client, &typed(&client, said)?));
        }
        let shown = rows.len() as u64;
        let mut text = about(&told);
        if !rows.is_empty() {
            let head = ["NAME", "SERVER", "STATE", "BEGAN", "ENDED", "REASON"];
            let _ = write!(text, "\n{}", table::text(head, &rows));
        }
        if !filtered && shown < total {
            let _ = writeln!(text, "… and {} more: --limit, or --state", total - shown);
        }
        banner::say(text.trim_end())?;
        Ok(Ended::Well)
    }
}

/// A job in lines, one for each thing there is to say of it.
fn about(job: &Told) -> String {
    let mut rows = vec![
        ("job", job.id.clone()),
        ("operation", job.operation.clone()),
        ("state", word(job.state).to_owned()),
        ("servers", format!("{}: {}", job.sub_jobs.total, all_counts(job))),
        ("ordered by", format!("{}, in the API {}", job.principal, job.dialect)),
        ("accepted", job.accepted_at.clone()),
    ];
    rows.extend(job.ended_at.clone().map(|at| ("ended", at)));
    rows.extend(job.parent_id.clone().map(|parent| ("retry of", parent)));
    let orders = orders(&job.orders);
    rows.extend((!orders.is_empty()).then_some(("orders", orders)));
    if let Some(course) = job.course.as_ref().filter(|course| course.awaits_approval) {
        rows.push(("waits", format!("wave {} is to be approved", course.wave + 1)));
    }
    let mut text = String::new();
    for (name, value) in rows {
        let _ = writeln!(text, "{name:<12}{value}");
    }
    text
}

fn all_counts(job: &Told) -> String {
    let tally = job.sub_jobs;
    let mut text = follow::counts(job);
    for (count, word) in [(tally.running, "running"), (tally.waiting, "waiting")] {
        if count > 0 {
            let _ = write!(text, ", {count} {word}");
        }
    }
    text
}

/// The orders that were given, in the words of the header `X-Regiment-Orders`.
fn orders(orders: &Value) -> String {
    let text = |value: &Value| match value {
        Value::Null | Value::Bool(false) => None,
        Value::Bool(true) => Some(String::new()),
        Value::String(text) => Some(format!("={text}")),
        Value::Number(number) => Some(format!("={number}")),
        Value::Array(sizes) => {
            let sizes: Vec<&str> = sizes.iter().filter_map(Value::as_str).collect();
            (!sizes.is_empty()).then(|| format!("={}", sizes.join(",")))
        }
        Value::Object(retry) => {
            let backoff = retry["backoff"].as_str().unwrap_or_default();
            Some(format!("={}; backoff={backoff}", retry["attempts"]))
        }
    };
    let order =
        ["concurrency", "waves", "pause", "hold", "max_failures", "start_at", "deadline", "retry"];
    let said = order.iter().filter_map(|key| Some(format!("{key}{}", text(&orders[*key])?)));
    said.collect::<Vec<_>>().join("; ")
}

/// A row about one server's part.
fn part(client: &Client, sub: &SubJob) -> [String; 6] {
    let reason = sub.fault.as_ref().map_or(String::new(), |fault| fault.message.clone());
    let time = |at: &Option<String>| at.clone().unwrap_or_default();
    [
        follow::name_of(client, sub),
        sub.target.id.clone(),
        sub.state.clone(),
        time(&sub.began_at),
        time(&sub.ended_at),
        reason,
    ]
}

impl Retry {
    fn run(self) -> Result<Ended> {
        let Retry { job, password, dry_run, wait, json, how, connection } = self;
        let client = connection.client()?;
        let mut body = Map::new();
        body.insert("orders".to_owned(), how.orders());
        if let Some(password) = password.read()? {
            body.insert("password".to_owned(), json!(password.expose()));
        }
        if dry_run {
            body.insert("dry_run".to_owned(), json!(true));
        }
        let said = client.post(&format!("{}/retry", path(&job)), Some(&Value::Object(body)))?;
        taken(&client, &said, wait, json)
    }
}

/// Says something of a job, and shows what it is then.
fn steer(client: &Client, job: &str, what: &str, as_json: bool) -> Result<Ended> {
    let said = client.post(&format!("{}/{what}", path(job)), None)?;
    if as_json {
        banner::say(&serde_json::to_string_pretty(&said)?)?;
    } else {
        banner::say(about(&typed(client, &said)?).trim_end())?;
    }
    Ok(Ended::Well)
}

fn path(job: &str) -> String {
    format!("jobs/{}", crate::client::escaped(job))
}
