//! A `regiment serve` that a test owns.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// What takes longer than this has failed.
const PATIENCE: Duration = Duration::from_mins(2);

pub struct Daemon {
    child: Child,
    pub ready: Value,
    /// Where its output and its ready file are.
    pub room: TempDir,
}

pub fn regiment() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regiment"));
    // What the person who runs the tests has set is not for us.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("REGIMENT_") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    command
}

impl Daemon {
    /// Starts one on a free port and waits until it is ready.
    pub fn start(arguments: &[&str]) -> Daemon {
        Daemon::start_by(regiment(), "127.0.0.1:0", arguments)
    }

    /// One where another was: its port must be free again.
    pub fn kept_at(folder: &Path, address: &str, arguments: &[&str]) -> Daemon {
        let folder = folder.to_str().unwrap();
        Daemon::start_by(regiment(), address, &[&["--data", folder], arguments].concat())
    }

    fn start_by(mut command: Command, address: &str, arguments: &[&str]) -> Daemon {
        let room = tempfile::tempdir().unwrap();
        let ready_file = room.path().join("ready.json");
        let mut child = command
            .args(["serve", "--listen", address, "--ready-file"])
            .arg(&ready_file)
            .args(arguments)
            .stdout(File::create(room.path().join("stdout")).unwrap())
            .stderr(File::create(room.path().join("stderr")).unwrap())
            .spawn()
            .unwrap();
        wait_for("the ready file", || {
            let early = child.try_wait().unwrap();
            assert!(early.is_none(), "it ended: {}", read(&room.path().join("stderr")));
            ready_file.exists()
        });
        let ready = serde_json::from_slice(&std::fs::read(&ready_file).unwrap()).unwrap();
        Daemon { child, ready, room }
    }

    /// One that may write no file larger than this.
    #[cfg(unix)]
    pub fn kept_in_at_most(folder: &Path, file_bytes: u64) -> Daemon {
        let binary = regiment();
        let mut shell = Command::new("sh");
        let limit = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", file_bytes / 512);
        shell.arg("-c").arg(limit).arg(binary.get_program()).stdin(Stdio::null());
        Daemon::start_by(shell, "127.0.0.1:0", &["--data", folder.to_str().unwrap()])
    }

    pub fn kept_in(folder: &Path, arguments: &[&str]) -> Daemon {
        let folder = folder.to_str().unwrap();
        Daemon::start(&[&["--data", folder], arguments].concat())
    }

    pub fn said(&self, name: &str) -> String {
        self.ready[name].as_str().unwrap_or_else(|| panic!("no {name}")).to_owned()
    }

    /// Host and port of the plain endpoint.
    pub fn address(&self) -> String {
        self.said("endpoint").strip_prefix("http://").unwrap().to_owned()
    }

    pub fn ready_file(&self) -> PathBuf {
        self.room.path().join("ready.json")
    }

    pub fn stdout(&self) -> String {
        read(&self.room.path().join("stdout"))
    }

    pub fn stderr(&self) -> String {
        read(&self.room.path().join("stderr"))
    }

    /// Asks it to end, and says how it did.
    pub fn terminate(&mut self) -> ExitStatus {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.ended()
    }

    /// Waits until it has ended by itself, and says how it did.
    pub fn ended(&mut self) -> ExitStatus {
        wait_for("the end", || self.child.try_wait().unwrap().is_some());
        self.child.wait().unwrap()
    }

    /// Cuts it off in the middle of whatever it does.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn wait_for(what: &str, mut state: impl FnMut() -> bool) {
    let began = Instant::now();
    while !state() {
        assert!(began.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
}
