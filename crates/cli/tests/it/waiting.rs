//! Waiting for a job: leaving it, and a server that goes away meanwhile.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::cli::Person;
use crate::daemon::Daemon;

/// Starts a command that waits, and returns when it does, with the job's id.
fn waiting(person: &Person<'_>, words: &[&str]) -> (Child, String) {
    let mut child =
        person.command().args(words).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    let job = line.strip_prefix("job ").and_then(|rest| rest.split(':').next());
    let job = job.unwrap_or_else(|| panic!("{line}")).to_owned();
    // What is still to be said goes on being read.
    child.stderr = Some(lines.into_inner());
    (child, job)
}

#[test]
fn who_stops_waiting_is_told_how_to_go_on_and_the_job_goes_on() {
    let daemon = Daemon::start(&["--ephemeral", "--fleet", "3"]);
    let person = Person { daemon: &daemon };
    let (mut child, job) = waiting(&person, &["stop", "server-*", "--start-at", "+1h", "--wait"]);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains(&format!("regiment job watch {job}")), "{said}");
    assert_eq!(person.json(&["job", "show", &job])["job"]["state"], "running");
}

#[test]
fn a_restart_of_the_server_does_not_end_the_wait() {
    let temp = tempfile::tempdir().unwrap();
    let given = ["--credential", "AK:SK:0123456789abcdef0123456789abcdef", "--fleet", "3"];
    let mut first = Daemon::kept_in(temp.path(), &given);
    let address = first.address();
    let person = Person { daemon: &first };
    let mut command = person.command();
    command
        .env_remove("REGIMENT_TOKEN")
        .env("REGIMENT_ACCESS_KEY", "AK")
        .env("REGIMENT_SECRET_KEY", "SK");
    let told = command.args(["stop", "server-*", "--waves", "1,100%", "--hold"]).output().unwrap();
    let job = String::from_utf8(told.stdout).unwrap().trim().to_owned();
    let mut command = person.command();
    command
        .env_remove("REGIMENT_TOKEN")
        .env("REGIMENT_ACCESS_KEY", "AK")
        .env("REGIMENT_SECRET_KEY", "SK");
    let mut watch = command
        .args(["job", "watch", &job])
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watch.stderr.take().unwrap());
    lines.read_line(&mut String::new()).unwrap();
    first.kill();
    let second = Daemon::kept_at(temp.path(), &address, &given);
    let person = Person { daemon: &second };
    crate::daemon::wait_for("the first wave's end", || {
        person.json(&["job", "show", &job])["job"]["course"]["awaits_approval"] == true
    });
    assert_eq!(person.status(&["job", "approve", &job]), Some(0));
    let told = watch.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&told.stdout).into_owned();
    assert_eq!(told.status.code(), Some(0), "{said}");
    assert!(said.contains("3 succeeded of 3 servers"), "{said}");
}
