//! `docs/coverage/`: every operation each vendor publishes, and what of it stands here. Huawei's page is
//! made here, Tencent's in [`tencent`].
//!
//! Nothing in the pages is written by hand. That an operation is served is read off the goldens: one
//! of them asks for it and is answered 2xx. Deliberately absent: what a golden is worth, which its
//! own test says.
//!
//! Read first: [`page`]; the vendor's operations are in [`operations`], the few facts nobody can
//! derive in [`tables`].

mod operations;
mod proofs;
mod tables;
mod tencent;

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};

use operations::Operation;
use proofs::{Golden, Tests};

use crate::definitions;
use crate::tidy::{Rule, Tree};

pub const RULES: &[Rule] = &[Rule {
    name: "coverage",
    reason: "the page of what is served must say what the goldens say: write it anew with \
             `cargo xtask coverage`",
    broken: stale,
}];

const PAGE: &str = "docs/coverage/huawei.md";
/// From the page to the top.
const TOP: &str = "../..";

pub fn run(root: &Path, arguments: &[String]) -> Result<bool> {
    let tree = Tree::read(root)?;
    let pages = pages(&tree, root)?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => {
            for (path, wanted) in pages {
                let place = root.join(path);
                std::fs::create_dir_all(place.parent().unwrap_or(root))?;
                std::fs::write(&place, wanted).with_context(|| format!("{path} is not written"))?;
            }
            Ok(true)
        }
        ["--check"] => {
            let broken: Vec<String> =
                pages.iter().flat_map(|(path, wanted)| difference(&tree, path, wanted)).collect();
            broken.iter().for_each(|line| println!("{line}"));
            Ok(broken.is_empty())
        }
        others => bail!("{others:?} means nothing here"),
    }
}

/// Each page and what it should say.
fn pages(tree: &Tree, root: &Path) -> Result<[(&'static str, String); 2]> {
    Ok([(PAGE, page(tree, root)?), (tencent::PAGE, tencent::page(tree)?)])
}

fn stale(tree: &Tree) -> Vec<String> {
    match pages(tree, &crate::root()) {
        Ok(pages) => {
            pages.iter().flat_map(|(path, wanted)| difference(tree, path, wanted)).collect()
        }
        Err(error) => vec![format!("docs/coverage: {error:#}")],
    }
}

/// The first line that is not as it would be written now.
fn difference(tree: &Tree, page: &str, wanted: &str) -> Vec<String> {
    let Some(file) = tree.files.iter().find(|file| file.path == page) else {
        return vec![format!("{page}: is missing")];
    };
    if file.text == wanted {
        return Vec::new();
    }
    let same = |(old, new): &(&str, &str)| old == new;
    let at = file.text.lines().zip(wanted.lines()).take_while(same).count();
    let line = wanted.lines().nth(at).unwrap_or("the end");
    vec![format!("{page}:{}: should be: {line}", at + 1)]
}

/// One operation and what proves it.
struct Row<'a> {
    operation: &'a Operation,
    state: State,
    golden: Option<&'a str>,
    test: Option<&'a str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Stateful,
    /// Served; what is told does not change with the plane's state, for this reason.
    Fixed(&'static str),
    /// Not served, for this reason.
    Absent(&'static str),
}

fn page(tree: &Tree, root: &Path) -> Result<String> {
    let operations = operations::all(&definitions::all(root)?)?;
    let goldens = proofs::goldens(&tree.files)?;
    let tests = Tests::of(&tree.files);
    let rows = rows(&operations, &goldens, &tests, tables::FIXED, tables::ABSENT)?;
    Ok(write(&rows))
}

fn rows<'a>(
    operations: &'a [Operation],
    goldens: &'a [Golden<'_>],
    tests: &'a Tests<'_>,
    fixed: &[(&'static str, &'static str)],
    absent: &[(&'static str, &'static str)],
) -> Result<Vec<Row<'a>>> {
    let told = |table: &[(&'static str, &'static str)], name: &str| {
        table.iter().find(|(known, _)| *known == name).map(|(_, why)| *why)
    };
    let mut rows = Vec::with_capacity(operations.len());
    for operation in operations {
        let golden = proofs::golden_of(operation, operations, goldens);
        let name = operation.name.as_str();
        let state = match (golden, told(fixed, name), told(absent, name)) {
            (Some(_), None, None) => State::Stateful,
            (Some(_), Some(why), None) => State::Fixed(why),
            (None, None, why) => State::Absent(why.unwrap_or("not yet")),
            (Some(_), _, Some(_)) => bail!("{name} is served, and a table says that it is not"),
            (None, Some(_), _) => bail!("{name} is not served, and a table tells how it is"),
        };
        rows.push(Row { operation, state, golden, test: tests.of_operation(name) });
    }
    for (name, _) in fixed.iter().chain(absent).chain(tables::WITHOUT_METHOD) {
        if !operations.iter().any(|operation| operation.name == *name) {
            bail!("a table speaks of {name}, which is no operation");
        }
    }
    Ok(rows)
}

const HEAD: &str = "# Huawei Cloud ECS: coverage

Written by `cargo xtask coverage` from the vendor's published definitions, the goldens and the SDK tests; `cargo xtask tidy` fails when it is stale.
An operation counts as served when a golden asks for it and is answered 2xx. What the answers say is in
[compatibility.md](../compatibility.md).
";

fn write(rows: &[Row<'_>]) -> String {
    let mut page = HEAD.to_owned();
    let count = |fits: fn(&Row<'_>) -> bool| rows.iter().filter(|row| fits(row)).count();
    let served = count(|row| row.golden.is_some());
    let totals = [
        ("operations published", rows.len()),
        ("served and stateful", count(|row| row.state == State::Stateful)),
        ("served, fixed data", count(|row| matches!(row.state, State::Fixed(_)))),
        ("not served", rows.len() - served),
        ("served and called by a test through an SDK", {
            count(|row| row.golden.is_some() && row.test.is_some())
        }),
    ];
    page += "\n| | |\n| --- | ---: |\n";
    for (what, number) in totals {
        let _ = writeln!(page, "| {what} | {number} |");
    }
    page += "\n| operation | request | state | golden | SDK test |\n";
    page += "| --- | --- | --- | --- | --- |\n";
    for Row { operation, state, golden, test } in rows {
        let state = match state {
            State::Stateful => "served and stateful".to_owned(),
            State::Fixed(why) => format!("served, fixed data: {why}"),
            State::Absent(why) => format!("not served: {why}"),
        };
        let golden = golden.map_or_else(String::new, |path| link(path, proofs::GOLDENS));
        let test = test.map_or_else(String::new, |path| link(path, proofs::TESTS));
        let Operation { name, method, path, mark: _ } = operation;
        let _ = writeln!(page, "| {name} | `{method} {path}` | {state} | {golden} | {test} |");
    }
    page
}

fn link(path: &str, folder: &str) -> String {
    let shown = path.strip_prefix(folder).unwrap_or(path);
    format!("[{shown}]({TOP}/{path})")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOLDEN: &str = "# Starts.\n--- request\nPOST /v1/p/cloudservers/action\n\n{\"os-start\":{}}\n--- response\n200\n\n{}\n";

    fn tree() -> Tree {
        Tree::of(&[
            ("crates/dialects/golden/huawei/start/accepted.http", GOLDEN),
            (
                "tests/sdk/support/huawei.py",
                "    def start(self):\n        self.client.batch_start_servers(r)\n",
            ),
            ("tests/sdk/test_jobs.py", "def test_it(huawei):\n    huawei.start(1)\n"),
        ])
    }

    fn told(
        fixed: &[(&'static str, &'static str)],
        absent: &[(&'static str, &'static str)],
    ) -> Result<String> {
        let tree = tree();
        let operations = operations::all(&definitions::all(&crate::root())?)?;
        let (goldens, tests) = (proofs::goldens(&tree.files)?, Tests::of(&tree.files));
        Ok(write(&rows(&operations, &goldens, &tests, fixed, absent)?))
    }

    #[test]
    fn a_served_operation_is_told_with_its_proofs() {
        let page = told(&[], &[("BatchStopServers", "of a reason")]).unwrap();
        let row = |name: &str| {
            let start = format!("| {name} |");
            page.lines().find(|line| line.starts_with(&start)).unwrap().to_owned()
        };
        let started = row("BatchStartServers");
        assert!(started.contains("served and stateful"), "{started}");
        assert!(started.contains("](../../crates/dialects/golden/huawei/start/accepted.http)"));
        assert!(started.contains("[test_jobs.py](../../tests/sdk/test_jobs.py)"), "{started}");
        assert!(row("BatchStopServers").contains("not served: of a reason"));
        assert!(row("BatchRebootServers").contains("not served: not yet"));
        assert!(page.contains("| operations published | 136 |"), "{page}");
        assert!(page.contains("| served and stateful | 1 |"));
        assert!(page.contains("| not served | 135 |"));
    }

    #[test]
    fn a_row_of_a_table_that_no_longer_holds_is_found() {
        assert!(told(&[("BatchStartServers", "a reason")], &[]).is_ok());
        for (fixed, absent) in [
            (&[][..], &[("BatchStartServers", "a reason")][..]),
            (&[("BatchStopServers", "a reason")], &[]),
            (&[("NoSuchOperation", "a reason")], &[]),
            (&[], &[("NoSuchOperation", "a reason")]),
        ] {
            assert!(told(fixed, absent).is_err(), "{fixed:?} {absent:?}");
        }
    }

    #[test]
    fn a_stale_page_is_found() {
        let wanted = "a\nb\n";
        assert!(difference(&Tree::of(&[(PAGE, wanted)]), PAGE, wanted).is_empty());
        assert_eq!(
            difference(&Tree::of(&[(PAGE, "a\nc\n")]), PAGE, wanted),
            [format!("{PAGE}:2: should be: b")]
        );
        assert_eq!(difference(&Tree::of(&[]), PAGE, wanted), [format!("{PAGE}: is missing")]);
    }
}
