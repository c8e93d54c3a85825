use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::daemon::{Daemon, regiment};
use crate::http::{call, get};
use crate::signed::Client;

#[test]
fn it_says_its_version() {
    let told = regiment().arg("--version").output().unwrap();
    let version = concat!("regiment ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(String::from_utf8(told.stdout).unwrap(), version);
}

#[test]
fn it_starts_says_how_to_get_in_and_ends_when_told() {
    let mut daemon = Daemon::start(&["--ephemeral", "--tls", "auto", "--fleet", "3"]);
    assert_eq!(get(&daemon.address(), "/healthz"), (200, "ok\n".to_owned()));
    assert_eq!(get(&daemon.address(), "/readyz"), (200, "ready\n".to_owned()));
    let block = daemon.stdout();
    for name in
        ["endpoint", "tls_endpoint", "ca_file", "project_id", "access_key", "secret_key", "token"]
    {
        assert!(block.contains(&daemon.said(name)), "{name} is not in\n{block}");
    }
    assert!(block.contains("servers        3\n"), "{block}");
    assert_eq!(daemon.said("project_id").len(), 32);
    assert!(daemon.said("tls_endpoint").starts_with("https://127.0.0.1:"));
    assert!(std::path::Path::new(&daemon.said("ca_file")).exists());

    // A connection that somebody keeps open must not hold it.
    let idle = std::net::TcpStream::connect(daemon.address()).unwrap();
    let told = Instant::now();
    assert!(daemon.terminate().success());
    assert!(told.elapsed() < Duration::from_secs(5), "it took {:?}", told.elapsed());
    drop(idle);
    assert!(!daemon.ready_file().exists(), "the file speaks of a server that is gone");
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_the_ready_file() {
    use std::os::unix::fs::PermissionsExt;
    let daemon = Daemon::start(&["--ephemeral"]);
    let mode = std::fs::metadata(daemon.ready_file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(daemon.ready["pid"].as_u64().map(|pid| pid > 1), Some(true));
    assert!(daemon.ready["tls_endpoint"].is_null());
    assert!(daemon.ready["ca_file"].is_null());
}

#[test]
fn the_request_to_copy_works_as_it_stands() {
    let daemon = Daemon::start(&["--ephemeral", "--pace", "instant"]);
    let block = daemon.stdout();
    let cut = |from: &str, to: &str| {
        let (_, rest) = block.split_once(from).unwrap_or_else(|| panic!("{from}: {block}"));
        rest.split_once(to).unwrap().0.to_owned()
    };
    let url = cut("curl -sS -X PUT '", "'");
    let target = url.strip_prefix(&daemon.said("endpoint")).unwrap();
    let token = cut("-H 'X-Auth-Token: ", "'");
    let body = cut("-d '", "'\n");
    let headers = [("Content-Type", "application/json"), ("X-Auth-Token", token.as_str())];
    let (status, said) = call(&daemon.address(), "PUT", target, &headers, &body).unwrap();
    assert_eq!(status, 200, "{said}");
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let asked: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(said["response"], asked["servers"]);
    assert_eq!(asked["servers"].as_array().unwrap().len(), 20);
}

#[test]
fn a_restart_keeps_servers_and_keys_and_shows_them_again() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("data");
    let mut first = Daemon::kept_in(&folder, &["--fleet", "7"]);
    let servers: BTreeSet<_> = Client::of(&first).servers().into_iter().collect();
    assert_eq!(servers.len(), 7);
    assert!(first.terminate().success());
    let second = Daemon::kept_in(&folder, &[]);
    for name in ["project_id", "access_key", "secret_key"] {
        assert_eq!(first.said(name), second.said(name), "{name}");
        assert!(second.stdout().contains(&first.said(name)), "{name}");
    }
    assert_eq!(Client::of(&second).servers().into_iter().collect::<BTreeSet<_>>(), servers);
}

#[test]
fn given_keys_are_used() {
    let project = "0123456789abcdef0123456789abcdef";
    let credential = format!("AKEXAMPLE:SKEXAMPLE:{project}");
    let daemon = Daemon::start(&["--ephemeral", "--credential", &credential]);
    assert_eq!(daemon.said("access_key"), "AKEXAMPLE");
    assert_eq!(daemon.said("secret_key"), "SKEXAMPLE");
    assert_eq!(daemon.said("project_id"), project);
    assert_eq!(Client::of(&daemon).servers().len(), 20);
}

fn refusal(arguments: &[&str]) -> String {
    let told = regiment().arg("serve").args(arguments).output().unwrap();
    assert!(!told.status.success());
    assert!(told.stdout.is_empty());
    String::from_utf8(told.stderr).unwrap()
}

#[test]
fn a_second_daemon_on_the_same_data_is_refused() {
    let temp = tempfile::tempdir().unwrap();
    let first = Daemon::kept_in(temp.path(), &[]);
    let folder = temp.path().to_str().unwrap();
    let said = refusal(&["--listen", "127.0.0.1:0", "--data", folder]);
    let pid = first.ready["pid"].to_string();
    assert!(said.contains("in use by another regiment"), "{said}");
    assert!(said.contains(folder) && said.contains(&pid), "{said}");
    assert_eq!(get(&first.address(), "/readyz").0, 200);
}

#[test]
fn what_cannot_be_is_refused_in_words() {
    let said = refusal(&["--ephemeral", "--listen", "0.0.0.0:0"]);
    assert!(said.contains("--insecure") && said.contains("--tls auto"), "{said}");
    let said = refusal(&["--ephemeral", "--credential", "AK:s3cret:nonsense"]);
    assert!(said.contains("AK:SK:PROJECT_ID"), "{said}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refusal(&["--ephemeral", "--listen", &address]);
    assert!(said.contains(&address), "{said}");
}
