use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{AssetKey, ProjectId, Time, WebhookId};
use crate::events::{Event, EventSort, Told};
use crate::vault::Sealed;

/// Somebody who is told of a project's events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    pub id: WebhookId,
    pub project: ProjectId,
    pub url: Arc<str>,
    /// What it is told of; empty: everything.
    pub kinds: Vec<EventSort>,
    /// What what it is told is signed with.
    pub secret: Sealed,
    pub created_at: Time,
    /// Everything up to this event is delivered, or a dead letter, or lost.
    pub through: u64,
    /// How many events, dead letters among them, were let go because there were too many.
    pub lost: u64,
}

impl Webhook {
    /// Whether it is still to be told of an event.
    pub fn wants(&self, event: &Event) -> bool {
        event.project == self.project
            && event.seq > self.through
            && (self.kinds.is_empty() || self.kinds.contains(&event.kind.sort()))
    }

    pub(crate) const fn key(&self) -> AssetKey {
        AssetKey::Webhook(self.project, self.id)
    }
}

/// An event that a webhook did not take however often it was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    pub webhook: WebhookId,
    pub told: Told,
    /// How often it was tried the last time.
    pub attempts: u32,
    /// Why the last try failed.
    pub failure: Arc<str>,
    pub failed_at: Time,
    /// It is to be tried again.
    pub again: bool,
}

impl DeadLetter {
    pub(crate) const fn key(&self) -> AssetKey {
        AssetKey::DeadLetter(self.told.event.project, self.webhook, self.told.event.seq)
    }
}
