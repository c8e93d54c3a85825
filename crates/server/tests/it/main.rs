//! A whole server in this process, spoken to over real sockets.

mod client;
mod events;
mod guests;
mod hostile;
mod orders;
mod plain;
mod restart;
mod secrets;
mod streams;
mod tls;
mod webhooks;

use regiment_server::{Config, Pace, Running};

/// A server that keeps nothing and speaks the tests' own dialect.
fn server() -> Running {
    start(&config())
}

fn config() -> Config {
    Config { pace: Pace::Instant, dialects: plain::ALL, workers: Some(2), ..Config::ephemeral() }
}

fn start(config: &Config) -> Running {
    regiment_server::start(config).expect("a server starts")
}
