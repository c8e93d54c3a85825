//! The project's own chores: `cargo xtask` prints them.
//!
//! Deliberately absent: anything the shipped binary needs. Nothing depends on this crate.
//!
//! Read first: [`COMMANDS`], then the module a command names; the walls of the house are in
//! [`tidy`].

#![expect(clippy::print_stdout, reason = "a command for people at a terminal")]

mod bench;
mod ci;
mod coverage;
mod definitions;
mod python;
mod scaffold;
mod source;
mod tencent;
mod test;
mod tidy;
mod vm;
mod watch;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;

struct Chore {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    /// Says whether all is well. Findings are printed by the chore; an error is for what kept it
    /// from looking.
    run: fn(&Path, &[String]) -> Result<bool>,
}

const COMMANDS: &[Chore] = &[
    Chore {
        name: "ci",
        arguments: "",
        about: "format, lints, tidy and all tests: what must hold before anything lands",
        run: ci::run,
    },
    Chore {
        name: "tidy",
        arguments: "",
        about: "the walls between the rooms, and the rules no compiler knows",
        run: tidy::run,
    },
    Chore {
        name: "test",
        arguments: "[rust|sdk|vm]",
        about: "all tests, or one suite; installs what the tests need",
        run: test::run,
    },
    Chore {
        name: "bench",
        arguments: "[PART …]",
        about: "measure the promises, each as a ratio in one run",
        run: bench::run,
    },
    Chore {
        name: "huawei-definitions",
        arguments: "",
        about: "print the vendor's published API definitions as one JSON object",
        run: definitions::run,
    },
    Chore {
        name: "tencent-definitions",
        arguments: "FOLDER",
        about: "take over the definitions that Tencent Cloud's command line carries",
        run: tencent::run,
    },
    Chore {
        name: "coverage",
        arguments: "[--check]",
        about: "write the page of what is served of each vendor's operations",
        run: coverage::run,
    },
    Chore {
        name: "scaffold",
        arguments: "operation NAME",
        about: "the skeleton of a new operation in every room, and the lists to extend",
        run: scaffold::run,
    },
];

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let name = words.next();
    let arguments: Vec<String> = words.collect();
    let Some(chore) = COMMANDS.iter().find(|chore| Some(chore.name) == name.as_deref()) else {
        print_help();
        return if name.is_none() { ExitCode::SUCCESS } else { ExitCode::from(2) };
    };
    match (chore.run)(&root(), &arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("{} failed: {error:#}", chore.name);
            ExitCode::FAILURE
        }
    }
}

fn print_help() {
    println!("usage: cargo xtask COMMAND\n");
    for chore in COMMANDS {
        let usage = format!("{} {}", chore.name, chore.arguments);
        println!("  {usage:<26} {}", chore.about);
    }
}

/// The top of the workspace.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
