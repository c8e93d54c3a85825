//! The skeleton of a new operation in every room.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail, ensure};

pub fn run(root: &Path, arguments: &[String]) -> Result<bool> {
    let [kind, name] = arguments else {
        bail!("usage: cargo xtask scaffold operation NAME");
    };
    ensure!(kind == "operation", "only operations have a skeleton, not {kind}");
    ensure!(is_snake_case(name), "{name} is no snake_case name");
    let files = files(root, name)?;
    for (path, text) in &files {
        let path = root.join(path);
        ensure!(!path.exists(), "{} exists", path.display());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, text)?;
    }
    println!("made:");
    for (path, _) in &files {
        println!("  {path}");
    }
    println!("\nnow extend the lists; the compiler asks for most of them:");
    for line in lists(name) {
        println!("  {line}");
    }
    Ok(true)
}

fn is_snake_case(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn camel_case(name: &str) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str())
    };
    name.split('_').filter_map(capital).collect()
}

/// Every file of the skeleton, by its path from the top.
fn files(root: &Path, name: &str) -> Result<Vec<(String, String)>> {
    let mut files = vec![(format!("crates/core/src/ops/{name}.rs"), core_file(name))];
    for dialect in dialects(root)? {
        files.push((
            format!("crates/dialects/src/{dialect}/{name}.rs"),
            format!(
                "//! How {dialect} orders and answers `{name}`.\n\
                 //!\n\
                 //! `decode` makes an `Action` of the request; its answer becomes the exact bytes \
                 in one place.\n"
            ),
        ));
    }
    Ok(files)
}

/// The dialects there are: the folders of their crate.
fn dialects(root: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join("crates/dialects/src"))? {
        let entry = entry?;
        if entry.path().join("mod.rs").exists() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn core_file(name: &str) -> String {
    let typ = camel_case(name);
    format!(
        r#"use serde::{{Deserialize, Serialize}};

use super::{{Rules, ServerRules, Step, Verdict}};
use crate::model::{{Activity, FaultKind, Phase, Server}};
use crate::world::World;

/// What the order promises, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct {typ} {{}}

impl Rules for {typ} {{
    fn name(&self) -> &'static str {{
        "{name}"
    }}

    fn steps(&self, _was_running: bool) -> &'static [Step] {{
        &[]
    }}
}}

impl ServerRules for {typ} {{
    fn activity(&self) -> Activity {{
        Activity::{typ}
    }}

    fn admit(&self, server: &Server, _world: &World) -> Verdict {{
        match server.phase {{
            Phase::Creating => Verdict::refuse(FaultKind::ServerBusy),
            Phase::Broken => Verdict::refuse(FaultKind::ServerBroken),
            Phase::Ready => Verdict::Admit,
        }}
    }}
}}
"#
    )
}

fn lists(name: &str) -> Vec<String> {
    let typ = camel_case(name);
    vec![
        format!("crates/core/src/ops/mod.rs        `mod {name};`, `pub use {name}::{typ};`, a variant of `Operation`, an arm of `sort`"),
        format!("crates/core/src/model/server.rs   `Activity::{typ}`: what a server is busy with meanwhile"),
        "crates/dialects/src/*/mod.rs      the module, and the line that recognises its request".to_owned(),
        "crates/dialects/src/*/            the transitional state each dialect shows for the new activity".to_owned(),
        format!("crates/dialects/golden/*/{name}/  one golden for success, one for each kind of refusal"),
        "tests/sdk/                        the vendor's SDK ordering it for real".to_owned(),
        "docs/compatibility.md             a row for each dialect that serves it".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_and_spelled() {
        assert!(is_snake_case("attach_volume2"));
        for bad in ["", "Attach", "attach-volume", "_a", "a_", "a/../b"] {
            assert!(!is_snake_case(bad), "{bad}");
        }
        assert_eq!(camel_case("attach_volume"), "AttachVolume");
    }

    #[test]
    fn every_room_gets_a_file() {
        let files = files(&crate::root(), "attach_volume").expect("the rooms can be listed");
        let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        for path in [
            "crates/core/src/ops/attach_volume.rs",
            "crates/dialects/src/huawei/attach_volume.rs",
            "crates/dialects/src/tencent_v2/attach_volume.rs",
        ] {
            assert!(paths.contains(&path), "{path} is missing from {paths:?}");
        }
    }

    /// The skeleton names only things the core has: it is held against a real operation.
    #[test]
    fn the_skeleton_follows_the_core() {
        let real = fs::read_to_string(crate::root().join("crates/core/src/ops/start.rs"))
            .expect("the core has `start`");
        let skeleton = core_file("start");
        for line in skeleton
            .lines()
            .filter(|line| line.starts_with("impl") || line.trim_start().starts_with("fn "))
        {
            assert!(real.contains(line), "`{line}` is not how start.rs does it");
        }
    }
}
