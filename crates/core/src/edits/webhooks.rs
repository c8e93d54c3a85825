//! Who is told of a project's events, and how far that has come.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, Put};
use crate::events::EventSort;
use crate::limits;
use crate::model::{Asset, DeadLetter, Fault, FaultKind, Webhook, WebhookId};
use crate::vault::Sealed;

/// Tell somebody of what happens from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddWebhook {
    pub url: Arc<str>,
    pub kinds: Vec<EventSort>,
    pub secret: Sealed,
}

impl EditRules for AddWebhook {
    fn name(&self) -> &'static str {
        "add_webhook"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let AddWebhook { url, kinds, secret } = self.clone();
        if desk.world.webhooks(desk.project).count() >= limits::WEBHOOKS_MAX {
            return Err(Fault::with(FaultKind::QuotaExceeded, "webhooks"));
        }
        let webhook = Webhook {
            id: WebhookId(desk.chance.uuid()),
            project: desk.project,
            url,
            kinds,
            secret,
            created_at: desk.now,
            through: desk.world.next_event() - 1,
            lost: 0,
        };
        Ok(Put::Asset(Asset::Webhook(webhook)).into())
    }
}

/// Tell it no more; what it was not told yet is forgotten. One that is not there is as ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveWebhook {
    pub id: WebhookId,
}

impl EditRules for RemoveWebhook {
    fn name(&self) -> &'static str {
        "remove_webhook"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let Some(webhook) = desk.world.webhook(desk.project, self.id) else {
            return Ok(Edited::default());
        };
        let letters = desk.world.dead_letters(webhook);
        let mut puts: Vec<Put> = letters.map(|letter| Put::NoAsset(letter.key())).collect();
        puts.push(Put::NoAsset(webhook.key()));
        Ok(Edited { puts, answers: Vec::new() })
    }
}

/// Try dead letters again: those of these events, or all if none is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redeliver {
    pub id: WebhookId,
    pub events: Vec<u64>,
}

impl EditRules for Redeliver {
    fn name(&self) -> &'static str {
        "redeliver"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let Some(webhook) = desk.world.webhook(desk.project, self.id) else {
            return Ok(Edited::default());
        };
        let named: BTreeSet<u64> = self.events.iter().copied().collect();
        let letters = desk.world.dead_letters(webhook);
        let puts = letters
            .filter(|letter| named.is_empty() || named.contains(&letter.told.event.seq))
            .map(|letter| DeadLetter { again: true, ..letter.clone() })
            .map(|letter| Put::Asset(Asset::DeadLetter(letter)));
        Ok(Edited { puts: puts.collect(), answers: Vec::new() })
    }
}

/// What has become of deliveries, as whoever makes them says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteDeliveries {
    pub id: WebhookId,
    /// Everything up to here is done with.
    pub through: u64,
    /// A dead letter that was taken after all, by its event.
    pub taken: Option<u64>,
    /// An event that is given up for now, for the first time or once more.
    pub given_up: Option<DeadLetter>,
}

impl EditRules for NoteDeliveries {
    fn name(&self) -> &'static str {
        "note_deliveries"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let NoteDeliveries { id, through, taken, given_up } = self;
        // It may have been removed meanwhile.
        let Some(webhook) = desk.world.webhook(desk.project, *id) else {
            return Ok(Edited::default());
        };
        let settled = |letter: &DeadLetter| {
            let seq = letter.told.event.seq;
            *taken == Some(seq)
                || given_up.as_ref().is_some_and(|given_up| given_up.told.event.seq == seq)
        };
        let letters = || desk.world.dead_letters(webhook);
        let others = letters().filter(|letter| !settled(letter)).count();
        let too_many =
            (others + usize::from(given_up.is_some())).saturating_sub(limits::DEAD_LETTERS_MAX);
        let mut puts: Vec<Put> = letters()
            .filter(|letter| !settled(letter))
            .take(too_many)
            .map(|letter| Put::NoAsset(letter.key()))
            .collect();
        let webhook = Webhook {
            through: webhook.through.max(*through),
            lost: webhook.lost + puts.len() as u64,
            ..webhook.clone()
        };
        let gone = letters().find(|letter| *taken == Some(letter.told.event.seq));
        puts.extend(gone.map(|letter| Put::NoAsset(letter.key())));
        puts.extend(given_up.iter().map(|letter| Put::Asset(Asset::DeadLetter(letter.clone()))));
        puts.push(Put::Asset(Asset::Webhook(webhook)));
        Ok(Edited { puts, answers: Vec::new() })
    }
}
