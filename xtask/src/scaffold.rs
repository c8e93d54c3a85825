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
    for (place, what) in lists(name) {
        println!("  {place}\n      {what}");
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
            format!("crates/dialects/src/{dialect}/ops/{name}.rs"),
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

/// Where, and what to add there.
fn lists(name: &str) -> Vec<(String, String)> {
    let typ = camel_case(name);
    let line = |place: &str, what: &str| (place.to_owned(), what.to_owned());
    vec![
        line(
            "crates/core/src/ops/mod.rs",
            &format!(
                "`mod {name};`, `pub use {name}::{typ};`, `Operation::{typ}`, an arm of `sort`"
            ),
        ),
        line(
            "crates/core/src/model/server.rs",
            &format!("`Activity::{typ}`, unless a present one fits"),
        ),
        line("crates/dialects/src/*/ops/mod.rs", &format!("`pub mod {name};`")),
        line(
            "crates/dialects/src/huawei/route.rs, tencent_v2/actions.rs",
            "the line that recognises its request",
        ),
        line(
            "crates/dialects/src/huawei/states.rs, tencent_v2/ops/servers.rs",
            "what a server shows meanwhile",
        ),
        line(
            &format!("crates/dialects/golden/*/{name}/"),
            "a case for success and for each kind of refusal",
        ),
        line("tests/sdk/", "the vendor's SDK ordering it for real"),
        line("docs/compatibility.md", "a row for each dialect that serves it"),
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
            "crates/dialects/src/huawei/ops/attach_volume.rs",
            "crates/dialects/src/tencent_v2/ops/attach_volume.rs",
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
