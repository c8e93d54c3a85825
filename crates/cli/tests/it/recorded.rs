//! The session in `docs/command-line.md` is what really happens: its commands are run here, and what they
//! say must be what stands there, but for times. `UPDATE_GOLDEN=1` writes it anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::cli::{Person, without_times};
use crate::daemon::Daemon;

/// Stands before each block that is recorded.
const MARK: &str = "<!-- recorded -->\n```console\n";
const END: &str = "```\n";

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/command-line.md")
}

/// The page cut into what stays and what is recorded, in turn: text, block, text, block, text.
fn pieces(page: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = page;
    while let Some((text, block)) = rest.split_once(MARK) {
        let (block, after) = block.split_once(END).expect("a block ends");
        pieces.extend([text, block]);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

/// What a shell says to these commands, one after the other: each with a dollar, then its output.
fn session(person: &Person<'_>, commands: &[&str]) -> Vec<String> {
    const CUT: char = '\u{1}';
    let mut script = String::from("status=0\n");
    for command in commands {
        let _ = write!(script, "printf '{CUT}'\n(exit $status)\n{command}\nstatus=$?\n");
    }
    let binary = Path::new(env!("CARGO_BIN_EXE_regiment"));
    let path = std::env::var("PATH").unwrap_or_default();
    let folder = binary.parent().unwrap().display();
    let told = person
        .shell()
        .env("PATH", format!("{folder}:{path}"))
        .arg("-c")
        .arg(format!("exec 2>&1\n{script}"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let said = told.split(CUT).skip(1);
    said.zip(commands).map(|(said, command)| format!("$ {command}\n{said}")).collect()
}

#[test]
fn the_recorded_session_is_what_happens() {
    let daemon = Daemon::start(&["--ephemeral", "--fleet=12", "--seed=7", "--stubborn=4"]);
    let person = Person { daemon: &daemon };
    for number in 1..=12 {
        let (from, to) = (format!("server-{number:04}"), format!("web-{number:02}"));
        assert_eq!(person.status(&["rename", &from, "--to", &to, "--wait"]), Some(0));
    }
    let page_text = fs::read_to_string(page()).unwrap();
    let pieces = pieces(&page_text);
    let blocks: Vec<&str> = pieces.iter().copied().skip(1).step_by(2).collect();
    let commands = |block: &str| -> Vec<String> {
        block.lines().filter_map(|line| line.strip_prefix("$ ")).map(str::to_owned).collect()
    };
    let per_block: Vec<Vec<String>> = blocks.iter().map(|block| commands(block)).collect();
    let all: Vec<&str> = per_block.iter().flatten().map(String::as_str).collect();
    assert!(all.len() > 5, "the page has lost its session");
    let mut said = session(&person, &all).into_iter();
    let fresh: Vec<String> =
        per_block.iter().map(|block| said.by_ref().take(block.len()).collect::<String>()).collect();
    let same = blocks.iter().zip(&fresh).all(|(old, new)| without_times(old) == without_times(new));
    if same {
        return;
    }
    let mut written = String::new();
    let mut fresh = fresh.into_iter();
    for (place, piece) in pieces.iter().enumerate() {
        if place % 2 == 0 {
            written += piece;
        } else {
            let _ = write!(written, "{MARK}{}{END}", fresh.next().unwrap());
        }
    }
    assert!(
        std::env::var_os("UPDATE_GOLDEN").is_some(),
        "docs/command-line.md is stale; UPDATE_GOLDEN=1 writes it anew. It would say:\n{written}"
    );
    fs::write(page(), written).unwrap();
}
