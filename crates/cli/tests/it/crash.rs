use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use regiment_server::core::chance::Chance;
use serde_json::Value;

use crate::daemon::{Daemon, wait_for};
use crate::signed::{Client, targets};

const CLIENTS: u64 = 4;
const FLEET: &str = "200";
const ROUNDS: u64 = 3;

/// The numbers of the tasks that an answer says are under way.
fn acknowledged(told: &Value) -> Vec<String> {
    let Some(detail) = told["detail"].as_object() else { return Vec::new() };
    let number = |one: &Value| Some(one["requestId"].as_str()?.to_owned());
    detail.values().filter_map(number).collect()
}

#[test]
fn a_killed_process_forgets_nothing_it_acknowledged() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("data");
    let mut all: Vec<String> = Vec::new();
    for round in 0..ROUNDS {
        let mut daemon = Daemon::kept_in(&folder, &["--fleet", FLEET]);
        all.extend(order_until_killed(&mut daemon, round));
        let daemon = Daemon::kept_in(&folder, &[]);
        let client = Client::of(&daemon);
        for number in &all {
            assert!(client.task(number).is_some(), "task {number} is forgotten, round {round}");
        }
        let open = || all.iter().filter(|number| client.task(number) == Some(2)).count();
        wait_for("the end of every task", || open() == 0);
        let failed: Vec<_> = all.iter().filter(|number| client.task(number) == Some(1)).collect();
        assert_eq!(failed, Vec::<&String>::new(), "a restart twice over is still a restart");
    }
}

/// Clients order servers about while the process is killed at a moment that is different each
/// time. Gives back what they were told.
fn order_until_killed(daemon: &mut Daemon, round: u64) -> Vec<String> {
    let mut chance = Chance::new(round);
    let kill_after = 20 + usize::try_from(chance.below(200)).unwrap();
    let client = Client::of(daemon);
    let servers = client.servers();
    let told = Arc::new(Mutex::new(Vec::new()));
    let answers = Arc::new(AtomicUsize::new(0));
    let killed = Arc::new(AtomicBool::new(false));
    std::thread::scope(|scope| {
        for number in 0..CLIENTS {
            let (client, servers) = (client.clone(), &servers);
            let (told, answers, killed) = (told.clone(), answers.clone(), killed.clone());
            scope.spawn(move || {
                let mut chance = Chance::new(round << 8 | number);
                loop {
                    let count = 1 + chance.below(10);
                    let mut some: Vec<String> = (0..count)
                        .map(|_| chance.below(servers.len() as u64))
                        .map(|place| servers[usize::try_from(place).unwrap()].clone())
                        .collect();
                    some.sort();
                    some.dedup();
                    match client.call("RestartInstances", &targets(&some)) {
                        Ok(answer) => told.lock().unwrap().extend(acknowledged(&answer)),
                        Err(error) => {
                            assert!(killed.load(Ordering::SeqCst), "no answer: {error}");
                            return;
                        }
                    }
                    answers.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        wait_for("answers", || answers.load(Ordering::SeqCst) >= kill_after);
        killed.store(true, Ordering::SeqCst);
        daemon.kill();
    });
    let told = std::mem::take(&mut *told.lock().unwrap());
    assert!(!told.is_empty(), "the clients were told of some");
    told
}

/// The system refuses to let the store grow: what was acknowledged is kept, the rest is not
/// answered at all, and the process says by its status why it ended.
#[cfg(unix)]
#[test]
fn a_store_that_cannot_write_ends_the_process_without_an_answer() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("data");
    assert!(Daemon::kept_in(&folder, &["--fleet", FLEET]).terminate().success());
    let store = std::fs::metadata(folder.join("regiment.redb")).unwrap();
    let mut daemon = Daemon::kept_in_at_most(&folder, store.len() + (64 << 10));
    let client = Client::of(&daemon);
    let servers = client.servers();
    let mut told = Vec::new();
    // Each order is answered or the connection ends; there is no third.
    while let Ok(answer) = client.call("RestartInstances", &targets(&servers[..100])) {
        assert!(answer["code"].as_i64() != Some(4000), "{answer}");
        told.extend(acknowledged(&answer));
    }
    assert_eq!(daemon.ended().code(), Some(70), "{}", daemon.stderr());
    assert!(daemon.stderr().contains("the store failed"), "{}", daemon.stderr());
    let daemon = Daemon::kept_in(&folder, &[]);
    let client = Client::of(&daemon);
    for number in &told {
        assert!(client.task(number).is_some(), "task {number} is forgotten");
    }
    wait_for("the end of every task", || told.iter().all(|task| client.task(task) != Some(2)));
}
