//! Which server is talked to: a daemon beside, a context, one behind TLS.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use insta::assert_snapshot;

use crate::cli::{alone, transcript};
use crate::daemon::{Daemon, wait_for};

const KEYS: &str = "AKEXAMPLE:SKEXAMPLE:0123456789abcdef0123456789abcdef";

fn says(mut command: Command, words: &[&str]) -> String {
    transcript(words, &command.args(words).output().unwrap())
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A daemon as a person starts it, who says nothing of files.
struct Beside(Child);

impl Beside {
    fn start(room: &Path) -> Beside {
        let before = ready_files(room).len();
        let words = ["serve", "--listen", "127.0.0.1:0", "--ephemeral", "--fleet", "2"];
        let mut command = alone(room);
        let child =
            command.args(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        wait_for("the ready file", || ready_files(room).len() > before);
        Beside(child)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // A test may have ended it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ready_files(room: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = fs::read_dir(room.join("regiment")) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "json")).collect()
}

#[test]
fn a_daemon_beside_is_found_by_itself() {
    let room = tempfile::tempdir().unwrap();
    fs::set_permissions(room.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let none = says(alone(room.path()), &["servers"]);
    assert!(none.contains("start one with `regiment serve`"), "{none}");
    let mut first = Beside::start(room.path());
    assert!(says(alone(room.path()), &["servers"]).contains("server-0002"));
    assert_eq!(mode(&room.path().join("regiment")), 0o700);
    assert_eq!(ready_files(room.path()).iter().map(|file| mode(file)).collect::<Vec<_>>(), [0o600]);
    // Of two, one must be named; which one is enough.
    let second = Beside::start(room.path());
    let several = says(alone(room.path()), &["servers"]);
    assert!(several.contains("several servers run here"), "{several}");
    for ready in ready_files(room.path()) {
        let ready: serde_json::Value = serde_json::from_slice(&fs::read(ready).unwrap()).unwrap();
        let endpoint = ready["endpoint"].as_str().unwrap();
        assert!(several.contains(endpoint), "{several}");
        let named = says(alone(room.path()), &["servers", "--endpoint", endpoint]);
        assert!(named.contains("server-0002"), "{named}");
    }
    // One that was killed is known to be gone.
    first.0.kill().unwrap();
    first.0.wait().unwrap();
    assert!(says(alone(room.path()), &["servers"]).contains("server-0002"));
    drop(second);
}

#[test]
fn a_folder_that_others_can_look_into_is_not_used() {
    let room = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&["--ephemeral"]);
    let folder = room.path().join("regiment");
    fs::create_dir(&folder).unwrap();
    fs::copy(daemon.ready_file(), folder.join("1.json")).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    assert!(says(alone(room.path()), &["servers"]).contains("server-0001"));
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(says(alone(room.path()), &["servers"]).contains("no server is named"));
}

#[test]
fn the_ready_file_of_a_script_serves_its_client() {
    let room = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&["--ephemeral"]);
    let mut command = alone(room.path());
    command.env("REGIMENT_READY_FILE", daemon.ready_file());
    assert!(says(command, &["servers"]).contains("server-0001"));
}

#[test]
fn contexts_are_kept_for_their_owner_alone() {
    let room = tempfile::tempdir().unwrap();
    let daemon =
        Daemon::start(&["--ephemeral", "--fleet", "1", "--seed", "7", "--credential", KEYS]);
    let endpoint = daemon.said("endpoint");
    let with_keys = || {
        let mut command = alone(room.path());
        command.env("REGIMENT_ACCESS_KEY", "AKEXAMPLE").env("REGIMENT_SECRET_KEY", "SKEXAMPLE");
        command
    };
    let said = |text: String| text.replace(&endpoint, "http://ENDPOINT");
    assert_snapshot!(said(says(alone(room.path()), &["context", "ls"])));
    let add = ["context", "add", "lab", "--endpoint", &endpoint];
    assert_snapshot!(said(says(alone(room.path()), &add)));
    assert_snapshot!(said(says(with_keys(), &add)));
    let mut with_token = alone(room.path());
    with_token.env("REGIMENT_TOKEN", "made-up");
    assert_snapshot!(said(says(with_token, &["context", "add", "other", "--endpoint", &endpoint])));
    let mut with_token = alone(room.path());
    with_token.env("REGIMENT_TOKEN", "made-up");
    let untried = ["context", "add", "other", "--endpoint", "https://other.example", "--untried"];
    assert_snapshot!(says(with_token, &untried));
    assert_snapshot!(said(says(alone(room.path()), &["context", "ls"])));
    assert_snapshot!(said(says(alone(room.path()), &["context", "ls", "--json"])));
    let file = room.path().join("config/regiment/contexts.toml");
    assert_eq!(mode(&file), 0o600);
    // The first one is used.
    assert!(says(alone(room.path()), &["servers"]).contains("server-0001"));
    assert_snapshot!(says(alone(room.path()), &["context", "use", "nowhere"]));
    assert_snapshot!(says(alone(room.path()), &["context", "use", "other"]));
    assert!(says(alone(room.path()), &["servers"]).contains("https://other.example"));
    assert!(says(alone(room.path()), &["servers", "--context", "lab"]).contains("server-0001"));
    assert_snapshot!(says(alone(room.path()), &["context", "rm", "other", "lab"]));
    let kept = fs::read_to_string(&file).unwrap();
    assert!(!kept.contains("SKEXAMPLE") && !kept.contains("current"), "{kept}");
    // A file that cannot be read is not shown: it holds secrets.
    fs::write(&file, "current = 1\ntoken = \"s3cret\n").unwrap();
    let broken = says(alone(room.path()), &["servers"]);
    assert!(broken.contains("cannot be read: see line") && !broken.contains("s3cret"), "{broken}");
}

#[test]
fn a_server_behind_tls_is_trusted_by_its_authority_alone() {
    let room = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&["--ephemeral", "--tls", "auto", "--tls-listen", "127.0.0.1:0"]);
    let (endpoint, authority) = (daemon.said("tls_endpoint"), daemon.said("ca_file"));
    let command = || {
        let mut command = alone(room.path());
        command.env("REGIMENT_TOKEN", daemon.said("token"));
        command
    };
    let trusting = ["servers", "--endpoint", &endpoint, "--ca-file", &authority];
    assert!(says(command(), &trusting).contains("server-0001"));
    let doubting = says(command(), &["servers", "--endpoint", &endpoint]);
    assert!(doubting.contains("failed to reach") && doubting.ends_with("[1]"), "{doubting}");
    assert!(!doubting.contains("server-0001"), "{doubting}");
    let nothing = daemon.room.path().join("stdout");
    let nothing = nothing.to_str().unwrap();
    let empty = says(command(), &["servers", "--endpoint", &endpoint, "--ca-file", nothing]);
    assert!(empty.contains("there is no certificate in"), "{empty}");
}

#[test]
fn what_is_no_regiment_is_told_so() {
    use std::io::{Read as _, Write as _};
    let room = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let other = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").unwrap();
    });
    let told = says(alone(room.path()), &["servers", "--endpoint", &endpoint, "--token", "x"]);
    other.join().unwrap();
    assert!(told.contains("is it a regiment?"), "{told}");
    let told = says(alone(room.path()), &["servers", "--endpoint", &endpoint]);
    assert!(told.contains("there are no credentials"), "{told}");
}
