//! The `regiment` command.
//!
//! Each subcommand is one file in [`commands`]. Deliberately absent: anything a server decides; a
//! command only turns words into a configuration or a request, and what came of it into words.

mod banner;
mod commands;
mod limits;
mod platform;
mod ready_file;
mod table;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    Image(commands::image::Image),
    #[cfg(target_os = "linux")]
    Doctor(commands::doctor::Doctor),
}

fn main() -> ExitCode {
    let Regiment { command } = Regiment::parse();
    let done = match command {
        Command::Serve(serve) => serve.run(),
        Command::Image(image) => image.run(),
        #[cfg(target_os = "linux")]
        Command::Doctor(doctor) => doctor.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            banner::complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
