//! QEMU's own control socket, as far as it is needed here. Events that are not known are ignored, and
//! a reply that comes after its deadline is not taken for that of a later command.

use std::io;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use thiserror::Error;
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use super::wire::{Lines, outcome};

/// Events that wait to be looked at. Whoever does not look for so long misses some, never the end.
const EVENTS_MAX: usize = 256;

/// What QEMU tells unasked, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The guest opened or closed the agent's port.
    Agent { open: bool },
    /// The guest switched itself off or was switched off.
    Shutdown,
    /// The machine started anew without its process ending.
    Reset,
    /// The machine stopped running its guest: it broke, or was paused.
    Halted,
    /// A device that was to be taken out is out.
    DeviceGone(String),
}

#[derive(Debug, Error)]
pub enum QmpError {
    #[error("QEMU refused: {0}")]
    Refused(String),
    #[error("QEMU does not answer")]
    Late,
    #[error("the connection to QEMU has ended")]
    Gone,
    #[error("QEMU cannot be talked to: {0}")]
    Io(#[from] io::Error),
}

/// A connection. There can be only one at a time: QEMU lets a second one wait without a word.
#[derive(Debug)]
pub struct Qmp {
    to: OwnedWriteHalf,
    replies: mpsc::Receiver<Value>,
    events: mpsc::Receiver<Event>,
    last_id: u64,
    reader: JoinHandle<()>,
}

impl Drop for Qmp {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Qmp {
    pub async fn connect(path: &Path, patience: Duration) -> Result<Qmp, QmpError> {
        let until = Instant::now() + patience;
        let stream = timeout_at(until, UnixStream::connect(path)).await;
        Qmp::greet(stream.map_err(|_| QmpError::Late)??, until).await
    }

    async fn greet(stream: UnixStream, until: Instant) -> Result<Qmp, QmpError> {
        let (from, to) = stream.into_split();
        let mut lines = Lines::new(from);
        let greeting = timeout_at(until, lines.next()).await.map_err(|_| QmpError::Late)??;
        let greeting = greeting.ok_or(QmpError::Gone)?;
        let greeting: Value = serde_json::from_slice(&greeting).map_err(io::Error::from)?;
        if greeting.get("QMP").is_none() {
            return Err(QmpError::Refused("it does not greet as QEMU does".to_owned()));
        }
        let (replied, replies) = mpsc::channel(8);
        let (told, events) = mpsc::channel(EVENTS_MAX);
        let reader = tokio::spawn(read(lines, replied, told));
        let mut qmp = Qmp { to, replies, events, last_id: 0, reader };
        qmp.ask_until("qmp_capabilities", json!({}), until).await?;
        Ok(qmp)
    }

    /// The answer to a command.
    pub async fn ask(
        &mut self,
        command: &str,
        arguments: Value,
        patience: Duration,
    ) -> Result<Value, QmpError> {
        self.ask_until(command, arguments, Instant::now() + patience).await
    }

    async fn ask_until(
        &mut self,
        command: &str,
        arguments: Value,
        until: Instant,
    ) -> Result<Value, QmpError> {
        self.last_id += 1;
        let mut line =
            json!({ "execute": command, "arguments": arguments, "id": self.last_id }).to_string();
        line.push('\n');
        timeout_at(until, self.to.write_all(line.as_bytes()))
            .await
            .map_err(|_| QmpError::Late)??;
        loop {
            let reply = timeout_at(until, self.replies.recv()).await;
            let reply = reply.map_err(|_| QmpError::Late)?.ok_or(QmpError::Gone)?;
            if reply["id"].as_u64() != Some(self.last_id) {
                // The late reply to a command that nobody waits for any more.
                continue;
            }
            return outcome(reply).map_err(QmpError::Refused);
        }
    }

    /// The next event; nothing when the connection has ended.
    pub async fn event(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// Waits for an event that fits; says whether it came in time. Others are dropped.
    pub async fn wait_for(
        &mut self,
        patience: Duration,
        mut fits: impl FnMut(&Event) -> bool,
    ) -> Result<bool, QmpError> {
        let found = timeout(patience, async {
            while let Some(event) = self.event().await {
                if fits(&event) {
                    return Ok(());
                }
            }
            Err(QmpError::Gone)
        });
        match found.await {
            Ok(found) => found.map(|()| true),
            Err(_) => Ok(false),
        }
    }

    /// Forgets events that nobody has looked at.
    pub fn forget_events(&mut self) {
        while self.events.try_recv().is_ok() {}
    }
}

/// Ends, and with it both channels, when QEMU does or says what no QEMU says.
async fn read(
    mut lines: Lines<OwnedReadHalf>,
    replied: mpsc::Sender<Value>,
    told: mpsc::Sender<Event>,
) {
    while let Ok(Some(line)) = lines.next().await {
        let Ok(message) = serde_json::from_slice::<Value>(&line) else { return };
        if message.get("event").is_some() {
            if let Some(event) = event_of(&message) {
                // A reader too slow for its events must not keep replies from it.
                let _ = told.try_send(event);
            }
        } else if replied.send(message).await.is_err() {
            return;
        }
    }
}

fn event_of(message: &Value) -> Option<Event> {
    let data = &message["data"];
    match message["event"].as_str()? {
        "VSERPORT_CHANGE" if data["id"] == super::launch::AGENT_PORT => {
            Some(Event::Agent { open: data["open"].as_bool()? })
        }
        "SHUTDOWN" => Some(Event::Shutdown),
        "RESET" => Some(Event::Reset),
        "STOP" | "GUEST_PANICKED" => Some(Event::Halted),
        "DEVICE_DELETED" => Some(Event::DeviceGone(data["device"].as_str()?.to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::unix::OwnedReadHalf;

    use super::*;

    const SOON: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(30);

    /// The other end of a connection, past the greeting.
    struct Peer {
        from: Lines<OwnedReadHalf>,
        to: OwnedWriteHalf,
    }

    impl Peer {
        async fn say(&mut self, text: &str) {
            self.to.write_all(format!("{text}\r\n").as_bytes()).await.unwrap();
        }

        async fn heard(&mut self) -> Value {
            serde_json::from_slice(&self.from.next().await.unwrap().unwrap()).unwrap()
        }
    }

    async fn connected() -> (Qmp, Peer) {
        let (near, far) = UnixStream::pair().unwrap();
        let (from, to) = far.into_split();
        let mut peer = Peer { from: Lines::new(from), to };
        let answers = async {
            peer.say(r#"{"QMP": {"version": {}, "capabilities": []}}"#).await;
            let asked = peer.heard().await;
            assert_eq!(asked["execute"], "qmp_capabilities");
            peer.say(&json!({ "return": {}, "id": asked["id"] }).to_string()).await;
        };
        let (qmp, ()) = tokio::join!(Qmp::greet(near, Instant::now() + LONG), answers);
        (qmp.unwrap(), peer)
    }

    #[tokio::test]
    async fn unknown_events_are_ignored_and_replies_found_among_them() {
        let (mut qmp, mut peer) = connected().await;
        let answers = async {
            let asked = peer.heard().await;
            peer.say(r#"{"event": "NEVER_HEARD_OF", "data": {"x": [1]}, "timestamp": {}}"#).await;
            peer.say(r#"{"event": "VSERPORT_CHANGE", "data": {"id": "other", "open": true}}"#)
                .await;
            peer.say(r#"{"event": "VSERPORT_CHANGE", "data": {"id": "agent", "open": true}}"#)
                .await;
            peer.say(&json!({ "return": { "status": "running" }, "id": asked["id"] }).to_string())
                .await;
        };
        let (status, ()) = tokio::join!(qmp.ask("query-status", json!({}), LONG), answers);
        assert_eq!(status.unwrap()["status"], "running");
        assert_eq!(qmp.event().await, Some(Event::Agent { open: true }));
        drop(peer);
        assert_eq!(qmp.event().await, None);
        assert!(matches!(
            qmp.ask("quit", json!({}), LONG).await,
            Err(QmpError::Gone | QmpError::Io(_))
        ));
    }

    #[tokio::test]
    async fn a_late_reply_is_not_taken_for_the_next_one() {
        let (mut qmp, mut peer) = connected().await;
        assert!(matches!(qmp.ask("stop", json!({}), SOON).await, Err(QmpError::Late)));
        let late = peer.heard().await;
        let answers = async {
            let asked = peer.heard().await;
            peer.say(&json!({ "return": "late", "id": late["id"] }).to_string()).await;
            let error = json!({ "class": "GenericError", "desc": "no such thing" });
            peer.say(&json!({ "error": error, "id": asked["id"] }).to_string()).await;
        };
        let (reply, ()) = tokio::join!(qmp.ask("device_del", json!({}), LONG), answers);
        assert!(matches!(reply, Err(QmpError::Refused(text)) if text == "no such thing"));
    }

    #[tokio::test]
    async fn a_flood_of_events_ends_nothing() {
        let (mut qmp, mut peer) = connected().await;
        for _ in 0..EVENTS_MAX * 2 {
            peer.say(r#"{"event": "RESET", "data": {"guest": true}}"#).await;
        }
        let answers = async {
            let asked = peer.heard().await;
            peer.say(&json!({ "return": {}, "id": asked["id"] }).to_string()).await;
        };
        let (reply, ()) = tokio::join!(qmp.ask("cont", json!({}), LONG), answers);
        reply.unwrap();
        assert!(qmp.wait_for(LONG, |event| *event == Event::Reset).await.unwrap());
        qmp.forget_events();
        assert!(!qmp.wait_for(SOON, |event| *event == Event::Reset).await.unwrap());
    }

    #[tokio::test]
    async fn silence_and_nonsense_are_no_greeting() {
        let (near, far) = UnixStream::pair().unwrap();
        let silent = Qmp::greet(near, Instant::now() + SOON).await;
        assert!(matches!(silent, Err(QmpError::Late)));
        drop(far);
        let (near, mut far) = UnixStream::pair().unwrap();
        far.write_all(b"{\"hello\": 1}\n").await.unwrap();
        let strange = Qmp::greet(near, Instant::now() + LONG).await;
        assert!(matches!(strange, Err(QmpError::Refused(_))));
    }
}
