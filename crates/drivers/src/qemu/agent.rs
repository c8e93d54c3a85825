//! The agent in a guest, over its socket. Nothing that it says is trusted: replies are bounded, have
//! deadlines, and before each question both sides agree on a random number, so that the late answer
//! to an earlier question is never taken for that to the present one.

use std::io;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use thiserror::Error;
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::{Instant, sleep, timeout_at};

use super::wire::{Lines, outcome};

/// What no JSON text contains: an agent that reads it drops all that came before.
const DELIMITER: u8 = 0xFF;
/// How soon a program in the guest is asked for whether it has ended, and how seldom if it takes long.
const ASK_AGAIN: Duration = Duration::from_millis(50);
const ASK_AGAIN_MAX: Duration = Duration::from_secs(1);
/// As much as one writes into a file of the guest at a time.
const WRITE_MAX: usize = 48 << 10;

#[derive(Debug, Error)]
pub enum AgentError {
    /// In the agent's own words.
    #[error("the agent refused: {0}")]
    Refused(String),
    #[error("the agent does not answer")]
    Silent,
    #[error("the agent cannot be talked to: {0}")]
    Io(#[from] io::Error),
}

/// What became of a program that was run in a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    pub exit_code: Option<i64>,
    /// As much as the agent kept of it.
    pub output: Vec<u8>,
}

/// How a guest is to go down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Down {
    Off,
    Restart,
}

/// A connection to the agent's socket, which is there whether or not the agent is.
#[derive(Debug)]
pub struct Agent {
    from: Lines<OwnedReadHalf>,
    to: OwnedWriteHalf,
}

impl Agent {
    pub async fn connect(path: &Path, patience: Duration) -> Result<Agent, AgentError> {
        let stream = timeout_at(Instant::now() + patience, UnixStream::connect(path)).await;
        Ok(Agent::on(stream.map_err(|_| AgentError::Silent)??))
    }

    fn on(stream: UnixStream) -> Agent {
        let (from, to) = stream.into_split();
        Agent { from: Lines::new(from), to }
    }

    /// Whether it answers by then.
    pub async fn ping(&mut self, patience: Duration) -> Result<(), AgentError> {
        self.ask("guest-ping", json!({}), patience).await.map(drop)
    }

    /// Sets a password: in clear, or as the hash that the guest's system keeps of it.
    pub async fn set_password(
        &mut self,
        user: &str,
        password: &str,
        crypted: bool,
        patience: Duration,
    ) -> Result<(), AgentError> {
        let password = BASE64.encode(password);
        let arguments = json!({ "username": user, "password": password, "crypted": crypted });
        self.ask("guest-set-user-password", arguments, patience).await.map(drop)
    }

    pub async fn add_key(
        &mut self,
        user: &str,
        key: &str,
        patience: Duration,
    ) -> Result<(), AgentError> {
        let arguments = json!({ "username": user, "keys": [key] });
        self.ask("guest-ssh-add-authorized-keys", arguments, patience).await.map(drop)
    }

    /// Asks the guest to go down. It has no time to answer when it does.
    pub async fn shut_down(&mut self, how: Down, patience: Duration) -> Result<(), AgentError> {
        let until = Instant::now() + patience;
        self.agree(until).await?;
        let mode = match how {
            Down::Off => "powerdown",
            Down::Restart => "reboot",
        };
        self.send("guest-shutdown", json!({ "mode": mode }), until).await
    }

    /// Writes a whole file in the guest.
    pub async fn write_file(
        &mut self,
        path: &str,
        bytes: &[u8],
        patience: Duration,
    ) -> Result<(), AgentError> {
        let open = json!({ "path": path, "mode": "w" });
        let handle = self.ask("guest-file-open", open, patience).await?;
        for piece in bytes.chunks(WRITE_MAX) {
            let write = json!({ "handle": handle, "buf-b64": BASE64.encode(piece) });
            let written = self.ask("guest-file-write", write, patience).await?;
            if written["count"].as_u64() != Some(piece.len() as u64) {
                return Err(AgentError::Refused(format!("{path} was not written whole")));
            }
        }
        self.ask("guest-file-close", json!({ "handle": handle }), patience).await.map(drop)
    }

    /// Runs a program in the guest to its end, without a shell.
    pub async fn run(
        &mut self,
        path: &str,
        arguments: &[&str],
        patience: Duration,
    ) -> Result<Ran, AgentError> {
        let until = Instant::now() + patience;
        let exec = json!({ "path": path, "arg": arguments, "capture-output": true });
        let pid = self.ask_until("guest-exec", exec, until).await?["pid"].clone();
        let mut pause = ASK_AGAIN;
        loop {
            let ask = json!({ "pid": pid });
            let status = self.ask_until("guest-exec-status", ask, until).await?;
            if status["exited"].as_bool() == Some(true) {
                let output = status["out-data"].as_str().unwrap_or_default();
                let output = BASE64.decode(output).unwrap_or_default();
                return Ok(Ran { exit_code: status["exitcode"].as_i64(), output });
            }
            if Instant::now() >= until {
                return Err(AgentError::Silent);
            }
            sleep(pause).await;
            pause = (pause * 2).min(ASK_AGAIN_MAX);
        }
    }

    /// Begins a program in the guest and does not wait for its end.
    pub async fn begin(&mut self, path: &str, patience: Duration) -> Result<(), AgentError> {
        self.ask("guest-exec", json!({ "path": path }), patience).await.map(drop)
    }

    async fn ask(
        &mut self,
        command: &str,
        arguments: Value,
        patience: Duration,
    ) -> Result<Value, AgentError> {
        self.ask_until(command, arguments, Instant::now() + patience).await
    }

    async fn ask_until(
        &mut self,
        command: &str,
        arguments: Value,
        until: Instant,
    ) -> Result<Value, AgentError> {
        self.agree(until).await?;
        self.send(command, arguments, until).await?;
        outcome(self.reply(until).await?).map_err(AgentError::Refused)
    }

    /// Both sides start anew: whatever the agent was still saying is dropped.
    async fn agree(&mut self, until: Instant) -> Result<(), AgentError> {
        let random = getrandom::u32().map_err(|error| io::Error::other(error.to_string()))?;
        self.from.forget();
        let ask = json!({ "execute": "guest-sync-delimited", "arguments": { "id": random } });
        let mut bytes = vec![DELIMITER];
        bytes.extend(format!("{ask}\n").bytes());
        timeout_at(until, self.to.write_all(&bytes)).await.map_err(|_| AgentError::Silent)??;
        loop {
            let dropped = timeout_at(until, self.from.until(DELIMITER)).await;
            dropped.map_err(|_| AgentError::Silent)??.ok_or(AgentError::Silent)?;
            // Without this number it is the answer to an earlier attempt.
            let Ok(reply) = self.reply(until).await else { return Err(AgentError::Silent) };
            if reply["return"].as_u64() == Some(u64::from(random)) {
                return Ok(());
            }
        }
    }

    async fn send(
        &mut self,
        command: &str,
        arguments: Value,
        until: Instant,
    ) -> Result<(), AgentError> {
        let line = format!("{}\n", json!({ "execute": command, "arguments": arguments }));
        let sent = timeout_at(until, self.to.write_all(line.as_bytes())).await;
        Ok(sent.map_err(|_| AgentError::Silent)??)
    }

    async fn reply(&mut self, until: Instant) -> Result<Value, AgentError> {
        let line = timeout_at(until, self.from.next()).await;
        let line = line.map_err(|_| AgentError::Silent)??.ok_or(AgentError::Silent)?;
        Ok(serde_json::from_slice(&line).map_err(io::Error::from)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(30);

    struct Guest {
        from: Lines<OwnedReadHalf>,
        to: OwnedWriteHalf,
    }

    impl Guest {
        async fn heard(&mut self) -> Value {
            let line = self.from.next().await.unwrap().unwrap();
            let line = line.strip_prefix(&[DELIMITER]).unwrap_or(&line);
            serde_json::from_slice(line).unwrap()
        }

        async fn say(&mut self, value: &Value) {
            self.to.write_all(format!("{value}\n").as_bytes()).await.unwrap();
        }

        async fn agree(&mut self) -> Value {
            let asked = self.heard().await;
            assert_eq!(asked["execute"], "guest-sync-delimited");
            let id = asked["arguments"]["id"].clone();
            self.to.write_all(&[DELIMITER]).await.unwrap();
            self.say(&json!({ "return": id })).await;
            id
        }

        async fn answer(&mut self, command: &str, reply: &Value) -> Value {
            self.agree().await;
            let asked = self.heard().await;
            assert_eq!(asked["execute"], command);
            self.say(reply).await;
            asked["arguments"].clone()
        }
    }

    fn pair() -> (Agent, Guest) {
        let (near, far) = UnixStream::pair().unwrap();
        let (from, to) = far.into_split();
        (Agent::on(near), Guest { from: Lines::new(from), to })
    }

    #[tokio::test]
    async fn a_password_goes_in_base64_and_a_refusal_comes_back_in_words() {
        let (mut agent, mut guest) = pair();
        let done = json!({ "return": {} });
        let (set, asked) = tokio::join!(
            agent.set_password("root", "$6$x$y", true, LONG),
            guest.answer("guest-set-user-password", &done)
        );
        set.unwrap();
        assert_eq!(asked, json!({ "username": "root", "password": "JDYkeCR5", "crypted": true }));
        let error = json!({ "error": { "class": "GenericError", "desc": "no such user" } });
        let (set, _) = tokio::join!(
            agent.set_password("nobody", "x", false, LONG),
            guest.answer("guest-set-user-password", &error)
        );
        assert!(matches!(set, Err(AgentError::Refused(text)) if text == "no such user"));
    }

    #[tokio::test]
    async fn the_late_answer_of_a_guest_that_hung_is_dropped() {
        let (mut agent, mut guest) = pair();
        assert!(matches!(agent.ping(SOON).await, Err(AgentError::Silent)));
        let answers = async {
            // It wakes up and answers all it was asked, the old things first.
            let late = guest.agree().await;
            guest.say(&json!({ "return": { "old": true } })).await;
            let second = guest.agree().await;
            assert_ne!(late, second);
            assert_eq!(guest.heard().await["execute"], "guest-ping");
            guest.say(&json!({ "return": {} })).await;
        };
        let (pinged, ()) = tokio::join!(agent.ping(LONG), answers);
        pinged.unwrap();
    }

    #[tokio::test]
    async fn a_guest_that_talks_without_end_is_not_listened_to() {
        let (mut agent, mut guest) = pair();
        let flood =
            tokio::spawn(async move { while guest.to.write_all(&[b'x'; 4_096]).await.is_ok() {} });
        assert!(agent.ping(LONG).await.is_err());
        drop(agent);
        flood.await.unwrap();
    }

    #[tokio::test]
    async fn a_program_is_run_to_its_end_and_one_that_does_not_end_is_left() {
        let (mut agent, mut guest) = pair();
        let answers = async {
            let asked = guest.answer("guest-exec", &json!({ "return": { "pid": 7 } })).await;
            assert_eq!(asked["arg"], json!(["-c", "a b; c"]));
            guest.answer("guest-exec-status", &json!({ "return": { "exited": false } })).await;
            let done = json!({ "exited": true, "exitcode": 3, "out-data": "aGk=" });
            guest.answer("guest-exec-status", &json!({ "return": done })).await;
        };
        let (ran, ()) = tokio::join!(agent.run("/bin/x", &["-c", "a b; c"], LONG), answers);
        assert_eq!(ran.unwrap(), Ran { exit_code: Some(3), output: b"hi".to_vec() });
    }

    #[tokio::test]
    async fn a_file_is_written_in_pieces() {
        let (mut agent, mut guest) = pair();
        let bytes = vec![7; WRITE_MAX + 1];
        let answers = async {
            let asked = guest.answer("guest-file-open", &json!({ "return": 5 })).await;
            assert_eq!(asked, json!({ "path": "/etc/x", "mode": "w" }));
            for length in [WRITE_MAX, 1] {
                let written = json!({ "return": { "count": length, "eof": false } });
                let asked = guest.answer("guest-file-write", &written).await;
                assert_eq!(asked["handle"], 5);
            }
            guest.answer("guest-file-close", &json!({ "return": {} })).await;
        };
        let (written, ()) = tokio::join!(agent.write_file("/etc/x", &bytes, LONG), answers);
        written.unwrap();
    }
}
