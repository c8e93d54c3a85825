//! What the rules look at: every file that is or would be committed, and what cargo knows.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The repository as data, so that a rule can be shown a broken one.
pub struct Tree {
    pub files: Vec<File>,
    /// The paths of files that are no text.
    pub binaries: Vec<String>,
    /// What `cargo metadata` says of the workspace's own crates.
    pub metadata: Value,
}

pub struct File {
    /// From the top, with forward slashes.
    pub path: String,
    pub text: String,
}

impl Tree {
    pub fn read(root: &Path) -> Result<Tree> {
        let listed = output(
            root,
            "git",
            &["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"],
        )?;
        let (mut files, mut binaries) = (Vec::new(), Vec::new());
        for path in listed.split('\0').filter(|path| !path.is_empty()) {
            // A file may be gone from disk and not yet from the index.
            let Ok(bytes) = std::fs::read(root.join(path)) else { continue };
            match String::from_utf8(bytes) {
                Ok(text) => files.push(File { path: path.to_owned(), text }),
                Err(_) => binaries.push(path.to_owned()),
            }
        }
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let metadata = output(root, &cargo, &["metadata", "--format-version=1", "--no-deps"])?;
        let metadata = serde_json::from_str(&metadata).context("cargo metadata is no JSON")?;
        Ok(Tree { files, binaries, metadata })
    }

    /// The Rust files below a folder.
    pub fn rust_in<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| file.is_rust() && file.path.starts_with(folder))
    }

    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Tree {
        let files = files
            .iter()
            .map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        Tree { files, binaries: Vec::new(), metadata: Value::Null }
    }
}

impl File {
    pub fn is_rust(&self) -> bool {
        self.has_extension("rs")
    }

    pub fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == extension)
    }
}

fn output(root: &Path, program: &str, arguments: &[&str]) -> Result<String> {
    let done = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .output()
        .with_context(|| format!("{program} does not start"))?;
    let complaint = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "{program} {}: {complaint}", arguments.join(" "));
    String::from_utf8(done.stdout).with_context(|| format!("{program} prints no text"))
}
