//! Tells webhooks what happened: at least once, in order for each of them, as long as it takes.
//!
//! What is to be told is durable before it is seen here, and how far that has come is noted by edits like
//! any other. A process that is killed tells again what it had not noted.

mod post;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use regiment_core::command::Command;
use regiment_core::edits::{Edit, NoteDeliveries};
use regiment_core::events::Told;
use regiment_core::model::{DeadLetter, ProjectId, RequestId, Webhook, WebhookId};
use regiment_core::ops::Operation;
use regiment_core::record;
use regiment_core::store::Archive;
use regiment_core::vault::{Secret, Vault as _};
use regiment_dialects::native::Notice;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::closing::Closing;
use crate::config::Deliveries;
use crate::engine_thread::EngineHandle;
use crate::events::Events;
use crate::published::Published;
use crate::vault::KeyVault;
pub use post::Poster;

/// Deliveries are noted after so many, or after so long: what is told twice after a crash is no more.
const NOTED_AFTER: u32 = 64;
const NOTED_AFTER_TIME: Duration = Duration::from_millis(250);

/// Who it is that notes deliveries.
const PRINCIPAL: &str = "regiment";

/// What deliveries are made with.
pub struct Courier {
    pub engine: EngineHandle,
    pub published: Arc<Published>,
    pub events: Arc<Events>,
    pub archive: Arc<dyn Archive>,
    pub vault: Arc<KeyVault>,
    pub clock: Arc<dyn Clock>,
    pub closing: Closing,
    pub rules: Deliveries,
    pub poster: Poster,
}

/// There is nothing more to do: the server closes, or the webhook is gone.
struct Over;

impl Courier {
    /// Serves each webhook by a task of its own, until the server closes.
    pub async fn run(self: Arc<Courier>) {
        let mut news = self.events.news();
        let mut at_work: HashMap<WebhookId, JoinHandle<()>> = HashMap::new();
        let mut closing = self.closing.clone();
        loop {
            news.mark_unchanged();
            at_work.retain(|_, task| !task.is_finished());
            let there: Vec<(ProjectId, WebhookId)> = self.published.look(|view| {
                view.world.all_webhooks().map(|webhook| (webhook.project, webhook.id)).collect()
            });
            for (project, id) in there {
                let courier = self.clone();
                at_work.entry(id).or_insert_with(|| {
                    tokio::spawn(async move {
                        let mut closing = courier.closing.clone();
                        let mut route = Route::new(courier, project, id);
                        tokio::select! {
                            Over = route.serve() => {}
                            () = closing.begun() => {}
                        }
                    })
                });
            }
            tokio::select! {
                changed = news.changed() => if changed.is_err() { break },
                () = closing.begun() => break,
            }
        }
        // The store is free for another process only when nobody here reads it any more.
        for task in at_work.into_values() {
            let _ = task.await;
        }
    }
}

/// The way to one webhook.
struct Route {
    courier: Arc<Courier>,
    project: ProjectId,
    id: WebhookId,
    /// Everything up to here is done with, noted or not.
    through: u64,
    unnoted: u32,
    noted_at: Instant,
}

impl Route {
    fn new(courier: Arc<Courier>, project: ProjectId, id: WebhookId) -> Route {
        Route { courier, project, id, through: 0, unnoted: 0, noted_at: Instant::now() }
    }

    async fn serve(&mut self) -> Over {
        let mut news = self.courier.events.news();
        loop {
            news.mark_unchanged();
            match self.next_lot().await {
                Ok(true) => {}
                Ok(false) => {
                    if news.changed().await.is_err() {
                        return Over;
                    }
                }
                Err(over) => return over,
            }
        }
    }

    /// The webhook as it is now, and the first of its dead letters that is to be tried again.
    fn look(&self) -> Result<(Webhook, Option<DeadLetter>), Over> {
        self.courier.published.look(|view| {
            let webhook = view.world.webhook(self.project, self.id).ok_or(Over)?;
            let letter = view.world.dead_letters(webhook).find(|letter| letter.again);
            Ok((webhook.clone(), letter.cloned()))
        })
    }

    /// Does what is to be done next. Says whether there was anything.
    async fn next_lot(&mut self) -> Result<bool, Over> {
        let (webhook, letter) = self.look()?;
        self.through = self.through.max(webhook.through);
        if let Some(letter) = letter {
            let seq = letter.told.event.seq;
            match self.deliver(&letter.told).await? {
                None => self.note(Some(seq), None).await?,
                Some(failed) => self.note(None, Some(failed)).await?,
            }
            return Ok(true);
        }
        let from = record::number_key(self.through + 1);
        let row = match self.courier.archive.outbox_from(&from) {
            Ok(row) => row,
            Err(error) => {
                tracing::error!(%error, "what webhooks are to be told cannot be read");
                return Ok(false);
            }
        };
        let Some((key, row)) = row else { return Ok(false) };
        let told = record::outbox_row(&row).unwrap_or_else(|error| {
            tracing::error!(%error, "what a webhook was to be told cannot be read");
            Vec::new()
        });
        for told in told.iter().filter(|told| webhook.wants(&told.event)) {
            // Some of the row may have been done before.
            if told.event.seq <= self.through {
                continue;
            }
            let failed = self.deliver(told).await?;
            self.through = told.event.seq;
            self.unnoted += 1;
            let due = self.unnoted >= NOTED_AFTER || self.noted_at.elapsed() >= NOTED_AFTER_TIME;
            if failed.is_some() || due {
                self.note(None, failed).await?;
            }
        }
        self.through = self.through.max(record::number(&key).unwrap_or(self.through));
        self.note(None, None).await?;
        Ok(true)
    }

    /// Tells the webhook of one event until it takes it. Gives back a dead letter if it never did.
    async fn deliver(&self, told: &Told) -> Result<Option<DeadLetter>, Over> {
        let courier = &*self.courier;
        let mut wait = courier.rules.backoff;
        let mut attempt = 1;
        loop {
            // It may be gone, or go elsewhere, by the next try.
            let (webhook, _) = self.look()?;
            let failure = match courier.vault.open(&webhook.secret) {
                Some(secret) => courier.post(&webhook, told, &secret).await.err(),
                None => Some("its secret cannot be opened with the key of this server".to_owned()),
            };
            let Some(failure) = failure else { return Ok(None) };
            tracing::debug!(webhook = %self.id, event = told.event.seq, attempt, failure, "not taken");
            if attempt >= courier.rules.attempts {
                return Ok(Some(DeadLetter {
                    webhook: self.id,
                    told: told.clone(),
                    attempts: attempt,
                    failure: failure.into(),
                    failed_at: courier.clock.now(),
                    again: false,
                }));
            }
            attempt += 1;
            tokio::time::sleep(jittered(wait)).await;
            wait = (wait * 2).min(courier.rules.backoff_max);
        }
    }

    /// Makes durable what was done.
    async fn note(&mut self, taken: Option<u64>, given_up: Option<DeadLetter>) -> Result<(), Over> {
        let note = NoteDeliveries { id: self.id, through: self.through, taken, given_up };
        let operation = Operation::from(Edit::NoteDeliveries(note));
        let request = RequestId(u128::from_be_bytes(random()));
        let command = Command::new(
            self.project,
            PRINCIPAL.into(),
            "webhooks",
            request,
            operation,
            Vec::new(),
        );
        let pending = self.courier.engine.submit(command, false).map_err(|_| Over)?;
        pending.reply.await.map_err(|_| Over)?.map_err(|fault| {
            tracing::error!(%fault, "deliveries could not be noted");
            Over
        })?;
        self.unnoted = 0;
        self.noted_at = Instant::now();
        Ok(())
    }
}

impl Courier {
    /// One try. An error says what was wrong.
    async fn post(&self, webhook: &Webhook, told: &Told, secret: &Secret) -> Result<(), String> {
        let notice = Notice::of(told, secret, self.clock.now());
        let sent = self.poster.post(&webhook.url, notice);
        match tokio::time::timeout(self.rules.timeout, sent).await {
            Ok(Ok(200..=299)) => Ok(()),
            Ok(Ok(status)) => Err(format!("it answered {status}")),
            Ok(Err(why)) => Err(why),
            Err(_) => Err(format!("no answer within {} s", self.rules.timeout.as_secs_f32())),
        }
    }
}

/// Between half of a wait and all of it, so that those who failed together do not come back together.
fn jittered(wait: Duration) -> Duration {
    let bits = u32::from_be_bytes(random());
    wait / 2 + (wait / 2).mul_f64(f64::from(bits) / f64::from(u32::MAX))
}

fn random<const BYTES: usize>() -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}
