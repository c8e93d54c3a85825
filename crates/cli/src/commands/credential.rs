use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::json;

use crate::client::{Client, Connection, escaped, typed};
use crate::outcome::Ended;
use crate::{banner, table};

/// Say who is let into the project, and what they may do: list, add and remove key pairs. For an
/// admin.
#[derive(Args)]
pub struct Credential {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Ls(Ls),
    Add(Add),
    Rm(Rm),
}

/// List who is let in.
#[derive(Args)]
struct Ls {
    /// As JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

/// Make a key pair. It serves every API; its secret key is told now and never again.
#[derive(Args)]
struct Add {
    /// A reader looks, an operator orders, an admin also says who else may
    role: Role,

    /// As JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

/// Let these in no more, at once, nor by any token of theirs. What they ordered goes on.
#[derive(Args)]
struct Rm {
    /// Their access keys
    #[arg(required = true, value_name = "ACCESS_KEY")]
    keys: Vec<String>,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    Reader,
    Operator,
    Admin,
}

#[derive(Deserialize)]
struct Told {
    access_key: String,
    role: String,
    created_at: Option<String>,
}

#[derive(Deserialize)]
struct All {
    credentials: Vec<Told>,
}

impl Credential {
    pub fn run(self) -> Result<Ended> {
        match self.command {
            Command::Ls(Ls { json, connection }) => list(&connection.client()?, json),
            Command::Add(Add { role, json, connection }) => add(&connection.client()?, role, json),
            Command::Rm(Rm { keys, connection }) => {
                let client = connection.client()?;
                for key in keys {
                    client.delete(&format!("credentials/{}", escaped(&key)))?;
                }
                Ok(())
            }
        }?;
        Ok(Ended::Well)
    }
}

fn list(client: &Client, as_json: bool) -> Result<()> {
    let said = client.get("credentials", &[])?;
    if as_json {
        return Ok(banner::say(&serde_json::to_string_pretty(&said)?)?);
    }
    let All { credentials } = typed(client, &said)?;
    let rows: Vec<[String; 3]> = credentials
        .into_iter()
        .map(|Told { access_key, role, created_at }| {
            [access_key, role, created_at.unwrap_or_else(|| "with the server".to_owned())]
        })
        .collect();
    Ok(banner::say(table::text(["ACCESS KEY", "ROLE", "CREATED"], &rows).trim_end())?)
}

fn add(client: &Client, role: Role, as_json: bool) -> Result<()> {
    let role = match role {
        Role::Reader => "reader",
        Role::Operator => "operator",
        Role::Admin => "admin",
    };
    let said = client.post("credentials", Some(&json!({ "role": role })))?;
    if as_json {
        return Ok(banner::say(&serde_json::to_string_pretty(&said)?)?);
    }
    let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
    let (access_key, secret_key) = (text("access_key"), text("secret_key"));
    Ok(banner::say(&format!("access key  {access_key}\nsecret key  {secret_key}"))?)
}
