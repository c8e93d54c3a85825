//! The file that tells a waiting script that the server is ready, and how to get in.

use std::path::Path;

use anyhow::{Context as _, Result};
use regiment_server::Identity;
use regiment_server::data_folder::write_private;
use serde_json::json;

/// Written whole or not at all, for its owner's eyes alone.
pub fn write(path: &Path, identity: &Identity) -> Result<()> {
    let text = serde_json::to_vec_pretty(&json!({
        "endpoint": identity.endpoint,
        "tls_endpoint": identity.tls_endpoint,
        "ca_file": identity.ca_file,
        "project_id": identity.project.plain(),
        "access_key": &*identity.access_key,
        "secret_key": identity.secret_key.expose(),
        "token": identity.token.expose(),
        "pid": std::process::id(),
    }))?;
    write_private(path, &text).with_context(|| format!("failed to write {}", path.display()))
}
