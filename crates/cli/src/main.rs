//! The `regiment` command.
//!
//! Each subcommand is one file in [`commands`]. Those that serve turn words into a configuration;
//! those that order, look and wait are clients of the HTTP API like any other ([`client`]). Deliberately
//! absent: anything a server decides.

mod banner;
mod client;
mod commands;
mod follow;
mod limits;
mod outcome;
mod platform;
mod ready_file;
mod table;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use commands::order::{self, Order, verbs};
use outcome::{Ended, STATUSES};

/// One order, a thousand servers, a report from each.
#[derive(Parser)]
#[command(name = "regiment", version, about, propagate_version = true)]
struct Regiment {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(Box<commands::serve::Serve>),
    Servers(Box<commands::servers::Servers>),
    /// Start servers
    #[command(after_help = STATUSES)]
    Start(Box<Order<verbs::Start>>),
    /// Stop servers
    #[command(after_help = STATUSES)]
    Stop(Box<Order<verbs::Stop>>),
    /// Restart servers
    #[command(after_help = STATUSES)]
    Reboot(Box<Order<verbs::Reboot>>),
    /// Give servers another flavor
    #[command(after_help = STATUSES)]
    Resize(Box<Order<verbs::Resize>>),
    /// Set servers' password
    ///
    /// It is asked for without showing it, or read from the input where there is no terminal.
    #[command(after_help = STATUSES)]
    ResetPassword(Box<Order<verbs::ResetPassword>>),
    /// Wipe servers and install their system anew
    #[command(after_help = STATUSES)]
    Reinstall(Box<Order<verbs::Reinstall>>),
    /// Give servers another name
    #[command(after_help = STATUSES)]
    Rename(Box<Order<verbs::Rename>>),
    /// Delete servers
    #[command(after_help = STATUSES)]
    Delete(Box<Order<verbs::Delete>>),
    Job(commands::job::Job),
    Events(Box<commands::events::Events>),
    Fault(commands::fault::Fault),
    Credential(commands::credential::Credential),
    Context(commands::context::Context),
    Load(Box<commands::load::Load>),
    Image(commands::image::Image),
    #[cfg(target_os = "linux")]
    Doctor(commands::doctor::Doctor),
    Completions(commands::completions::Completions),
    Man(commands::man::Man),
}

fn main() -> ExitCode {
    let Regiment { command } = Regiment::parse();
    let well = |()| Ended::Well;
    let done = match command {
        Command::Serve(serve) => serve.run().map(well),
        Command::Servers(servers) => servers.run(),
        Command::Start(order) => order.run(),
        Command::Stop(order) => order.run(),
        Command::Reboot(order) => order.run(),
        Command::Resize(order) => order.run(),
        Command::ResetPassword(order) => order.run(),
        Command::Reinstall(order) => order.run(),
        Command::Rename(order) => order.run(),
        Command::Delete(order) => order.run(),
        Command::Job(job) => job.run(),
        Command::Fault(fault) => fault.run(),
        Command::Events(events) => events.run(),
        Command::Credential(credential) => credential.run(),
        Command::Context(context) => context.run(),
        Command::Load(load) => load.run(),
        Command::Image(image) => image.run().map(well),
        #[cfg(target_os = "linux")]
        Command::Doctor(doctor) => doctor.run().map(well),
        Command::Completions(completions) => completions.run(Regiment::command()),
        Command::Man(man) => man.run(Regiment::command()),
    };
    match done {
        Ok(ended) => ended.into(),
        Err(error) => {
            banner::complain(&format!("{error:#}"));
            if let Some(hint) = order::hint(&error) {
                banner::complain(hint);
            }
            outcome::of_error(&error)
        }
    }
}
