//! What must not be found in the core, and in the dialects, which are as pure.

use super::{File, Rule, Tree};
use crate::source::{code_only, lines_with, without_tests, words};

pub const RULES: &[Rule] = &[
    Rule {
        name: "pure-time",
        reason: "time is an argument of the core and the dialects, so that every run can be \
                 repeated and every test can move the clock",
        broken: |tree| impure(tree, CLOCKS),
    },
    Rule {
        name: "pure-chance",
        reason: "chance and new ids are arguments of the core and the dialects, so that a seed \
                 reproduces everything",
        broken: |tree| impure(tree, CHANCE),
    },
    Rule {
        name: "pure-io",
        reason: "disks, sockets and threads belong to the rim; the core decides and the dialects \
                 translate, both without touching anything",
        broken: |tree| impure(tree, OUTSIDE),
    },
    Rule {
        name: "pure-async",
        reason: "nothing in the core or the dialects waits, so nothing there may be async",
        broken: |tree| impure(tree, ASYNC),
    },
    Rule {
        name: "vendor-words",
        reason: "a vendor's word stays in that vendor's dialect; the core's own word for it is in \
                 the glossary of ARCHITECTURE.md",
        broken: vendor_words,
    },
];

const CORE: &str = "crates/core/src/";
const DIALECTS: &str = "crates/dialects/src/";

const CLOCKS: &[&str] = &["SystemTime", "Instant::now", "Timestamp::now", "Zoned::now"];
const CHANCE: &[&str] = &["rand", "getrandom", "fastrand", "thread_rng", "RandomState", "new_v4"];
const OUTSIDE: &[&str] = &[
    "std::fs",
    "std::io",
    "std::thread",
    "std::process",
    "std::env",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "UnixListener",
    "ToSocketAddrs",
    "tokio",
];
const ASYNC: &[&str] = &["async", ".await"];

/// Lower case, as whole words of text or of an identifier.
const VENDOR_WORDS: &[&str] = &[
    "aksk",
    "apig",
    "apigw",
    "clb",
    "cvm",
    "ecs",
    "huawei",
    "huaweicloud",
    "myhuaweicloud",
    "nova",
    "openstack",
    "qcloud",
    "qcvm",
    "tencent",
    "tencentcloud",
];

fn impure(tree: &Tree, pieces: &[&str]) -> Vec<String> {
    let core = tree.rust_in(CORE).map(|file| (file, code_only(&file.text)));
    // The dialects' tests read their goldens from disk.
    let dialects = tree
        .rust_in(DIALECTS)
        .filter(|file| !is_test_file(file))
        .map(|file| (file, without_tests(&code_only(&file.text))));
    let mut broken = Vec::new();
    for (file, code) in core.chain(dialects) {
        for piece in pieces {
            for line in lines_with(&code, piece) {
                broken.push(format!("{}:{line}: `{piece}`", file.path));
            }
        }
    }
    broken
}

/// Files that only a `#[cfg(test)] mod` names.
fn is_test_file(file: &File) -> bool {
    let path = file.path.trim_end_matches(".rs");
    path.ends_with("/tests")
        || path.ends_with("_tests")
        || path.ends_with("/testing")
        || path.contains("/tests/")
        || path.contains("/testing/")
}

/// In comments too: a word that explains the core by a vendor is the first brick out of the wall.
fn vendor_words(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for file in tree.rust_in(CORE) {
        for (line, word) in words(&file.text) {
            if VENDOR_WORDS.contains(&word.as_str()) {
                broken.push(format!("{}:{line}: \"{word}\"", file.path));
            }
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn core(text: &str) -> Tree {
        Tree::of(&[("crates/core/src/plan.rs", text)])
    }

    #[test]
    fn each_impurity_is_seen() {
        for (pieces, code) in [
            (CLOCKS, "let now = std::time::SystemTime::now();"),
            (CLOCKS, "let now = Instant::now();"),
            (CLOCKS, "let now = jiff::Timestamp::now();"),
            (CHANCE, "let id: u64 = rand::random();"),
            (CHANCE, "getrandom::fill(&mut bytes)?;"),
            (OUTSIDE, "use std::fs;"),
            (OUTSIDE, "std::thread::spawn(run);"),
            (OUTSIDE, "use std::net::{Ipv4Addr, TcpStream};"),
            (ASYNC, "pub async fn plan() {}"),
            (ASYNC, "let done = turn().await;"),
        ] {
            assert_eq!(impure(&core(code), pieces).len(), 1, "{code}");
        }
    }

    #[test]
    fn data_comments_and_look_alikes_are_no_impurity() {
        let text = "use std::net::Ipv4Addr; // no SystemTime\nlet brand = \"Instant::now\";";
        for pieces in [CLOCKS, CHANCE, OUTSIDE, ASYNC] {
            assert!(impure(&core(text), pieces).is_empty());
        }
    }

    #[test]
    fn the_rim_may_have_a_clock_and_a_dialects_test_a_disk() {
        let tree = Tree::of(&[
            ("crates/server/src/clock.rs", "Instant::now()"),
            ("crates/dialects/src/a.rs", "#[cfg(test)]\nmod tests { use std::fs; }"),
            ("crates/dialects/src/a/tests.rs", "use std::fs;"),
        ]);
        assert!(impure(&tree, CLOCKS).is_empty());
        assert!(impure(&tree, OUTSIDE).is_empty());
        let tree = Tree::of(&[("crates/dialects/src/a.rs", "use std::fs;")]);
        assert_eq!(impure(&tree, OUTSIDE).len(), 1);
    }

    #[test]
    fn a_vendors_word_is_seen_in_code_and_comments_whatever_its_case() {
        for text in ["// as in ECS", "struct HuaweiId;", "let cvm_id = 1;", "/// Tencent's rule."] {
            assert_eq!(vendor_words(&core(text)).len(), 1, "{text}");
        }
        assert!(vendor_words(&core("let vecs = specs; // a vendor's quota")).is_empty());
        assert!(vendor_words(&Tree::of(&[("crates/dialects/src/lib.rs", "ECS")])).is_empty());
    }
}
