//! Webhooks, and what they did not take.

use super::World;
use crate::model::{Asset, AssetKey, DeadLetter, ProjectId, Webhook, WebhookId};

const LAST: WebhookId = WebhookId(u128::MAX);

impl World {
    pub fn webhook(&self, project: ProjectId, id: WebhookId) -> Option<&Webhook> {
        self.asset(&AssetKey::Webhook(project, id)).and_then(as_webhook)
    }

    /// A project's webhooks, by id.
    pub fn webhooks(&self, project: ProjectId) -> impl Iterator<Item = &Webhook> {
        let ends = AssetKey::Webhook(project, WebhookId(0))..=AssetKey::Webhook(project, LAST);
        self.assets.range(ends).filter_map(|(_, asset)| as_webhook(asset))
    }

    /// Every project's.
    pub fn all_webhooks(&self) -> impl Iterator<Item = &Webhook> {
        let first = AssetKey::Webhook(ProjectId(0), WebhookId(0));
        let ends = first..=AssetKey::Webhook(ProjectId(u128::MAX), LAST);
        self.assets.range(ends).filter_map(|(_, asset)| as_webhook(asset))
    }

    /// What a webhook did not take, oldest first.
    pub fn dead_letters(&self, webhook: &Webhook) -> impl Iterator<Item = &DeadLetter> {
        let key = |seq| AssetKey::DeadLetter(webhook.project, webhook.id, seq);
        let found = self.assets.range(key(0)..=key(u64::MAX));
        found.filter_map(|(_, asset)| as_letter(asset))
    }
}

const fn as_webhook(asset: &Asset) -> Option<&Webhook> {
    if let Asset::Webhook(webhook) = asset { Some(webhook) } else { None }
}

const fn as_letter(asset: &Asset) -> Option<&DeadLetter> {
    if let Asset::DeadLetter(letter) = asset { Some(letter) } else { None }
}
