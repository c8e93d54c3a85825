//! Events from the command line: as they come, and those that were missed.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use insta::assert_snapshot;

use crate::cli::Person;
use crate::daemon::Daemon;

const KEYS: &str = "AKEXAMPLE:SKEXAMPLE:0123456789abcdef0123456789abcdef";

#[test]
fn events_are_told_in_lines() {
    let words = ["--ephemeral", "--fleet=2", "--seed=7", "--pace=instant", "--stubborn=3"];
    let daemon = Daemon::start(&words);
    let person = Person { daemon: &daemon };
    assert_eq!(person.status(&["start", "server-0001", "nosuch1x", "--wait"]), Some(3));
    assert_snapshot!(person.says(&["events", "--after", "0", "--count", "3"]));
    assert_snapshot!(
        person.says(&["events", "--after", "0", "--state", "refused", "--count", "1"])
    );
    assert_snapshot!(person.says(&["events", "--after", "999999"]));
    let output = person
        .command()
        .args(["events", "--after", "0", "--kind", "job_ended", "--count", "1", "--json"])
        .output()
        .unwrap();
    let event: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(event["state"], "some_failed");
}

#[test]
fn a_restart_of_the_server_is_read_across() {
    let temp = tempfile::tempdir().unwrap();
    let given = ["--credential", KEYS, "--fleet", "2", "--pace", "instant"];
    let mut first = Daemon::kept_in(temp.path(), &given);
    let address = first.address();
    let person = Person { daemon: &first };
    let mut command = person.command();
    command.env_remove("REGIMENT_TOKEN");
    command.env("REGIMENT_ACCESS_KEY", "AKEXAMPLE").env("REGIMENT_SECRET_KEY", "SKEXAMPLE");
    let mut follower = command
        .args(["events", "--after", "0", "--kind", "job_ended", "--count", "2"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    assert_eq!(person.status(&["stop", "server-*", "--wait"]), Some(0));
    let one = lines.next().unwrap().unwrap();
    assert!(one.ends_with("stop  job_ended  all_succeeded"), "{one}");
    first.kill();
    let second = Daemon::kept_at(temp.path(), &address, &given);
    let person = Person { daemon: &second };
    assert_eq!(person.status(&["start", "server-*", "--wait"]), Some(0));
    let other = lines.next().unwrap().unwrap();
    assert!(other.ends_with("start  job_ended  all_succeeded"), "{other}");
    assert_eq!(follower.wait().unwrap().code(), Some(0));
}
