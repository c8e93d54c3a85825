//! What must not stand in any file.

use super::{File, Rule, Tree};
use crate::source::{code_only, lines_with};

pub const RULES: &[Rule] = &[
    Rule {
        name: "allow",
        reason: "`#[expect(…, reason)]` says why and complains once it is no longer needed; an \
                 `allow` stays for ever",
        broken: allows,
    },
    Rule {
        name: "unfinished",
        reason: "what is not done is in the issues, not in the code",
        broken: unfinished,
    },
    Rule {
        name: "length",
        reason: "past 700 lines there is a second idea hiding inside; give it a file, or an \
                 exception with its reason",
        broken: too_long,
    },
    Rule {
        name: "machine",
        reason: "the repository must mean the same on every machine: no home folders, no hosts \
                 of package registries or their mirrors",
        broken: machine_words,
    },
    Rule {
        name: "binaries",
        reason: "what nobody can read nobody can review: archives, packages and databases are \
                 fetched or made, not committed",
        broken: |tree| tree.binaries.clone(),
    },
    Rule {
        name: "snapshots",
        reason: "a snapshot nobody accepted, or whose test is gone, proves nothing",
        broken: stale_snapshots,
    },
];

const LINES_MAX: usize = 700;
const LINES_WANTED: usize = 600;
const ARCHITECTURE_LINES_MAX: usize = 300;

/// Files that may be longer, each with the reason.
const LONG_FILES: &[(&str, &str)] = &[];

fn allows(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for file in tree.rust_in("") {
        let code = code_only(&file.text);
        for piece in ["#[allow", "#![allow"] {
            broken.extend(places(file, &lines_with(&code, piece), piece));
        }
    }
    broken
}

fn unfinished(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for file in tree.rust_in("") {
        let code = code_only(&file.text);
        for piece in ["todo!", "unimplemented!", "dbg!"] {
            broken.extend(places(file, &lines_with(&code, piece), piece));
        }
    }
    // Put together here, or this file would be its own first finding.
    let marks = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["XX", "X"].concat()];
    for file in tree.files.iter().filter(|file| !is_lock(file)) {
        for mark in &marks {
            broken.extend(places(file, &lines_with(&file.text, mark), mark));
        }
    }
    broken
}

fn too_long(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for file in &tree.files {
        let lines = file.text.lines().count();
        let most = if file.path == "ARCHITECTURE.md" { ARCHITECTURE_LINES_MAX } else { LINES_MAX };
        let counted = is_source(file) || file.path == "ARCHITECTURE.md";
        let excepted = LONG_FILES.iter().any(|(path, _)| *path == file.path);
        if counted && lines > most && !excepted {
            broken.push(format!("{}: {lines} lines, at most {most}", file.path));
        }
    }
    for (path, _) in LONG_FILES {
        let still = tree
            .files
            .iter()
            .any(|file| file.path == *path && file.text.lines().count() > LINES_MAX);
        if !still {
            broken.push(format!("{path}: needs its exception no more"));
        }
    }
    broken
}

/// What is no fault yet.
pub fn notes(tree: &Tree) -> Vec<String> {
    let mut notes = Vec::new();
    for file in tree.files.iter().filter(|file| is_source(file)) {
        let lines = file.text.lines().count();
        if lines > LINES_WANTED && lines <= LINES_MAX {
            notes.push(format!("{}: {lines} lines, {LINES_WANTED} are wanted", file.path));
        }
    }
    notes.extend(LONG_FILES.iter().map(|(path, reason)| format!("{path} is long: {reason}")));
    notes
}

fn is_source(file: &File) -> bool {
    file.is_rust() || file.has_extension("py")
}

fn is_lock(file: &File) -> bool {
    file.path == "Cargo.lock"
}

/// Cut in two, so that this file does not break its own rule.
const MACHINE_WORDS: &[(&str, &str)] = &[
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("/Us", "ers/"),
    ("/wo", "rk/"),
    ("C:\\", "Users"),
    ("crates", ".io"),
    ("pypi", ".org"),
    ("pythonhosted", ".org"),
    ("registry.", "npmjs"),
    ("debian", ".org"),
    ("/sim", "ple/"),
    ("artifact", "ory"),
    ("index-", "url"),
];

fn machine_words(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for file in tree.files.iter().filter(|file| !is_lock(file)) {
        for (front, back) in MACHINE_WORDS {
            let word = format!("{front}{back}");
            for (index, line) in file.text.lines().enumerate() {
                if line.match_indices(&word).any(|(at, _)| stands_alone(line, at, &word)) {
                    broken.push(format!("{}:{}: \"{word}\"", file.path, index + 1));
                }
            }
        }
    }
    // The lock file names the public index by its well-known address, and no other.
    let public = format!("registry+https://github.com/rust-lang/crates{}-index", ".io");
    for file in tree.files.iter().filter(|file| is_lock(file)) {
        for (index, line) in file.text.lines().enumerate() {
            if line.starts_with("source = ") && !line.contains(&public) {
                broken.push(format!("{}:{}: {line}", file.path, index + 1));
            }
        }
    }
    broken
}

/// A path is a machine's only where it begins: `/v1/work/` is not.
fn stands_alone(line: &str, at: usize, word: &str) -> bool {
    if !word.starts_with('/') {
        return true;
    }
    let before = line[..at].chars().next_back();
    !before.is_some_and(|c| c.is_alphanumeric() || "._-}*/~".contains(c))
}

fn stale_snapshots(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for file in &tree.files {
        if file.has_extension("pending-snap") || file.has_extension("new") {
            broken.push(format!("{}: was never accepted", file.path));
        }
        if !file.has_extension("snap") {
            continue;
        }
        let source = file.text.lines().find_map(|line| line.strip_prefix("source: "));
        let test = source.and_then(|source| tree.files.iter().find(|file| file.path == source));
        let stem = file.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".snap");
        let name = stem.rsplit("__").next().unwrap_or(stem);
        // The second unnamed snapshot of a test is called `name-2`.
        let name = match name.rsplit_once('-') {
            Some((front, number)) if number.parse::<u32>().is_ok() => front,
            Some(_) | None => name,
        };
        match test {
            None => broken.push(format!("{}: its test file is gone", file.path)),
            Some(test) if lines_with(&test.text, name).is_empty() => {
                broken.push(format!("{}: nothing in {} is called {name}", file.path, test.path));
            }
            Some(_) => {}
        }
    }
    broken
}

fn places(file: &File, lines: &[usize], what: &str) -> Vec<String> {
    lines.iter().map(|line| format!("{}:{line}: `{what}`", file.path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(path: &str, text: &str) -> Tree {
        Tree::of(&[(path, text)])
    }

    #[test]
    fn an_allow_is_seen_and_an_expect_is_not() {
        assert_eq!(allows(&one("a.rs", "#[allow(dead_code)]\nfn a() {}")).len(), 1);
        assert_eq!(allows(&one("a.rs", "#![allow(dead_code)]")).len(), 1);
        assert!(allows(&one("a.rs", "#[expect(dead_code)]\n// #[allow(x)]")).is_empty());
    }

    #[test]
    fn unfinished_work_is_seen() {
        for text in ["todo!()", "dbg!(x)", "unimplemented!()"] {
            assert_eq!(unfinished(&one("a.rs", text)).len(), 1, "{text}");
        }
        let mark = format!("// {}: later", ["TO", "DO"].concat());
        assert_eq!(unfinished(&one("a.md", &mark)).len(), 1);
        assert!(unfinished(&one("a.rs", "// a todo list")).is_empty());
    }

    #[test]
    fn a_file_may_be_700_lines_long_and_not_more() {
        assert!(too_long(&one("a.rs", &"\n".repeat(700))).is_empty());
        assert_eq!(too_long(&one("a.rs", &"\n".repeat(701))).len(), 1);
        assert_eq!(too_long(&one("ARCHITECTURE.md", &"\n".repeat(301))).len(), 1);
        assert_eq!(notes(&one("a.rs", &"\n".repeat(650))).len(), 1);
        assert!(too_long(&one("Cargo.lock", &"\n".repeat(5000))).is_empty());
    }

    #[test]
    fn every_machine_word_is_seen() {
        for (front, back) in MACHINE_WORDS {
            let text = format!("see {front}{back}x");
            assert_eq!(machine_words(&one("a.md", &text)).len(), 1, "{text}");
        }
        assert!(machine_words(&one("a.rs", "\"/v1/work/1\"")).is_empty());
    }

    #[test]
    fn a_lock_file_names_the_public_index_alone() {
        let public = format!("registry+https://github.com/rust-lang/crates{}-index", ".io");
        let good = format!("source = \"{public}\"");
        assert!(machine_words(&one("Cargo.lock", &good)).is_empty());
        let bad = "source = \"registry+https://mirror.example/index\"";
        assert_eq!(machine_words(&one("Cargo.lock", bad)).len(), 1);
    }

    #[test]
    fn a_binary_is_seen() {
        let tree = Tree { binaries: vec!["a.tar.gz".to_owned()], ..Tree::of(&[("b.rs", "")]) };
        let rule = RULES.iter().find(|rule| rule.name == "binaries").expect("it is listed");
        assert_eq!((rule.broken)(&tree), ["a.tar.gz"]);
    }

    #[test]
    fn stale_snapshots_are_seen() {
        let snap = "---\nsource: a.rs\nexpression: x\n---\n";
        let of = |name: &str, code: &str| {
            stale_snapshots(&Tree::of(&[(name, snap), ("a.rs", code)])).len()
        };
        assert_eq!(of("snapshots/c__a__tests__life.snap", "fn life() {}"), 0);
        assert_eq!(of("snapshots/c__a__tests__life-2.snap", "fn life() {}"), 0);
        assert_eq!(of("snapshots/c__a__tests__death.snap", "fn life() {}"), 1);
        assert_eq!(of("snapshots/c__a__tests__life.snap.new", "fn life() {}"), 1);
        assert_eq!(stale_snapshots(&one("snapshots/c__a__life.snap", snap)).len(), 1);
    }
}
