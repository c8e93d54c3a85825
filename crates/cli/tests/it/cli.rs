//! The client commands, run by themselves: beside a server of the test's own, without anything of the
//! person who runs the tests.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::daemon::{Daemon, regiment};

/// A person at a terminal who knows one server.
pub struct Person<'a> {
    pub daemon: &'a Daemon,
}

impl Person<'_> {
    pub fn command(&self) -> Command {
        let mut command = alone(self.daemon.room.path());
        command.env("REGIMENT_ENDPOINT", self.daemon.said("endpoint"));
        command.env("REGIMENT_TOKEN", self.daemon.said("token"));
        command
    }

    /// A shell in which the command knows the same server.
    pub fn shell(&self) -> Command {
        let known = self.command();
        let mut shell = Command::new("sh");
        for (name, value) in known.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell
    }

    /// All that was said and how it ended, as one text for a snapshot. A dollar, the words, what was
    /// said, what was complained of, the exit status.
    pub fn says(&self, words: &[&str]) -> String {
        let output = self.command().args(words).output().unwrap();
        self.told(words, &output)
    }

    pub fn told(&self, words: &[&str], output: &Output) -> String {
        transcript(words, output).replace(&self.daemon.said("endpoint"), "http://ENDPOINT")
    }

    /// The exit status alone.
    pub fn status(&self, words: &[&str]) -> Option<i32> {
        self.command().args(words).output().unwrap().status.code()
    }

    /// What was said, as JSON.
    pub fn json(&self, words: &[&str]) -> serde_json::Value {
        let output = self.command().args(words).arg("--json").output().unwrap();
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", transcript(words, &output)))
    }

    /// What is said to somebody who gives this input.
    pub fn says_to(&self, words: &[&str], input: &str) -> String {
        let mut child = self
            .command()
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        self.told(words, &child.wait_with_output().unwrap())
    }
}

/// A command that finds no settings and no daemon but those in this folder.
pub fn alone(room: &Path) -> Command {
    let mut command = regiment();
    command.env("XDG_CONFIG_HOME", room.join("config"));
    command.env("XDG_RUNTIME_DIR", room);
    command.env("HOME", room);
    command
}

pub fn transcript(words: &[&str], output: &Output) -> String {
    let Output { status, stdout, stderr } = output;
    let quoted = words.iter().map(|word| {
        let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_=.,:%+/".contains(c));
        if plain { (*word).to_owned() } else { format!("'{word}'") }
    });
    let text = format!(
        "$ regiment {}\n{}{}[{}]",
        quoted.collect::<Vec<_>>().join(" "),
        String::from_utf8_lossy(stderr),
        String::from_utf8_lossy(stdout),
        status.code().map_or_else(|| "killed".to_owned(), |code| code.to_string())
    );
    without_times(&text)
}

/// Times that this run alone has become one word of the same length.
pub fn without_times(text: &str) -> String {
    let is_time = |bytes: &[u8]| {
        bytes.iter().zip(b"dddd-dd-ddTdd:dd:dd.dddZ").all(|(byte, form)| match form {
            b'd' => byte.is_ascii_digit(),
            _ => byte == form,
        })
    };
    let mut bytes = text.as_bytes().to_vec();
    let length = "2026-01-02T03:04:05.678Z".len();
    for at in 0..bytes.len().saturating_sub(length - 1) {
        if is_time(&bytes[at..at + length]) {
            bytes[at..at + length].copy_from_slice(b"....-..-..T..:..:..-...Z");
        }
    }
    String::from_utf8(bytes).unwrap()
}
