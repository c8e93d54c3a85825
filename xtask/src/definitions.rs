//! The vendor's published API definitions, out of the package that carries them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

const PACKAGE: &str = "huawei-cloud-api-definitions-ECS";

pub fn run(root: &Path, _arguments: &[String]) -> Result<bool> {
    println!("{}", all(root)?);
    Ok(true)
}

/// Every operation's definition by its name.
pub fn all(root: &Path) -> Result<Value> {
    let folder = package_folder(root)?.join("src");
    let mut operations = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).context("the package has no definitions")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path)?;
            // The generator left the odd byte order mark in front.
            let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
                .with_context(|| format!("{} is no JSON", path.display()))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            operations.insert(name, value);
        }
    }
    ensure!(!operations.is_empty(), "the package has no definitions");
    Ok(serde_json::to_value(operations)?)
}

fn package_folder(root: &Path) -> Result<PathBuf> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let done = Command::new(cargo)
        .args(["metadata", "--format-version=1"])
        .current_dir(root)
        .output()
        .context("cargo does not start")?;
    ensure!(done.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&done.stderr));
    let metadata: Value = serde_json::from_slice(&done.stdout)?;
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    let manifest = packages
        .iter()
        .find(|package| package["name"] == PACKAGE)
        .and_then(|package| package["manifest_path"].as_str())
        .with_context(|| format!("{PACKAGE} is not among the dependencies"))?;
    Ok(Path::new(manifest).parent().unwrap_or(Path::new(".")).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_defines_what_we_serve() {
        let all = all(&crate::root()).expect("the definitions can be read");
        for name in ["BatchResetServersPassword", "ShowJob", "ListServersDetails"] {
            assert!(all[name]["definitions"].is_object() || all[name]["components"].is_object());
        }
    }
}
