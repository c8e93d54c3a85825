//! One order for many servers: what, for whom, how, and whether to wait for it.

pub mod how;
pub mod password;
pub mod verbs;
pub mod which;

use std::fmt::Write as _;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Value, json};

use self::how::How;
use self::verbs::Verb;
use self::which::{Targets, Which};
use crate::client::{Client, Connection, Server, Submitted, Trouble, typed};
use crate::outcome::Ended;
use crate::{banner, follow, table};

/// Servers that are listed when a person is asked, and refusals that are shown at once.
const SHOWN: usize = 10;

#[derive(Args)]
pub struct Order<V: Verb> {
    #[command(flatten)]
    verb: V,

    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
struct Common {
    /// Take all servers or none: one that is refused stops the others
    #[arg(long)]
    all_or_nothing: bool,

    /// Makes the same command, given again within 8 hours, the same order
    #[arg(long, value_name = "TOKEN")]
    idempotency_token: Option<String>,

    /// Only say what would come of it
    #[arg(long, conflicts_with_all = ["wait", "idempotency_token"])]
    dry_run: bool,

    /// Wait until the job has ended, and show what failed
    #[arg(long, short)]
    wait: bool,

    /// As JSON
    #[arg(long)]
    json: bool,

    /// Do not ask before what cannot be undone
    #[arg(long, short)]
    yes: bool,

    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    how: How,

    #[command(flatten)]
    connection: Connection,
}

impl<V: Verb> Order<V> {
    pub fn run(self) -> Result<Ended> {
        let Order { verb, common } = self;
        let which = &common.which;
        let client = common.connection.client()?;
        let mut targets = which.targets(&client)?;
        if let Some(deed) = V::DESTROYS
            && !which.is_by_id()
            && !common.yes
            && !common.dry_run
        {
            match confirmed(deed, which, &client)? {
                // What was shown is what is ordered, whoever fits by now.
                Some(ids) => targets = Targets::Named(ids),
                None => bail!("nothing was ordered"),
            }
        }
        let mut body = serde_json::Map::new();
        body.insert("operation".to_owned(), V::OPERATION.into());
        body.insert("parameters".to_owned(), Value::Object(verb.parameters()?));
        targets.put_into(&mut body);
        body.insert("orders".to_owned(), common.how.orders());
        if common.all_or_nothing {
            body.insert("admission".to_owned(), "all_or_nothing".into());
        }
        if let Some(token) = &common.idempotency_token {
            body.insert("token".to_owned(), json!(token));
        }
        if common.dry_run {
            body.insert("dry_run".to_owned(), json!(true));
        }
        let said = client.post("jobs", Some(&Value::Object(body)))?;
        taken(&client, &said, common.wait, common.json)
    }
}

/// What becomes of an order that was taken, or would have been.
pub fn taken(client: &Client, said: &Value, wait: bool, as_json: bool) -> Result<Ended> {
    let submitted: Submitted = typed(client, said)?;
    match (&submitted.job, wait) {
        (Some(job), true) => follow::to_the_end(client, job.clone(), as_json),
        (_, _) if as_json => {
            banner::say(&serde_json::to_string_pretty(said)?)?;
            Ok(Ended::judged(&submitted))
        }
        (Some(job), false) => {
            banner::say(&job.id)?;
            if !submitted.verdicts.refused.is_empty() {
                banner::note(judgement(&submitted, SHOWN).trim_end());
            }
            Ok(Ended::judged(&submitted))
        }
        (None, _) => {
            banner::say(judgement(&submitted, usize::MAX).trim_end())?;
            Ok(Ended::judged(&submitted))
        }
    }
}

/// What was said of the servers before any work.
fn judgement(submitted: &Submitted, most: usize) -> String {
    let verdicts = &submitted.verdicts;
    let refused = &verdicts.refused;
    let mut text = format!(
        "{} admitted, {} already as ordered, {} refused\n",
        verdicts.admitted,
        verdicts.already_so,
        refused.len()
    );
    if refused.is_empty() {
        return text;
    }
    let rows: Vec<[String; 2]> = refused
        .iter()
        .take(most)
        .map(|one| [one.server_id.clone(), one.fault.message.clone()])
        .collect();
    let _ = write!(text, "\n{}", table::text(["REFUSED", "REASON"], &rows));
    if refused.len() > most {
        let _ = writeln!(text, "… and {} more", refused.len() - most);
    }
    text
}

/// Shows who is meant and asks; gives their ids when a person says yes.
fn confirmed(deed: &str, which: &Which, client: &Client) -> Result<Option<Vec<String>>> {
    if !io::stdin().is_terminal() {
        bail!("this would {deed} servers that are not named by id: say --yes if it is meant");
    }
    let mut servers = Vec::new();
    for said in which.find(client, None)? {
        servers.push(typed::<Server>(client, &said)?);
    }
    // Oldest first: the order in which a selection has its turn.
    servers.reverse();
    if servers.is_empty() {
        bail!("no server fits what was selected");
    }
    let names: Vec<&str> = servers.iter().take(SHOWN).map(|server| &*server.name).collect();
    let more = servers.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    let count = servers.len();
    let noun = if count == 1 { "server" } else { "servers" };
    let mut terminal = io::stderr();
    write!(terminal, "{}{more}\nReally {deed} {count} {noun}? [y/N] ", names.join(", "))?;
    terminal.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    let yes = matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes");
    Ok(yes.then(|| servers.into_iter().map(|server| server.id).collect()))
}

/// Says more where a short word may have been taken for an id.
pub fn hint(error: &anyhow::Error) -> Option<&'static str> {
    let trouble = error.downcast_ref::<Trouble>()?;
    trouble.is_code("ServerNotFound").then_some(
        "eight small letters or digits are taken for an id; a name that looks so is given with --name",
    )
}
