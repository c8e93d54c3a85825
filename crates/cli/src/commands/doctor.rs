use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use regiment_server::config;
use regiment_server::doctor::{self, Finding, State};
use serde_json::json;

use crate::{banner, platform};

/// Say what real machines need and whether it is here. Boots a small guest to find out
#[derive(Args)]
pub struct Doctor {
    /// The data folder that machines would be kept in [default: the platform's folder for data]
    #[arg(long, env = "REGIMENT_DATA", value_name = "DIR")]
    data: Option<PathBuf>,

    /// Where plain HTTP would be served
    #[arg(long, env = "REGIMENT_LISTEN", value_name = "ADDRESS", default_value_t = config::LISTEN)]
    listen: SocketAddr,

    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub fn run(self) -> Result<()> {
        let Some(data) = self.data.or_else(platform::data_folder) else {
            bail!("there is no folder for data here: name one with --data");
        };
        regiment_server::data_folder::make(&data)?;
        let findings = doctor::examine(&data, self.listen);
        let bad = findings.iter().filter(|finding| finding.state == State::Bad).count();
        if self.json {
            let all = json!({ "ready": bad == 0, "findings": findings });
            banner::say(&serde_json::to_string_pretty(&all)?)?;
        } else {
            banner::say(text(&findings).trim_end())?;
        }
        if bad > 0 {
            bail!("real machines cannot run here: {bad} things are missing");
        }
        Ok(())
    }
}

fn text(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for Finding { name, state, found, advice } in findings {
        let mark = match state {
            State::Ok => "ok",
            State::Warn => "warn",
            State::Bad => "BAD",
        };
        let _ = writeln!(text, "{mark:<4}  {name:<width$}  {found}");
        if let Some(advice) = advice {
            let _ = writeln!(text, "      {:<width$}  → {advice}", "");
        }
    }
    text
}
