//! Which server is meant, and by which credentials: said, set, named, or found on this machine.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use regiment_server::config;
use regiment_server::core::vault::Secret;

use super::Client;
use super::contexts::{Contexts, Named};
use super::local::{self, Daemon};

/// What a person says of the server to talk to.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Connection")]
pub struct Connection {
    /// The server's address, e.g. https://fleet.example.com:7443 [env: REGIMENT_ENDPOINT]
    ///
    /// Without it, or a context, the daemon that this user runs on this machine.
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,

    /// A bearer token; better in the environment, since others can see a command line
    /// [env: REGIMENT_TOKEN]
    #[arg(long, value_name = "TOKEN")]
    pub token: Option<String>,

    /// An access key, to get a token with [env: REGIMENT_ACCESS_KEY]. Its secret key is taken from
    /// REGIMENT_SECRET_KEY
    #[arg(long, value_name = "KEY", conflicts_with = "token")]
    pub access_key: Option<String>,

    /// Trust the authorities in this file and no others [env: REGIMENT_CA_FILE]
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,

    /// The server and credentials kept under this name; see `regiment context`
    /// [env: REGIMENT_CONTEXT]
    #[arg(long, value_name = "NAME", conflicts_with = "endpoint")]
    pub context: Option<String>,
}

/// A server, and what lets us in.
#[derive(Clone, Debug)]
pub struct Place {
    pub endpoint: String,
    pub credentials: Credentials,
    pub ca_file: Option<PathBuf>,
}

#[derive(Clone, Debug, Default)]
pub struct Credentials {
    pub token: Option<Secret>,
    /// An access key and its secret key.
    pub keys: Option<(String, Secret)>,
}

impl Credentials {
    const fn are_none(&self) -> bool {
        self.token.is_none() && self.keys.is_none()
    }
}

/// What this process was given beside its arguments.
struct Around<'a> {
    env: &'a dyn Fn(&str) -> Option<String>,
    contexts: Contexts,
    daemons: Vec<Daemon>,
}

impl Connection {
    pub fn client(&self) -> Result<Client> {
        Client::new(self.place()?)
    }

    pub fn place(&self) -> Result<Place> {
        let env = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let mut daemons = local::daemons();
        if let Some(path) = env("REGIMENT_READY_FILE") {
            // Whoever sets it for `serve` need say nothing else.
            daemons = Daemon::read(path.as_ref()).ok().into_iter().chain(daemons).collect();
        }
        self.choose(Around { env: &env, contexts: Contexts::read()?, daemons })
    }

    /// What is said on the command line comes before the environment, and both before what was kept.
    /// A context's credentials go to its own server alone.
    fn choose(&self, around: Around<'_>) -> Result<Place> {
        let Around { env, mut contexts, daemons } = around;
        let unsaid = self.endpoint.is_none() && self.context.is_none();
        let endpoint =
            self.endpoint.clone().or_else(|| env("REGIMENT_ENDPOINT").filter(|_| unsaid));
        let said = self.said(env)?;
        let from_env = || credentials(env("REGIMENT_TOKEN"), env("REGIMENT_ACCESS_KEY"), env);
        let ca_file = self.ca_file.clone().or_else(|| env("REGIMENT_CA_FILE").map(PathBuf::from));
        if let Some(endpoint) = endpoint {
            let endpoint = endpoint.trim_end_matches('/').to_owned();
            let own = daemons.iter().find(|daemon| daemon.answers_at(&endpoint));
            let kept = own.map(of_daemon).unwrap_or_default();
            let credentials = first([said, from_env()?, kept]);
            let ca_file = ca_file.or_else(|| own.and_then(|daemon| daemon.ca_file.clone()));
            return Ok(Place { endpoint, credentials, ca_file });
        }
        let named = self.context.clone().or_else(|| env("REGIMENT_CONTEXT"));
        if let Some(name) = named.or_else(|| contexts.current.take()) {
            let Some(named) = contexts.contexts.remove(&name) else {
                bail!("there is no context {name:?}; `regiment context ls` lists them");
            };
            let Place { endpoint, credentials: kept, ca_file: own } = named.into();
            let ca_file = self.ca_file.clone().or(own);
            return Ok(Place { endpoint, credentials: first([said, kept]), ca_file });
        }
        let daemon = the_one(&daemons)?;
        let credentials = first([said, from_env()?, of_daemon(daemon)]);
        Ok(Place { endpoint: daemon.endpoint.clone(), credentials, ca_file: None })
    }

    /// The credentials of the command line.
    fn said(&self, env: &dyn Fn(&str) -> Option<String>) -> Result<Credentials> {
        credentials(self.token.clone(), self.access_key.clone(), env)
    }
}

fn credentials(
    token: Option<String>,
    access_key: Option<String>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Credentials> {
    let keys = match access_key {
        Some(access_key) => {
            let secret_key = env("REGIMENT_SECRET_KEY").with_context(|| {
                format!("the secret key of {access_key} is not in REGIMENT_SECRET_KEY")
            })?;
            Some((access_key, Secret::new(secret_key)))
        }
        None => None,
    };
    Ok(Credentials { token: token.map(Secret::new), keys })
}

fn of_daemon(daemon: &Daemon) -> Credentials {
    Credentials {
        token: Some(Secret::new(&*daemon.token)),
        keys: Some((daemon.access_key.clone(), Secret::new(&*daemon.secret_key))),
    }
}

impl From<Named> for Place {
    fn from(named: Named) -> Place {
        let Named { endpoint, ca_file, token, access_key, secret_key } = named;
        let keys = access_key.zip(secret_key.map(Secret::new));
        let credentials = Credentials { token: token.map(Secret::new), keys };
        Place { endpoint: endpoint.trim_end_matches('/').to_owned(), credentials, ca_file }
    }
}

fn first<const N: usize>(all: [Credentials; N]) -> Credentials {
    all.into_iter().find(|one| !one.are_none()).unwrap_or_default()
}

/// The daemon that is meant when nobody says which.
fn the_one(daemons: &[Daemon]) -> Result<&Daemon> {
    let usual = format!("http://{}", config::LISTEN);
    match daemons {
        [] => bail!(
            "no server is named, and this user runs none here: start one with `regiment serve`, or \
             name one with --endpoint or `regiment context add`"
        ),
        [one] => Ok(one),
        several => several.iter().find(|daemon| daemon.endpoint == usual).with_context(|| {
            let all: Vec<&str> = several.iter().map(|daemon| &*daemon.endpoint).collect();
            format!("several servers run here, name one with --endpoint: {}", all.join(", "))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn daemon(endpoint: &str) -> Daemon {
        Daemon {
            endpoint: endpoint.to_owned(),
            tls_endpoint: None,
            ca_file: None,
            access_key: "AK".to_owned(),
            secret_key: "SK".to_owned(),
            token: "of-daemon".to_owned(),
            pid: 1,
        }
    }

    fn contexts() -> Contexts {
        let named = |endpoint: &str, token: &str| Named {
            endpoint: endpoint.to_owned(),
            ca_file: None,
            token: Some(token.to_owned()),
            access_key: None,
            secret_key: None,
        };
        Contexts {
            current: Some("prod".to_owned()),
            contexts: [
                ("prod".to_owned(), named("https://prod/", "of-prod")),
                ("lab".to_owned(), named("https://lab", "of-lab")),
            ]
            .into(),
        }
    }

    /// Endpoint and token.
    fn chosen(
        connection: &Connection,
        set: &[(&str, &str)],
        contexts: Contexts,
        daemons: &[Daemon],
    ) -> Result<(String, Option<String>)> {
        let env = |name: &str| {
            set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let around = Around { env: &env, contexts, daemons: daemons.to_vec() };
        let Place { endpoint, credentials, ca_file: _ } = connection.choose(around)?;
        Ok((endpoint, credentials.token.map(|token| token.expose().to_owned())))
    }

    fn is(endpoint: &str, token: &str) -> (String, Option<String>) {
        (endpoint.to_owned(), Some(token.to_owned()))
    }

    #[test]
    fn words_come_before_the_environment_and_that_before_what_is_kept() {
        let here = [daemon("http://127.0.0.1:7373")];
        let set = [("REGIMENT_ENDPOINT", "http://set"), ("REGIMENT_TOKEN", "of-env")];
        let nothing = Connection::default;
        let said = Connection { endpoint: Some("http://said/".to_owned()), ..nothing() };
        let token = Connection { token: Some("said".to_owned()), ..said.clone() };
        let lab = Connection { context: Some("lab".to_owned()), ..nothing() };
        let choose = |connection: Connection, set: &[_], contexts| {
            chosen(&connection, set, contexts, &here).unwrap()
        };
        assert_eq!(choose(token, &set, contexts()), is("http://said", "said"));
        assert_eq!(choose(said, &set, contexts()), is("http://said", "of-env"));
        assert_eq!(choose(lab, &set, contexts()), is("https://lab", "of-lab"));
        assert_eq!(choose(nothing(), &set, contexts()), is("http://set", "of-env"));
        let set = [("REGIMENT_CONTEXT", "lab"), ("REGIMENT_TOKEN", "of-env")];
        assert_eq!(choose(nothing(), &set, contexts()), is("https://lab", "of-lab"));
        assert_eq!(choose(nothing(), &[], contexts()), is("https://prod", "of-prod"));
        let found = choose(nothing(), &[], Contexts::default());
        assert_eq!(found, is("http://127.0.0.1:7373", "of-daemon"));
    }

    #[test]
    fn what_is_kept_for_one_server_goes_to_no_other() {
        let elsewhere =
            Connection { endpoint: Some("http://other".to_owned()), ..Default::default() };
        let here = [daemon("http://127.0.0.1:7373")];
        let (_, token) = chosen(&elsewhere, &[], contexts(), &here).unwrap();
        assert_eq!(token, None);
    }

    #[test]
    fn an_own_daemon_is_known_by_its_address() {
        let there =
            Connection { endpoint: Some("http://127.0.0.1:9".to_owned()), ..Connection::default() };
        let here = [daemon("http://127.0.0.1:8"), daemon("http://127.0.0.1:9")];
        let found = chosen(&there, &[], contexts(), &here).unwrap();
        assert_eq!(found, is("http://127.0.0.1:9", "of-daemon"));
    }

    #[test]
    fn of_several_daemons_the_usual_one_is_meant_or_none() {
        let none = || chosen(&Connection::default(), &[], Contexts::default(), &[]);
        assert!(none().unwrap_err().to_string().contains("regiment serve"));
        let two = [daemon("http://127.0.0.1:8"), daemon("http://127.0.0.1:9")];
        let found = chosen(&Connection::default(), &[], Contexts::default(), &two);
        assert!(found.unwrap_err().to_string().contains("http://127.0.0.1:9"));
        let two = [daemon("http://127.0.0.1:8"), daemon("http://127.0.0.1:7373")];
        let (found, _) = chosen(&Connection::default(), &[], Contexts::default(), &two).unwrap();
        assert_eq!(found, "http://127.0.0.1:7373");
    }

    #[test]
    fn an_access_key_needs_its_secret_key() {
        let keys = Connection { access_key: Some("AK".to_owned()), ..Connection::default() };
        let error = chosen(&keys, &[], contexts(), &[]).unwrap_err();
        assert!(error.to_string().contains("REGIMENT_SECRET_KEY"), "{error}");
    }
}
