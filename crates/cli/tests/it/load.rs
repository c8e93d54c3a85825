//! The measured crowd: as each cloud's clients sign, against a simulated fleet.

use insta::assert_snapshot;

use crate::cli::Person;
use crate::daemon::Daemon;

const KEYS: &str = "AKEXAMPLE:SKEXAMPLE:0123456789abcdef0123456789abcdef";

fn with_keys(person: &Person<'_>) -> std::process::Command {
    let mut command = person.command();
    command.env("REGIMENT_ACCESS_KEY", "AKEXAMPLE").env("REGIMENT_SECRET_KEY", "SKEXAMPLE");
    command.env_remove("REGIMENT_TOKEN");
    command
}

#[test]
fn every_clouds_clients_are_let_in_and_leave_all_as_it_was() {
    let words = ["--ephemeral", "--fleet", "12", "--pace", "instant", "--credential", KEYS];
    let daemon = Daemon::start(&words);
    let person = Person { daemon: &daemon };
    for cloud in ["huawei", "tencent-v2", "tencent-v3"] {
        let words = ["load", "--as", cloud, "--connections=3", "--batch=4", "--count=20", "--json"];
        let output = with_keys(&person).args(words).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{cloud}: {complaint}");
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["accepted"]["count"], 20, "{told}");
        assert_eq!(told["finished"]["count"], 20, "{told}");
        assert_eq!((&told["failed"], &told["refused"]), (&0.into(), &0.into()), "{told}");
        let of = |what: &str, which: &str| told[what][which].as_f64().unwrap();
        assert!(of("accepted", "p50_ms") <= of("accepted", "p99_ms"), "{told}");
        assert!(of("accepted", "p50_ms") <= of("finished", "p50_ms"), "{told}");
        let running = person.json(&["servers", "--status", "running"]);
        assert_eq!(running["servers"].as_array().unwrap().len(), 12);
        let jobs = person.json(&["job", "ls", "--limit", "1"]);
        assert_eq!(jobs["jobs"][0]["dialect"], cloud.replace('-', "_"));
    }
}

#[test]
fn it_is_bounded_and_stays_on_this_machine() {
    let daemon = Daemon::start(&["--ephemeral", "--fleet", "4", "--credential", KEYS]);
    let person = Person { daemon: &daemon };
    let says = |words: &[&str]| {
        let output = with_keys(&person).args(words).output().unwrap();
        person.told(words, &output)
    };
    assert_snapshot!(says(&["load", "--endpoint", "http://fleet.example.com"]));
    assert_snapshot!(says(&["load", "--connections", "2", "--batch", "4"]));
    assert_snapshot!(person.says(&["load", "--connections", "1", "--batch", "4"]));
    assert!(says(&["load", "--connections", "2000"]).ends_with("[2]"));
}
