use std::fmt::Write as _;
use std::io::{self, BufRead as _, Write};
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use serde::Deserialize;

use crate::client::{Client, Connection, Fault, Target, Trouble};
use crate::outcome::Ended;

/// How long to wait before coming again, unless the server says otherwise.
const COME_AGAIN: Duration = Duration::from_secs(2);
/// How long a server may be away.
const AWAY_MAX: Duration = Duration::from_mins(2);

/// Print what happens to jobs, as it happens, until interrupted. Missed events are caught up with after
/// a restart of the server.
#[derive(Args)]
pub struct Events {
    /// Only of these jobs; may be given several times
    #[arg(long, value_name = "JOB", value_delimiter = ',')]
    job: Vec<String>,

    /// Only of this kind; may be given several times
    #[arg(long, value_name = "KIND", value_delimiter = ',',
          value_parser = ["job_accepted", "sub_job_started", "sub_job_retried", "sub_job_ended",
                          "job_advanced", "job_ended"])]
    kind: Vec<String>,

    /// Only what leaves a job or a server's part in this state, e.g. failed; may be given several
    /// times
    #[arg(long, value_name = "STATE", value_delimiter = ',')]
    state: Vec<String>,

    /// Only about this server, by its id; may be given several times
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    server: Vec<String>,

    /// Begin with what came after this event
    #[arg(long, value_name = "ID")]
    after: Option<String>,

    /// End after so many events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    /// As JSON, one event in a line
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Deserialize)]
struct Event {
    kind: String,
    at: String,
    job_id: String,
    operation: Option<String>,
    target: Option<Target>,
    state: Option<String>,
    fault: Option<Fault>,
    targets: Option<u64>,
    not_before: Option<String>,
}

/// Why no more is read.
enum Stop {
    /// Nobody reads what is printed, or enough was.
    Enough,
    /// The stream ended, as it does when the server closes.
    Over,
}

impl Events {
    pub fn run(self) -> Result<Ended> {
        let Events { job, kind, state, server, after, count, json, connection } = self;
        let client = connection.client()?;
        let mut query: Vec<(&str, String)> = Vec::new();
        for (name, values) in [("job", job), ("kind", kind), ("state", state), ("server", server)] {
            query.extend(values.into_iter().map(|value| (name, value)));
        }
        let mut reader = Reader { last: after, left: count.unwrap_or(u64::MAX), as_json: json };
        let mut away_since: Option<Instant> = None;
        loop {
            match reader.follow(&client, &query) {
                Ok(Stop::Enough) => return Ok(Ended::Well),
                Ok(Stop::Over) => away_since = None,
                Err(trouble) if trouble.passes() => {
                    let since = *away_since.get_or_insert_with(Instant::now);
                    // Never there at all is another thing than away for a while.
                    if reader.last.is_none() || since.elapsed() > AWAY_MAX {
                        return Err(trouble.into());
                    }
                }
                Err(trouble) => return Err(trouble.into()),
            }
            std::thread::sleep(COME_AGAIN);
        }
    }
}

struct Reader {
    /// Up to where everything that is wanted has been seen.
    last: Option<String>,
    left: u64,
    as_json: bool,
}

impl Reader {
    fn follow(&mut self, client: &Client, query: &[(&str, String)]) -> Result<Stop, Trouble> {
        let mut stream = client.stream("events", query, self.last.as_deref())?;
        let (mut line, mut data, mut id) = (String::new(), String::new(), None);
        loop {
            line.clear();
            match stream.read_line(&mut line) {
                // Cut off in the middle is as good as ended: what was not whole comes again.
                Ok(0) | Err(_) => return Ok(Stop::Over),
                Ok(_) => {}
            }
            let said = line.trim_end_matches(['\r', '\n']);
            if let Some(value) = said.strip_prefix("data:") {
                data.push_str(value.trim_start());
            } else if let Some(value) = said.strip_prefix("id:") {
                id = Some(value.trim().to_owned());
            } else if said.is_empty() {
                if !data.is_empty() && !self.print(&data) {
                    return Ok(Stop::Enough);
                }
                data.clear();
                self.last = id.take().or(self.last.take());
            }
        }
    }

    /// Prints an event; says whether more are wanted.
    fn print(&mut self, data: &str) -> bool {
        let text = match serde_json::from_str::<Event>(data) {
            Ok(event) if !self.as_json => line(&event),
            Ok(_) | Err(_) => data.to_owned(),
        };
        let mut out = io::stdout().lock();
        if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
            return false;
        }
        self.left -= 1;
        self.left > 0
    }
}

fn line(event: &Event) -> String {
    let Event { kind, at, job_id, operation, target, state, fault, targets, not_before } = event;
    let mut line = format!("{at}  job {job_id}");
    let target = target.as_ref().map(|target| &*target.id);
    for word in [operation.as_deref(), target, Some(kind), state.as_deref()].into_iter().flatten() {
        let _ = write!(line, "  {word}");
    }
    if let Some(targets) = targets {
        let _ = write!(line, "  {}", crate::follow::servers(*targets));
    }
    if let Some(fault) = fault {
        let _ = write!(line, ": {}", fault.message);
    }
    if let Some(at) = not_before {
        let _ = write!(line, ", again at {at}");
    }
    line
}
