//! What is made of the commands' definition for shells and readers.

use std::fs;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use crate::cli::{alone, transcript};

fn told(words: &[&str]) -> String {
    let room = tempfile::tempdir().unwrap();
    let output = alone(room.path()).args(words).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn is_here(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

#[test]
fn help_says_what_there_is() {
    let room = tempfile::tempdir().unwrap();
    for (name, words) in [
        ("help_", &["--help"][..]),
        ("help_stop", &["stop", "--help"]),
        ("help_delete", &["delete", "-h"]),
        ("help_servers", &["servers", "-h"]),
        ("help_job", &["job", "--help"]),
        ("help_job_retry", &["job", "retry", "--help"]),
        ("help_fault_add", &["fault", "add", "--help"]),
        ("help_context_add", &["context", "add", "--help"]),
        ("help_load", &["load", "-h"]),
    ] {
        let output = alone(room.path()).args(words).output().unwrap();
        assert_snapshot!(name, transcript(words, &output));
    }
}

#[test]
fn every_shell_gets_its_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = told(&["completions", shell]);
        for word in ["reset-password", "max-failures", "approve"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
}

#[test]
fn bash_completes_words() {
    if !is_here("bash") {
        return;
    }
    let room = tempfile::tempdir().unwrap();
    let file = room.path().join("regiment.bash");
    fs::write(&file, told(&["completions", "bash"])).unwrap();
    let ask = |words: &str, at: usize| {
        let script = format!(
            "source \"$1\" && complete -p regiment >/dev/null && COMP_WORDS=({words}) COMP_CWORD={at} && \
             _regiment regiment \"${{COMP_WORDS[$COMP_CWORD]}}\" \"${{COMP_WORDS[$COMP_CWORD-1]}}\" && echo \"${{COMPREPLY[@]}}\""
        );
        let output = Command::new("bash")
            .args(["--norc", "-c", &script, "bash"])
            .arg(&file)
            .output()
            .unwrap();
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(ask("regiment re", 1), "reboot resize reset-password reinstall rename\n");
    assert_eq!(ask("regiment job ap", 2), "approve\n");
    assert_eq!(ask("regiment stop --force so", 3), "soft soft-then-hard\n");
    assert_eq!(ask("regiment stop --max", 2), "--max-failures\n");
}

#[test]
fn the_manual_has_a_page_for_each_command_and_renders() {
    let room = tempfile::tempdir().unwrap();
    let folder = room.path().join("man");
    let output = alone(room.path()).args(["man", "--out"]).arg(&folder).output().unwrap();
    assert!(output.status.success());
    let mut pages: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    for page in ["regiment.1", "regiment-stop.1", "regiment-job-retry.1", "regiment-context-add.1"]
    {
        assert!(pages.iter().any(|one| one == page), "{page} is not among {pages:?}");
    }
    assert!(told(&["man"]).contains(".TH regiment 1"));
    if !is_here("groff") {
        return;
    }
    for page in &pages {
        let render = ["-ww", "-man", "-Tutf8"];
        let output = Command::new("groff").args(render).arg(folder.join(page)).output().unwrap();
        assert!(output.stderr.is_empty(), "{page}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!output.stdout.is_empty());
    }
}
