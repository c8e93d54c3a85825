use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{PathBuf, absolute};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::client::Client;
use crate::client::contexts::{Contexts, Named};
use crate::outcome::Ended;
use crate::{banner, table};

/// Keep servers and what lets you in under names of your own.
///
/// They are kept in regiment/contexts.toml in your folder for settings, which only you can read.
#[derive(Args)]
pub struct Context {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Ls(Ls),
    Add(Add),
    Use(Use),
    Rm(Rm),
}

/// List the contexts; the one that is used is marked.
#[derive(Args)]
struct Ls {
    /// As JSON, without secrets
    #[arg(long)]
    json: bool,
}

/// Add a context or change one. Asks for what lets you in, unless the environment says it.
///
/// REGIMENT_TOKEN, or REGIMENT_ACCESS_KEY and REGIMENT_SECRET_KEY, are taken if they are set. Keys are
/// better than a token here: a token is good for a day. The first context is used from then on.
#[derive(Args)]
struct Add {
    /// What to call it
    name: String,

    /// The server's address, e.g. https://fleet.example.com:7443
    #[arg(long, value_name = "URL")]
    endpoint: String,

    /// The access key
    #[arg(long, env = "REGIMENT_ACCESS_KEY", value_name = "KEY")]
    access_key: Option<String>,

    /// Trust the authorities in this file and no others
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,

    /// Use it from now on
    #[arg(long = "use")]
    select: bool,

    /// Do not try whether the server lets you in
    #[arg(long)]
    untried: bool,
}

/// Use this context from now on.
#[derive(Args)]
struct Use {
    /// Its name
    name: String,
}

/// Forget contexts.
#[derive(Args)]
struct Rm {
    /// Their names
    #[arg(required = true)]
    names: Vec<String>,
}

impl Context {
    pub fn run(self) -> Result<Ended> {
        match self.command {
            Command::Ls(ls) => ls.run(),
            Command::Add(add) => add.run(),
            Command::Use(Use { name }) => {
                let mut contexts = Contexts::read()?;
                known(&contexts, &name)?;
                contexts.current = Some(name);
                contexts.write()
            }
            Command::Rm(rm) => rm.run(),
        }?;
        Ok(Ended::Well)
    }
}

fn known(contexts: &Contexts, name: &str) -> Result<()> {
    if contexts.contexts.contains_key(name) {
        Ok(())
    } else {
        bail!("there is no context {name:?}; `regiment context ls` lists them")
    }
}

impl Ls {
    fn run(self) -> Result<()> {
        let Contexts { current, contexts } = Contexts::read()?;
        if self.json {
            let shown: Vec<_> = contexts
                .iter()
                .map(|(name, named)| {
                    json!({
                        "name": name,
                        "current": current.as_ref() == Some(name),
                        "endpoint": named.endpoint,
                        "ca_file": named.ca_file,
                        "access_key": named.access_key,
                    })
                })
                .collect();
            return Ok(banner::say(&serde_json::to_string_pretty(&json!({ "contexts": shown }))?)?);
        }
        if contexts.is_empty() {
            banner::note("there is no context yet: regiment context add NAME --endpoint URL");
            return Ok(());
        }
        let rows: Vec<[String; 4]> = contexts
            .iter()
            .map(|(name, named)| {
                let mark = if current.as_ref() == Some(name) { "*" } else { "" };
                let by = match (&named.access_key, &named.token) {
                    (Some(key), _) => format!("access key {key}"),
                    (None, Some(_)) => "a token".to_owned(),
                    (None, None) => "nothing".to_owned(),
                };
                [mark.to_owned(), name.clone(), named.endpoint.clone(), by]
            })
            .collect();
        Ok(banner::say(table::text(["", "NAME", "ENDPOINT", "LET IN BY"], &rows).trim_end())?)
    }
}

impl Add {
    fn run(self) -> Result<()> {
        let Add { name, endpoint, access_key, ca_file, select, untried } = self;
        if name.is_empty() || name.chars().any(char::is_control) {
            bail!("a context needs a name");
        }
        let ca_file = ca_file.map(absolute).transpose().context("failed to read --ca-file")?;
        let (token, access_key, secret_key) = let_in_by(access_key)?;
        let named = Named {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            ca_file,
            token,
            access_key,
            secret_key,
        };
        if !untried {
            Client::new(named.clone().into())?.get("servers", &[("limit", "1".to_owned())])?;
        }
        let mut contexts = Contexts::read()?;
        if select || contexts.contexts.is_empty() {
            contexts.current = Some(name.clone());
        }
        contexts.contexts.insert(name, named);
        contexts.write()
    }
}

type LetIn = (Option<String>, Option<String>, Option<String>);

/// A token, or an access key and its secret key: of the environment, or as a person says.
fn let_in_by(access_key: Option<String>) -> Result<LetIn> {
    let env = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    if let Some(access_key) = access_key {
        let secret_key = match env("REGIMENT_SECRET_KEY") {
            Some(secret_key) => secret_key,
            None => secret("Secret key: ")?,
        };
        return Ok((None, Some(access_key), Some(secret_key)));
    }
    if let Some(token) = env("REGIMENT_TOKEN") {
        return Ok((Some(token), None, None));
    }
    if !io::stdin().is_terminal() {
        bail!(
            "say what lets you in: REGIMENT_ACCESS_KEY and REGIMENT_SECRET_KEY, or REGIMENT_TOKEN"
        );
    }
    let mut terminal = io::stderr();
    write!(terminal, "Access key: ")?;
    terminal.flush()?;
    let mut access_key = String::new();
    io::stdin().lock().read_line(&mut access_key)?;
    Ok((None, Some(access_key.trim().to_owned()), Some(secret("Secret key: ")?)))
}

/// From a person without showing it, or the first line of the input.
fn secret(prompt: &str) -> Result<String> {
    let mut said = String::new();
    if io::stdin().is_terminal() {
        said = rpassword::prompt_password(prompt)?;
    } else {
        io::stdin().lock().read_line(&mut said)?;
    }
    let said = said.trim_end_matches(['\r', '\n']);
    if said.is_empty() {
        bail!("no secret key was given");
    }
    Ok(said.to_owned())
}

impl Rm {
    fn run(self) -> Result<()> {
        let mut contexts = Contexts::read()?;
        for name in &self.names {
            known(&contexts, name)?;
            contexts.contexts.remove(name);
            if contexts.current.as_ref() == Some(name) {
                contexts.current = None;
            }
        }
        contexts.write()
    }
}
