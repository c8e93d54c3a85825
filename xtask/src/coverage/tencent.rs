//! `docs/coverage/tencent.md`: every action of Tencent Cloud's APIs that this project is about, and
//! what of it stands here.
//!
//! The actions of API 3.0 are those of the vendor's definitions; those of API 2.0, which the vendor no
//! longer publishes in one place, are the two lists of the dialect. An action counts as served when a
//! golden asks for it and it succeeds.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde_json::Value;

use super::link;
use crate::tidy::{File, Tree};

pub const PAGE: &str = "docs/coverage/tencent.md";
const ACTIONS: &str = "crates/dialects/src/tencent_v2/actions.rs";
const DEFINITIONS: &str = "crates/dialects/src/tencent_v3/definitions.json";
const GOLDENS: [&str; 2] =
    ["crates/dialects/golden/tencent_v2/", "crates/dialects/golden/tencent_v3/"];
const TESTS: &str = "tests/sdk/";

const HEAD: &str = "# Tencent Cloud: coverage

Written by `cargo xtask coverage` from the vendor's published definitions, the goldens and the SDK tests; `cargo xtask tidy` fails when it is stale.
An action counts as served when a golden asks for it and it succeeds. API 2.0 refuses the others with 6100, API 3.0 with
`UnsupportedOperation`. What the answers say is in [compatibility.md](../compatibility.md).
";

/// What stands above the actions of modules that have nothing to do with servers.
const OTHER_MODULES: &str = "// Bare metal and databases:";
const OTHERS: &str = "
Of bare metal and databases, which are no servers and whose answers are not documented ([decision 7](../decisions/0007-modules-that-are-not-servers.md)): ";

/// Which API an action is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Api {
    Older,
    Newer,
}

pub fn page(tree: &Tree) -> Result<String> {
    let text = |path: &str| {
        let file = tree.files.iter().find(|file| file.path == path);
        Ok::<_, anyhow::Error>(file.with_context(|| format!("{path} is missing"))?.text.as_str())
    };
    let definitions: Value = serde_json::from_str(text(DEFINITIONS)?)?;
    let mut page = HEAD.to_owned();
    let actions = text(ACTIONS)?;
    let (ours, others) = actions.split_once(OTHER_MODULES).unwrap_or((actions, ""));
    let others = older(others);
    write(&mut page, "API 2.0", &older(ours), Api::Older, tree);
    if !others.is_empty() {
        let names: Vec<String> = others.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(page, "{OTHERS}{}.", names.join(", "));
    }
    for (service, title) in [("cvm", "API 3.0: CVM"), ("clb", "API 3.0: CLB")] {
        let version = definitions[service]["version"].as_str().unwrap_or_default();
        let actions = definitions[service]["actions"].as_object().context("no actions")?;
        let names: Vec<&str> = actions.keys().map(String::as_str).collect();
        write(&mut page, &format!("{title}, version {version}"), &names, Api::Newer, tree);
    }
    Ok(page)
}

/// The actions of API 2.0: all words in capitals and small letters that stand in quotes at the beginning
/// of a line or of a row.
fn older(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter_map(|line| line.strip_prefix('(').unwrap_or(line).strip_prefix('"'))
        .filter_map(|line| line.split_once("\","))
        .map(|(name, _)| name)
        .filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase()))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn write(page: &mut String, title: &str, names: &[&str], api: Api, tree: &Tree) {
    let rows: Vec<(&str, Option<&str>, Option<&str>)> =
        names.iter().map(|name| (*name, golden(tree, api, name), test(tree, api, name))).collect();
    let served: Vec<_> = rows.iter().filter(|(_, golden, _)| golden.is_some()).collect();
    let called = served.iter().filter(|(_, _, test)| test.is_some()).count();
    let _ = write!(page, "\n## {title}\n\n| | |\n| --- | ---: |\n");
    let _ = writeln!(page, "| actions | {} |", rows.len());
    let _ = writeln!(page, "| served | {} |", served.len());
    let _ = writeln!(page, "| served and called by a test through an SDK | {called} |");
    let _ = write!(page, "\n| action | golden | SDK test |\n| --- | --- | --- |\n");
    for (name, golden, test) in &served {
        let golden = golden.map_or_else(String::new, |path| link(path, api.goldens()));
        let test = test.map_or_else(String::new, |path| link(path, TESTS));
        let _ = writeln!(page, "| `{name}` | {golden} | {test} |");
    }
    let absent: Vec<String> = rows
        .iter()
        .filter(|(_, golden, _)| golden.is_none())
        .map(|(name, _, _)| format!("`{name}`"))
        .collect();
    let _ = write!(page, "\nNot served: {}.\n", absent.join(", "));
}

impl Api {
    const fn goldens(self) -> &'static str {
        match self {
            Api::Older => GOLDENS[0],
            Api::Newer => GOLDENS[1],
        }
    }
}

/// The golden that is most about an action.
fn golden<'t>(tree: &'t Tree, api: Api, name: &str) -> Option<&'t str> {
    let mut best = None;
    let mut files: Vec<&File> =
        tree.files.iter().filter(|file| file.path.starts_with(api.goldens())).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    for file in files {
        let (mut asked, mut all) = (0, 0);
        for exchange in file.text.split("\n--- request\n").skip(1) {
            all += 1;
            if succeeds(exchange, name) {
                asked += 1;
            }
        }
        let share = asked * 1000 / all.max(1);
        if share > 0 && best.is_none_or(|(most, _)| share > most) {
            best = Some((share, file.path.as_str()));
        }
    }
    best.map(|(_, path)| path)
}

/// Whether an exchange asks for an action and gets what it asks for.
fn succeeds(exchange: &str, name: &str) -> bool {
    let (request, response) = exchange.split_once("\n--- response\n").unwrap_or((exchange, ""));
    let mut words = request.split(['\n', '?', '&', ' ']);
    let asks = request.lines().any(|line| line == format!("x-tc-action: {name}"))
        || words.any(|word| word == format!("Action={name}"));
    let good = response.contains("\n{\"code\":0,")
        || (response.contains("\n{\"Response\":{") && !response.contains("{\"Error\":{"));
    asks && good
}

/// The first test that names an action and uses the SDK of its API.
fn test<'t>(tree: &'t Tree, api: Api, name: &str) -> Option<&'t str> {
    let quoted = format!("\"{name}\"");
    let ours = |file: &&File| {
        let newer = file.text.contains("TencentV3");
        // A test of both APIs has a client of each, and the older one's is called so.
        let by_older = || {
            let calls = ["good", "call"].map(|call| format!("tencent.{call}({quoted}"));
            calls.iter().any(|call| file.text.contains(call))
        };
        file.path.starts_with("tests/sdk/test_")
            && file.text.contains("encent")
            && file.text.contains(&quoted)
            && match api {
                Api::Newer => newer,
                Api::Older => !newer || by_older(),
            }
    };
    let mut paths: Vec<&str> =
        tree.files.iter().filter(ours).map(|file| file.path.as_str()).collect();
    paths.sort_unstable();
    paths.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOLDEN: &str = "# Starts.\n--- request\nPOST /\nHost: x\nx-tc-action: StartInstances\n\n{}\n--- response\n200\n\n{\"Response\":{\"RequestId\":\"1\"}}\n--- request\nPOST /\nx-tc-action: StopInstances\n\n{}\n--- response\n200\n\n{\"Response\":{\"Error\":{\"Code\":\"a\"}}}\n";
    const OLDER: &str = "# Old.\n--- request\nGET /v2/index.php?Action=StartInstances&a=b\nHost: x\n--- response\n200\n\n{\"code\":0,\"message\":\"\"}\n";

    #[test]
    fn an_action_is_told_with_its_proofs_or_among_the_absent() {
        let tree = Tree::of(&[
            (
                ACTIONS,
                "    (\"StartInstances\", Module::Cvm, x),\n    \"RenewInstance\",\n    \"lower\",\n    // Bare metal and databases: why.\n    \"ClearRedis\",\n",
            ),
            (
                DEFINITIONS,
                "{\"cvm\":{\"version\":\"1\",\"actions\":{\"StartInstances\":[],\"StopInstances\":[]}},\"clb\":{\"version\":\"2\",\"actions\":{}}}",
            ),
            ("crates/dialects/golden/tencent_v3/start/a.http", GOLDEN),
            ("crates/dialects/golden/tencent_v2/start/b.http", OLDER),
            ("tests/sdk/test_t.py", "TencentV3(x).call(\"StartInstances\")"),
        ]);
        let page = page(&tree).unwrap();
        assert!(page.contains("| `StartInstances` | [start/b.http](../../crates/dialects/golden/tencent_v2/start/b.http) |  |"), "{page}");
        assert!(page.contains("| `StartInstances` | [start/a.http](../../crates/dialects/golden/tencent_v3/start/a.http) | [test_t.py](../../tests/sdk/test_t.py) |"), "{page}");
        assert!(page.contains("Not served: `RenewInstance`."), "{page}");
        assert!(page.contains("Not served: `StopInstances`."), "refused only: {page}");
        assert!(page.contains("0007-modules-that-are-not-servers.md)): `ClearRedis`."), "{page}");
        assert!(page.contains("## API 3.0: CVM, version 1"));
    }
}
