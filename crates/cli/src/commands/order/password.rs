//! A password from where others cannot see it: never from the command line.

use std::fs;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use regiment_server::core::vault::Secret;

/// More than any password has; a larger file is not one.
const BYTES_MAX: u64 = 4_096;

/// A password that may be needed.
#[derive(Args)]
pub struct PasswordOption {
    /// Set a password, read from the first line of this file; - is the input
    #[arg(long, value_name = "FILE", conflicts_with = "ask_password")]
    password_file: Option<PathBuf>,

    /// Set a password, asked for without showing it
    #[arg(long)]
    ask_password: bool,
}

impl PasswordOption {
    /// The password, if one is to be set.
    pub fn read(&self) -> Result<Option<Secret>> {
        let PasswordOption { password_file, ask_password } = self;
        let wanted = *ask_password || password_file.is_some();
        wanted.then(|| read(password_file.as_deref())).transpose()
    }
}

/// From a file, from a person, or from the input.
pub fn read(file: Option<&Path>) -> Result<Secret> {
    match file {
        Some(file) if file.as_os_str() != "-" => {
            let name = || format!("failed to read {}", file.display());
            first_line(fs::File::open(file).with_context(name)?).with_context(name)
        }
        None if io::stdin().is_terminal() => asked(),
        Some(_) | None => first_line(io::stdin()).context("failed to read the password"),
    }
}

fn asked() -> Result<Secret> {
    let ask = |prompt| rpassword::prompt_password(prompt).map(Secret::new);
    let first = ask("New password: ").context("failed to ask for the password")?;
    let again = ask("The same again: ").context("failed to ask for the password")?;
    if first.expose() != again.expose() {
        bail!("the two passwords differ");
    }
    if first.expose().is_empty() {
        bail!("no password was given");
    }
    Ok(first)
}

fn first_line(from: impl io::Read) -> Result<Secret> {
    let mut bytes = Vec::new();
    from.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > BYTES_MAX {
        bail!("it is too long for a password");
    }
    let text = String::from_utf8(bytes).ok().context("it is not text")?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        bail!("its first line is empty");
    }
    Ok(Secret::new(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_counts_without_its_end() {
        assert_eq!(first_line(&b"s3cret \r\nmore\n"[..]).unwrap().expose(), "s3cret ");
        assert_eq!(first_line(&b"s3cret"[..]).unwrap().expose(), "s3cret");
        for bad in [&b""[..], b"\nx", b"\xff", &[b'x'; 5_000]] {
            assert!(first_line(bad).is_err());
        }
    }
}
