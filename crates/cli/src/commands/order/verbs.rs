//! What can be ordered: the API's name of each, and what it needs to know.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::password::{self, PasswordOption};

/// One thing that can be ordered.
pub trait Verb: Args {
    /// As the API calls it.
    const OPERATION: &str;
    /// What people are asked about before it is done to servers that they did not name one by one,
    /// e.g. "delete"; nothing if what is lost can be had back.
    const DESTROYS: Option<&str> = None;

    fn parameters(&self) -> Result<Map<String, Value>>;
}

#[derive(Args)]
pub struct Start {}

#[derive(Args)]
pub struct Stop {
    #[command(flatten)]
    force: ForceOption,
}

#[derive(Args)]
pub struct Reboot {
    #[command(flatten)]
    force: ForceOption,
}

#[derive(Args)]
struct ForceOption {
    /// Ask the guest and fail if it does not comply (soft), cut the power then (soft-then-hard), or
    /// at once (hard)
    #[arg(long, value_name = "HOW", default_value = "soft")]
    force: Force,
}

#[derive(Clone, Copy, ValueEnum)]
enum Force {
    Soft,
    SoftThenHard,
    Hard,
}

#[derive(Args)]
pub struct Resize {
    /// The flavor they are to have
    #[arg(long, value_name = "FLAVOR")]
    to: String,

    /// Stop those that run first, and start them again after
    #[arg(long)]
    stop_first: bool,
}

/// The password is asked for without showing it, or read from the input where there is no terminal.
#[derive(Args)]
pub struct ResetPassword {
    /// Read the password from the first line of this file; - is the input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

#[derive(Args)]
pub struct Reinstall {
    /// Install this image [default: each server's own, again]
    #[arg(long, value_name = "ID")]
    image: Option<String>,

    #[command(flatten)]
    password: PasswordOption,

    /// Let in the holder of this key pair
    #[arg(long, value_name = "NAME")]
    key_name: Option<String>,

    /// Stop those that run first
    #[arg(long)]
    stop_first: bool,
}

#[derive(Args)]
pub struct Rename {
    /// The name they are to have
    #[arg(long, value_name = "NAME")]
    to: String,
}

#[derive(Args)]
pub struct Delete {
    /// Also the data disks that would outlive their server
    #[arg(long)]
    disks: bool,

    /// Also the public address
    #[arg(long)]
    public_address: bool,
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

impl ForceOption {
    fn parameters(&self) -> Map<String, Value> {
        let word = match self.force {
            Force::Soft => "soft",
            Force::SoftThenHard => "soft_then_hard",
            Force::Hard => "hard",
        };
        object([("force", word.into())])
    }
}

impl Verb for Start {
    const OPERATION: &str = "start";

    fn parameters(&self) -> Result<Map<String, Value>> {
        Ok(Map::new())
    }
}

impl Verb for Stop {
    const OPERATION: &str = "stop";

    fn parameters(&self) -> Result<Map<String, Value>> {
        Ok(self.force.parameters())
    }
}

impl Verb for Reboot {
    const OPERATION: &str = "reboot";

    fn parameters(&self) -> Result<Map<String, Value>> {
        Ok(self.force.parameters())
    }
}

impl Verb for Resize {
    const OPERATION: &str = "resize";

    fn parameters(&self) -> Result<Map<String, Value>> {
        let Resize { to, stop_first } = self;
        Ok(object([("flavor", json!(to)), ("stop_first", json!(stop_first))]))
    }
}

impl Verb for ResetPassword {
    const OPERATION: &str = "reset_password";

    fn parameters(&self) -> Result<Map<String, Value>> {
        let password = password::read(self.password_file.as_deref())?;
        Ok(object([("password", json!(password.expose()))]))
    }
}

impl Verb for Reinstall {
    const OPERATION: &str = "reinstall";
    const DESTROYS: Option<&str> = Some("wipe and reinstall");

    fn parameters(&self) -> Result<Map<String, Value>> {
        let Reinstall { image, password, key_name, stop_first } = self;
        let mut parameters = object([("stop_first", json!(stop_first))]);
        if let Some(password) = password.read()? {
            parameters.insert("password".to_owned(), json!(password.expose()));
        }
        for (name, value) in [("image_id", image), ("key_name", key_name)] {
            if let Some(value) = value {
                parameters.insert(name.to_owned(), json!(value));
            }
        }
        Ok(parameters)
    }
}

impl Verb for Rename {
    const OPERATION: &str = "rename";

    fn parameters(&self) -> Result<Map<String, Value>> {
        Ok(object([("name", json!(self.to))]))
    }
}

impl Verb for Delete {
    const OPERATION: &str = "delete";
    const DESTROYS: Option<&str> = Some("delete");

    fn parameters(&self) -> Result<Map<String, Value>> {
        let Delete { disks, public_address } = self;
        Ok(object([("disks", json!(disks)), ("public_address", json!(public_address))]))
    }
}
