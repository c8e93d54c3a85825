use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use regiment_server::rules::{Rule, Told};
use serde_json::{Value, json};

use crate::client::{Client, Connection};
use crate::outcome::Ended;
use crate::{banner, table};

/// Have things go wrong on purpose: add fault rules, list them with what they have met, take them away.
#[derive(Args)]
pub struct Fault {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(Add),
    Ls(Ls),
    Rm(Rm),
}

/// Add rules, each in one line: SUBJECT EFFECT [on [N of] SERVERS] [in API] [HOW OFTEN] [at STAGE].
///
/// For example: 'resize fails with no-capacity on 3 of web-*', 'stop loses the reply once',
/// 'StopInstances is throttled every 2nd time', 'start takes 5s longer on db-1'.
#[derive(Args)]
struct Add {
    /// Each in one line, quoted
    #[arg(required_unless_present = "file")]
    rules: Vec<String>,

    /// And those in this file, as for `serve --faults`
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,

    /// As JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

/// List the rules in the order in which they are asked.
#[derive(Args)]
struct Ls {
    /// As JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

/// Take rules away. What hangs by them goes on.
#[derive(Args)]
struct Rm {
    /// Their ids
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    rules: Vec<u64>,

    /// All of them
    #[arg(long)]
    all: bool,

    /// As JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

/// The rules of a file: `rules = […]`, each a line of English or a table.
pub fn read(path: &PathBuf) -> Result<Vec<Rule>> {
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("failed to read {name}"))?;
    let told: Told = toml::from_str(&text).with_context(|| format!("{name} cannot be read"))?;
    match told.read() {
        Ok(rules) => Ok(rules),
        Err(why) => bail!("{name}: {why}"),
    }
}

impl Fault {
    pub fn run(self) -> Result<Ended> {
        match self.command {
            Command::Add(Add { rules, file, json, connection }) => {
                let mut told: Vec<Value> = rules.into_iter().map(Value::from).collect();
                if let Some(file) = &file {
                    for rule in read(file)? {
                        told.push(serde_json::to_value(rule)?);
                    }
                }
                let client = connection.client()?;
                show(&client.post("faults", Some(&json!({ "rules": told })))?, json)
            }
            Command::Ls(Ls { json, connection }) => {
                show(&connection.client()?.get("faults", &[])?, json)
            }
            Command::Rm(Rm { rules, all, json, connection }) => {
                let client = connection.client()?;
                show(&if all { client.delete("faults")? } else { removed(&client, &rules)? }, json)
            }
        }?;
        Ok(Ended::Well)
    }
}

fn removed(client: &Client, rules: &[u64]) -> Result<Value> {
    let mut gone = Vec::with_capacity(rules.len());
    for rule in rules {
        gone.push(client.delete(&format!("faults/{rule}"))?);
    }
    Ok(json!({ "rules": gone }))
}

fn show(said: &Value, as_json: bool) -> Result<()> {
    if as_json {
        banner::say(&serde_json::to_string_pretty(said)?)?;
        return Ok(());
    }
    let rules = said["rules"].as_array().map_or(&[][..], Vec::as_slice);
    if rules.is_empty() {
        banner::note("there are no rules");
        return Ok(());
    }
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => {
            let pairs = fields.iter().map(|(key, value)| match value {
                Value::String(value) => format!("{key}={value}"),
                other => format!("{key}={other}"),
            });
            pairs.collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    };
    let rows: Vec<_> = rules
        .iter()
        .map(|rule| {
            ["id", "stage", "match", "when", "effect", "seen", "hits"].map(|key| text(&rule[key]))
        })
        .collect();
    let head = ["RULE", "STAGE", "WHOM", "HOW OFTEN", "EFFECT", "SEEN", "HITS"];
    banner::say(table::text(head, &rows).trim_end())?;
    Ok(())
}
