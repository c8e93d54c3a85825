use anyhow::Result;
use clap::Args;
use serde_json::json;

use super::order::which::Which;
use crate::client::{Connection, Server, typed};
use crate::outcome::Ended;
use crate::{banner, table};

/// List servers: all, or those that are named or fit.
#[derive(Args)]
pub struct Servers {
    /// Show so many at most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,

    /// As JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    connection: Connection,
}

impl Servers {
    pub fn run(self) -> Result<Ended> {
        let client = self.connection.client()?;
        let most = self.limit.map(|limit| limit as usize);
        let found = self.which.find(&client, most)?;
        if self.json {
            banner::say(&serde_json::to_string_pretty(&json!({ "servers": found }))?)?;
            return Ok(Ended::Well);
        }
        if found.is_empty() {
            banner::note("no server fits");
            return Ok(Ended::Well);
        }
        let mut rows = Vec::with_capacity(found.len());
        for said in &found {
            rows.push(row(typed(&client, said)?));
        }
        let head = ["NAME", "ID", "STATUS", "FLAVOR", "ADDRESS", "HOST", "TAGS"];
        banner::say(table::text(head, &rows).trim_end())?;
        Ok(Ended::Well)
    }
}

fn row(server: Server) -> [String; 7] {
    let Server { id, short_id: _, name, status, activity, flavor, host, addresses, tags } = server;
    let status = activity.map_or(status.clone(), |activity| format!("{status} ({activity})"));
    let tags: Vec<String> = tags
        .into_iter()
        .map(|(key, value)| if value.is_empty() { key } else { format!("{key}={value}") })
        .collect();
    let address = addresses.into_iter().next().unwrap_or_default();
    [name, id, status, flavor, address, host.unwrap_or_default(), tags.join(" ")]
}
