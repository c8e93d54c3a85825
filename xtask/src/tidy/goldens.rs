//! Golden files: request, given state, exact answer.

use super::{File, Rule, Tree};
use crate::source::lines_with;

pub const RULES: &[Rule] = &[Rule {
    name: "goldens",
    reason: "a golden file that no test reads proves nothing: it lies at \
             golden/<dialect>/<operation>/<case>.http, its dialect is a module of the dialects \
             crate, and some test of that dialect reads the folder or names the file",
    broken: orphans,
}];

const GOLDEN: &str = "crates/dialects/golden/";

fn orphans(tree: &Tree) -> Vec<String> {
    tree.files
        .iter()
        .filter_map(|file| {
            let below = file.path.strip_prefix(GOLDEN).filter(|below| *below != "README.md")?;
            let trouble = trouble(tree, below)?;
            Some(format!("{}: {trouble}", file.path))
        })
        .collect()
}

fn trouble(tree: &Tree, below: &str) -> Option<String> {
    let parts: Vec<&str> = below.split('/').collect();
    let [dialect, operation, case] = parts[..] else {
        return Some("lies at the wrong depth".to_owned());
    };
    let Some(case) = case.strip_suffix(".http") else {
        return Some("does not end in .http".to_owned());
    };
    let room: Vec<&File> = rooms(tree, dialect).collect();
    if room.is_empty() {
        return Some(format!("there is no dialect {dialect}"));
    }
    let walked = room.iter().any(|file| walks(file));
    let named = room.iter().any(|file| {
        !lines_with(&file.text, case).is_empty() && !lines_with(&file.text, operation).is_empty()
    });
    (!walked && !named).then(|| format!("no test of {dialect} reads it"))
}

/// The files that can hold a dialect's golden test: its own, and those all dialects share.
fn rooms<'a>(tree: &'a Tree, dialect: &str) -> impl Iterator<Item = &'a File> {
    let has_room = tree.rust_in("crates/dialects/src/").any({
        let (folder, file) = (format!("src/{dialect}/"), format!("src/{dialect}.rs"));
        move |found| found.path.contains(&folder) || found.path.ends_with(&file)
    });
    tree.rust_in("crates/dialects/").filter(move |_| has_room)
}

/// Whether a test reads whatever lies in the golden folder.
fn walks(file: &File) -> bool {
    file.text.contains("golden") && file.text.contains("read_dir")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, test: &str) -> usize {
        let golden = format!("{GOLDEN}{path}");
        orphans(&Tree::of(&[
            (&golden, "GET / HTTP/1.1"),
            ("crates/dialects/src/one/mod.rs", ""),
            ("crates/dialects/tests/golden.rs", test),
        ]))
        .len()
    }

    #[test]
    fn a_golden_must_be_read_by_a_test() {
        let walk = "for entry in read_dir(\"golden\")";
        assert_eq!(found("one/start/some_fail.http", walk), 0);
        assert_eq!(found("one/start/some_fail.http", "golden(\"start\", \"some_fail\")"), 0);
        assert_eq!(found("one/start/some_fail.http", "golden(\"start\", \"all_fail\")"), 1);
    }

    #[test]
    fn a_golden_must_lie_in_its_place() {
        let walk = "for entry in read_dir(\"golden\")";
        assert_eq!(found("two/start/some_fail.http", walk), 1);
        assert_eq!(found("one/some_fail.http", walk), 1);
        assert_eq!(found("one/start/some_fail.txt", walk), 1);
    }
}
