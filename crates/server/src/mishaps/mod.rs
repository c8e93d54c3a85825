//! What goes wrong on purpose: the fault rules of this plane, and where they are met. What a rule is
//! and whether it fires is said in [`regiment_dialects::rules`]; what it does is done here, to a
//! request on its way ([`passage`]) and to the work of a driver ([`driver`]).

mod driver;
mod passage;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use regiment_core::driver::Wake;
use regiment_core::model::Time;
use regiment_dialects::rules::{Book, Met, Occasion};
use tokio::sync::watch;

pub use driver::Mishandled;
pub use passage::{Passage, Way};

/// The rules, for all who meet them.
pub struct Mishaps {
    book: Mutex<Book>,
    /// Whether there is any rule, so that a plane without costs nobody a lock.
    any: AtomicBool,
    changed: watch::Sender<()>,
    /// Has the driver's work looked at once more.
    wake: OnceLock<Wake>,
}

impl Mishaps {
    pub fn new(seed: u64) -> Mishaps {
        let (changed, _) = watch::channel(());
        Mishaps {
            book: Mutex::new(Book::new(seed)),
            any: AtomicBool::new(false),
            changed,
            wake: OnceLock::new(),
        }
    }

    pub fn any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    pub fn meet(&self, occasion: &Occasion<'_>, now: Time) -> Option<Met> {
        if self.any() { self.book.lock().meet(occasion, now) } else { None }
    }

    /// A look at the rules that may change them.
    pub fn change<R>(&self, change: impl FnOnce(&mut Book) -> R) -> R {
        let mut book = self.book.lock();
        let made = change(&mut book);
        self.any.store(!book.is_empty(), Ordering::Relaxed);
        drop(book);
        self.changed.send_replace(());
        if let Some(wake) = self.wake.get() {
            wake();
        }
        made
    }

    pub fn is_kept(&self, rule: u64) -> bool {
        self.any() && self.book.lock().get(rule).is_some()
    }

    /// Resolves when the rule is no longer there.
    pub async fn gone(&self, rule: u64) {
        let mut changed = self.changed.subscribe();
        while self.is_kept(rule) {
            // The sender is ours and lives as long as we do.
            if changed.changed().await.is_err() {
                return;
            }
        }
    }

    /// Whom to tell that the driver has something to collect.
    fn wake_by(&self, wake: Wake) {
        // A plane has one engine; a second one would be told nothing.
        let _ = self.wake.set(wake);
    }
}

/// Handles on the same rules.
pub type Shared = Arc<Mishaps>;
