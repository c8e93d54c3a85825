//! The recent past, shared: the engine's thread adds to it, streams and webhooks read it, and are told
//! when there is more.

use parking_lot::Mutex;
use regiment_core::apply::Change;
use regiment_core::events::{Recent, Since, since};
use tokio::sync::watch;

#[derive(Debug)]
pub struct Events {
    recent: Mutex<Recent>,
    /// The number that the next event gets.
    news: watch::Sender<u64>,
}

impl Events {
    /// Begins with what is known of the past.
    pub fn new(recent: Recent) -> Events {
        let (news, _) = watch::channel(recent.next());
        Events { recent: Mutex::new(recent), news }
    }

    /// Remembers a turn whose last event is the one before `end`.
    pub fn push(&self, end: u64, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        self.recent.lock().push(end, changes);
        // Also when nothing of it is an event: something else may be to be done by now.
        self.news.send_replace(end);
    }

    /// The events from number `seq` on, at most `count_max` of them.
    pub fn since(&self, seq: u64, count_max: usize) -> Since {
        since(|| self.recent.lock(), seq, count_max)
    }

    /// The number that the next event gets.
    pub fn next(&self) -> u64 {
        *self.news.borrow()
    }

    /// Changes whenever something happened.
    pub fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }
}
