//! The servers a person talks to, by names of their own, in a file that only they can read.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use regiment_server::data_folder::write_private;
use serde::{Deserialize, Serialize};

use crate::platform;

/// The file. Secrets are in it.
#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Contexts {
    /// The one that is used if none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    #[serde(default)]
    pub contexts: BTreeMap<String, Named>,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    pub endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
}

impl Contexts {
    /// What the file says; nothing at all if there is none.
    pub fn read() -> Result<Contexts> {
        platform::contexts_file()
            .map_or_else(|| Ok(Contexts::default()), |path| Self::read_from(&path))
    }

    fn read_from(path: &Path) -> Result<Contexts> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contexts::default()),
            Err(error) => {
                return Err(error).with_context(|| format!("failed to read {}", path.display()));
            }
        };
        // The parser's own message would show the line, which may hold a secret.
        toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start].lines().count().max(1));
            anyhow::anyhow!("{} cannot be read: see line {line}", path.display())
        })
    }

    pub fn write(&self) -> Result<()> {
        let path = platform::contexts_file().context("there is no folder for settings here")?;
        let folder = path.parent().context("there is no folder for settings here")?;
        fs::create_dir_all(folder)
            .with_context(|| format!("failed to make {}", folder.display()))?;
        write_private(&path, toml::to_string(self)?.as_bytes())
            .with_context(|| format!("failed to write {}", path.display()))
    }
}
