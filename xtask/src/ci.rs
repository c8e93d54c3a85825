//! What must hold before anything lands: one line for each step, details only of what failed.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::{test, tidy};

struct Step {
    name: &'static str,
    cargo: &'static [&'static str],
}

const STEPS: &[Step] = &[
    Step { name: "format", cargo: &["fmt", "--all", "--check"] },
    Step {
        name: "lints",
        cargo: &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"],
    },
];

/// Every step runs even when one before it failed, so that one run tells everything.
pub fn run(root: &Path, _arguments: &[String]) -> Result<bool> {
    let mut good = true;
    for step in STEPS {
        good &= cargo(root, step)?;
    }
    good &= tidy::run(root, &[])?;
    // Last, since its last line is the sum of all tests.
    good &= test::run(root, &[])?;
    Ok(good)
}

fn cargo(root: &Path, step: &Step) -> Result<bool> {
    let began = Instant::now();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".to_owned().into());
    let output = Command::new(cargo)
        .args(step.cargo)
        .current_dir(root)
        .env("CARGO_TERM_COLOR", "never")
        .output()
        .context("cargo does not start")?;
    let good = output.status.success();
    if !good {
        print!("{}", String::from_utf8_lossy(&output.stdout));
        print!("{}", String::from_utf8_lossy(&output.stderr));
    }
    let mark = if good { "ok" } else { "FAIL" };
    println!("{mark:<4} {}, {:.1} s", step.name, began.elapsed().as_secs_f64());
    Ok(good)
}
