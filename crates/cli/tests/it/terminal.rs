//! What a person at a terminal is shown and asked.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::process::{Child, Stdio};
use std::thread::JoinHandle;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::cli::Person;
use crate::daemon::Daemon;

/// A command whose input and complaints are a terminal's.
struct Seated {
    child: Child,
    terminal: File,
    seen: JoinHandle<String>,
}

impl Seated {
    fn start(person: &Person<'_>, words: &[&str]) -> Seated {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let size = Winsize { ws_row: 24, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&terminal, size).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap();
        let side =
            || OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        let child = person
            .command()
            .env("TERM", "xterm")
            .args(words)
            .stdin(Stdio::from(side()))
            .stderr(Stdio::from(side()))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let terminal = File::from(terminal);
        let mut reader = terminal.try_clone().unwrap();
        let seen = std::thread::spawn(move || {
            let (mut seen, mut some) = (Vec::new(), [0; 4096]);
            // An error is how a terminal says that nobody writes to it any more.
            while let Ok(count @ 1..) = reader.read(&mut some) {
                seen.extend_from_slice(&some[..count]);
            }
            String::from_utf8_lossy(&seen).into_owned()
        });
        Seated { child, terminal, seen }
    }

    fn types(&mut self, text: &str) {
        self.terminal.write_all(text.as_bytes()).unwrap();
    }

    /// The exit status, what the terminal showed, and what was said.
    fn ended(self) -> (Option<i32>, String, String) {
        let Seated { child, terminal: _terminal, seen } = self;
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), seen.join().unwrap(), said)
    }
}

#[test]
fn a_bar_counts_the_servers() {
    let daemon =
        Daemon::start(&["--ephemeral", "--fleet=12", "--pace=quick", "--stubborn=2", "--seed=7"]);
    let person = Person { daemon: &daemon };
    let (status, seen, said) = Seated::start(&person, &["stop", "server-*", "--wait"]).ended();
    assert_eq!(status, Some(3));
    assert!(seen.contains("stop [") && seen.contains("/12 "), "{seen:?}");
    assert!(seen.contains("running"), "{seen:?}");
    assert!(said.contains("REASON") && !said.contains('['), "{said}");
}

#[test]
fn who_is_asked_can_say_no() {
    let daemon = Daemon::start(&["--ephemeral", "--fleet=12", "--pace=instant"]);
    let person = Person { daemon: &daemon };
    let left = || person.json(&["servers"])["servers"].as_array().unwrap().len();
    let words = ["delete", "server-00*", "--wait"];
    let mut asked = Seated::start(&person, &words);
    asked.types("\n");
    let (status, seen, said) = asked.ended();
    assert_eq!((status, said.as_str(), left()), (Some(1), "", 12));
    assert!(seen.contains("server-0001, server-0002"), "{seen:?}");
    assert!(seen.contains(", and 2 more") && seen.contains("Really delete 12 servers? [y/N]"));
    let mut asked = Seated::start(&person, &words);
    asked.types("y\n");
    let (status, seen, said) = asked.ended();
    assert_eq!((status, left()), (Some(0), 0), "{seen} {said}");
}
