//! Orders from the command line: who is meant, what is shown, how it ends.

use insta::assert_snapshot;
use serde_json::Value;

use crate::cli::Person;
use crate::daemon::{Daemon, wait_for};

/// Twelve servers, some of which do not shut down when asked to.
fn fleet() -> Daemon {
    Daemon::start(&[
        "--ephemeral",
        "--fleet=12",
        "--seed=7",
        "--stubborn=4",
        "--pace=instant",
        "--credential=AKEXAMPLE:SKEXAMPLE:0123456789abcdef0123456789abcdef",
    ])
}

/// The newest server's id.
fn newest(person: &Person<'_>) -> String {
    let told = person.json(&["servers", "--limit", "1"]);
    told["servers"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn servers_are_listed_and_picked() {
    let daemon = fleet();
    let person = Person { daemon: &daemon };
    assert_snapshot!(person.says(&["servers"]));
    assert_snapshot!(person.says(&["servers", "server-000?", "--zone", "cn-north-4a"]));
    assert_snapshot!(person.says(&["servers", "--status", "stopped"]));
    assert_snapshot!(person.says(&["servers", "nosuch1x"]));
    assert_snapshot!(person.says(&["servers", "nosuch-1"]));
    assert_snapshot!(person.says(&["servers", "nosuch-*"]));
    let both = person.json(&["servers", "server-0002", "server-000*"]);
    assert_eq!(both["servers"].as_array().unwrap().len(), 9, "each once");
    assert_eq!(both["servers"][0]["name"], "server-0002", "in the order of the words");
}

#[test]
fn an_order_that_fails_in_part_says_which_and_why() {
    let daemon = fleet();
    let person = Person { daemon: &daemon };
    assert_snapshot!(person.says(&["stop", "server-*", "--waves", "1,10%,100%", "--wait"]));
    assert_snapshot!(person.says(&["job", "ls"]));
    let told = person.json(&["job", "ls"]);
    let job = told["jobs"][0]["id"].as_str().unwrap();
    assert_snapshot!(person.says(&["job", "show", job, "--state", "failed,cancelled"]));
    assert_snapshot!(person.says(&["job", "watch", job]));
    assert_snapshot!(person.says(&["job", "retry", job, "--dry-run"]));
    // The failed part alone, and again in vain: now all of it fails.
    assert_snapshot!(person.says(&["job", "retry", job, "--wait"]));
    let retried = person.json(&["job", "ls", "--limit", "1"]);
    assert_eq!(retried["jobs"][0]["parent_id"], job);
}

#[test]
fn a_failure_limit_cancels_the_rest() {
    let daemon = fleet();
    let person = Person { daemon: &daemon };
    let words = ["stop", "server-*", "--concurrency", "1", "--max-failures", "1", "--wait"];
    assert_snapshot!(person.says(&words));
    let told = person.json(&["job", "ls"]);
    let tally = &told["jobs"][0]["sub_jobs"];
    assert_eq!((&tally["failed"], tally["cancelled"].as_u64() > Some(0)), (&Value::from(2), true));
}

#[test]
fn the_exit_status_tells_how_it_ended() {
    let daemon = fleet();
    let person = Person { daemon: &daemon };
    let id = newest(&person);
    let status = |words: &[&str]| person.status(words);
    assert_eq!(status(&["stop", "server-*", "--wait", "--force", "hard"]), Some(0));
    assert_eq!(status(&["start", "server-*", "--wait"]), Some(0));
    assert_eq!(status(&["stop", "server-*", "--wait"]), Some(3));
    assert_eq!(status(&["stop", "--status", "running", "--wait"]), Some(4));
    // An id that is not there fails by itself, and is told of at once to who does not wait.
    assert_eq!(status(&["start", &id, "nosuch1x", "--wait"]), Some(3));
    assert_eq!(status(&["start", &id, "nosuch1x"]), Some(3));
    assert_eq!(status(&["start", &id, "nosuch1x", "--dry-run"]), Some(3));
    assert_eq!(status(&["start", "server-*", "nosuch1x", "--wait"]), Some(3));
    assert_eq!(status(&["start", &id]), Some(0));
    // Nothing was ordered.
    assert_eq!(status(&["start", &id, "nosuch1x", "--all-or-nothing"]), Some(1));
    assert_eq!(status(&["start", "nosuch1x"]), Some(1));
    assert_eq!(status(&["start", "nosuch-*"]), Some(1));
    assert_eq!(status(&["start", "server-*", "nosuch-*"]), Some(1));
    assert_eq!(status(&["resize", &id, "--to", "no.such.flavor"]), Some(1));
    assert_eq!(status(&["job", "watch", "1"]), Some(1));
    // It was not understood.
    assert_eq!(status(&["start"]), Some(2));
    assert_eq!(status(&["start", "server-1", "--name", "server-2"]), Some(2));
    assert_eq!(status(&["stop", "server-*", "--concurrency", "0"]), Some(2));
}

#[test]
fn what_is_refused_says_why() {
    let daemon = fleet();
    let person = Person { daemon: &daemon };
    let id = newest(&person);
    assert_snapshot!(person.says(&["start", &id, "nosuch1x"]));
    assert_snapshot!(person.says(&["stop", "nosuch1x"]));
    assert_snapshot!(person.says(&["resize", "server-*", "--to", "s6.large.2", "--dry-run"]));
    assert_snapshot!(person.says(&["stop", "server-*", "--waves", "1,2x"]));
    assert_snapshot!(person.says(&["stop"]));
    assert_snapshot!(person.says(&["stop", "server-*", "--endpoint", "http://127.0.0.1:1"]));
    assert_snapshot!(person.says(&["stop", "server-*", "--token", "made-up"]));
    assert_snapshot!(person.says(&["servers", "--context", "lab"]));
}

#[test]
fn every_verb_does_its_work() {
    let daemon = Daemon::start(&["--ephemeral", "--fleet", "4", "--pace", "instant"]);
    let person = Person { daemon: &daemon };
    let one = |name: &str| person.json(&["servers", name])["servers"][0].clone();
    let well = |words: &[&str]| {
        assert_eq!(person.status(&[words, &["--wait"]].concat()), Some(0), "{words:?}");
    };
    well(&["stop", "server-*"]);
    assert_eq!(one("server-0001")["status"], "stopped");
    well(&["resize", "server-0001", "--to", "s6.large.2"]);
    assert_eq!(one("server-0001")["flavor"], "s6.large.2");
    well(&["start", "server-*", "--status", "stopped"]);
    well(&["reboot", "server-*", "--force", "hard"]);
    well(&["rename", "server-0001", "--to", "web-1"]);
    assert_eq!(one("web-1")["status"], "running");
    well(&["reinstall", "web-1", "--stop-first", "--yes"]);
    well(&["delete", "web-1", "--yes"]);
    assert_eq!(person.json(&["servers"])["servers"].as_array().unwrap().len(), 3);
}

#[test]
fn passwords_come_from_the_input_or_a_file() {
    let daemon = Daemon::start(&["--ephemeral", "--fleet", "2", "--pace", "instant"]);
    let person = Person { daemon: &daemon };
    let stop = ["stop", "server-*", "--wait"];
    assert_eq!(person.status(&stop), Some(0));
    let reset = ["reset-password", "server-*", "--wait"];
    let told = person.says_to(&reset, "Fresh@Start1\n");
    assert!(told.ends_with("2 succeeded of 2 servers.\n[0]"), "{told}");
    assert!(!told.contains("Fresh"), "{told}");
    let file = daemon.room.path().join("password");
    std::fs::write(&file, "Fresh@Start2\n").unwrap();
    let from_file = [&reset[..], &["--password-file", file.to_str().unwrap()]].concat();
    assert_eq!(person.status(&from_file), Some(0));
    assert_eq!(person.status(&reset), Some(1), "no password at all");
}

#[test]
fn what_cannot_be_undone_is_not_done_unasked() {
    let daemon = fleet();
    let person = Person { daemon: &daemon };
    assert_snapshot!(person.says(&["delete", "server-*"]));
    assert_snapshot!(person.says(&["reinstall", "--status", "running"]));
    assert_eq!(person.json(&["job", "ls"])["jobs"], Value::Array(Vec::new()));
    // Who names a server by its id knows which one it is.
    assert_eq!(person.status(&["delete", &newest(&person), "--wait"]), Some(0));
}

#[test]
fn a_wave_that_is_held_waits_for_a_word() {
    let daemon = fleet();
    let person = Person { daemon: &daemon };
    let told = person.says(&["stop", "server-*", "--waves", "1,100%", "--hold"]);
    let job = told.lines().nth(1).unwrap();
    wait_for("the first wave's end", || {
        person.json(&["job", "show", job])["job"]["course"]["awaits_approval"] == true
    });
    assert_snapshot!(person.says(&["job", "show", job, "--state", "succeeded"]));
    assert_eq!(person.status(&["job", "approve", job]), Some(0));
    assert_eq!(person.status(&["job", "watch", job]), Some(3));
    assert_snapshot!(person.says(&["job", "approve", job]));
}

#[test]
fn a_job_is_cancelled() {
    let daemon = fleet();
    let person = Person { daemon: &daemon };
    let told = person.says(&["stop", "server-*", "--start-at", "+1h"]);
    let job = told.lines().nth(1).unwrap();
    assert_eq!(person.status(&["job", "cancel", job]), Some(0));
    assert_snapshot!(person.says(&["job", "watch", job]));
}

#[test]
fn the_same_command_with_its_token_is_the_same_order() {
    let daemon = fleet();
    let person = Person { daemon: &daemon };
    let words = ["stop", "server-0001", "--idempotency-token", "deploy-17"];
    assert_eq!(person.says(&words), person.says(&words));
    assert_eq!(person.json(&["job", "ls"])["jobs"].as_array().unwrap().len(), 1);
}
