//! The promises, measured: builds the command as people run it and the benchmarks beside it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

pub fn run(root: &Path, arguments: &[String]) -> Result<bool> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".to_owned().into());
    // Both land in one folder, where the benchmarks look for the command.
    let built = Command::new(&cargo)
        .args(["build", "--release", "--package", "regiment", "--package", "regiment-bench"])
        .current_dir(root)
        .status()
        .context("cargo does not start")?;
    if !built.success() {
        return Ok(false);
    }
    let measured = Command::new(&cargo)
        .args(["run", "--quiet", "--release", "--package", "regiment-bench", "--"])
        .args(arguments)
        .current_dir(root)
        .status()?;
    Ok(measured.success())
}
