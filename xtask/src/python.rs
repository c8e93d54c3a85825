//! The Python that the vendors' SDKs run in: a virtual environment of our own, with pinned packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// The interpreter of the environment, made or brought up to date first.
pub fn environment(root: &Path) -> Result<PathBuf> {
    let folder = root.join("tests/sdk/.venv");
    let python = folder.join("bin/python");
    let stamp = folder.join("installed.txt");
    let requirements = root.join("tests/sdk/requirements.txt");
    let wanted = fs::read_to_string(&requirements).context("no requirements to install")?;

    let runs = said(Command::new(&python).arg("--version")).is_ok();
    if runs && fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    if !runs {
        ensure_venv_module()?;
        said(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))
            .context("the virtual environment could not be made")?;
    }
    said(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(&requirements),
    )
    .context("the pinned packages could not be installed")?;
    fs::write(&stamp, wanted)?;
    Ok(python)
}

const PACKAGES: [&str; 2] = ["python3", "python3-venv"];

/// Debian splits Python: `venv` without `ensurepip` makes environments that cannot install.
fn ensure_venv_module() -> Result<()> {
    let complete = || said(Command::new("python3").args(["-c", "import venv, ensurepip"])).is_ok();
    if complete() {
        return Ok(());
    }
    let hint = format!("install Python 3.10 or newer with venv ({})", PACKAGES.join(" "));
    let root = said(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !root {
        bail!("{hint}");
    }
    said(Command::new("apt-get").arg("update")).with_context(|| hint.clone())?;
    said(
        Command::new("apt-get")
            .args(["install", "--yes", "--no-install-recommends"])
            .args(PACKAGES)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
    .with_context(|| hint.clone())?;
    ensure!(complete(), "{hint}");
    Ok(())
}

/// What a command printed, if it went well.
fn said(command: &mut Command) -> Result<String> {
    let output = command.stdin(std::process::Stdio::null()).output()?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}: {complaint}", command.get_program().display());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
