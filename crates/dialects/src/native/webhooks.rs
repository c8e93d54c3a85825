//! Webhooks as they are named and shown.

use regiment_core::command::Command;
use regiment_core::edits::Edit;
use regiment_core::events::EventSort;
use regiment_core::model::{DeadLetter, Webhook, WebhookId};
use regiment_core::ops::Operation;
use regiment_core::view::View;
use serde::Serialize;

use super::event::{self, ShownEvent};
use super::faults::Refusal;
use super::times::time;
use super::{Call, NAME, reply};
use crate::Action;

#[derive(Serialize)]
pub(super) struct ShownWebhook {
    id: String,
    url: String,
    kinds: Vec<&'static str>,
    created_at: String,
    delivered_through: String,
    dead_letters: usize,
    lost: u64,
}

impl ShownWebhook {
    pub fn of(webhook: &Webhook, view: &View<'_>) -> ShownWebhook {
        let Webhook { id, project: _, url, kinds, secret: _, created_at, through, lost } = webhook;
        ShownWebhook {
            id: id.to_string(),
            url: url.to_string(),
            kinds: kinds.iter().copied().map(event::kind).collect(),
            created_at: time(*created_at),
            delivered_through: through.to_string(),
            dead_letters: view.world.dead_letters(webhook).count(),
            lost: *lost,
        }
    }
}

#[derive(Serialize)]
pub(super) struct ShownLetter {
    event: ShownEvent,
    attempts: u32,
    failure: String,
    failed_at: String,
    /// It is to be tried again.
    redelivering: bool,
}

impl ShownLetter {
    pub fn of(letter: &DeadLetter) -> ShownLetter {
        let DeadLetter { webhook: _, told, attempts, failure, failed_at, again } = letter;
        ShownLetter {
            event: ShownEvent::of(told),
            attempts: *attempts,
            failure: failure.to_string(),
            failed_at: time(*failed_at),
            redelivering: *again,
        }
    }
}

/// The kinds of these names.
pub(super) fn kinds(words: &[String]) -> Result<Vec<EventSort>, Refusal> {
    let mut kinds = Vec::new();
    for word in words {
        let kind = event::kind_named(word)?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

impl Call<'_> {
    /// How the caller's edits become commands.
    pub fn edits(&self) -> impl FnOnce(Edit) -> Command + Send + use<> {
        let principal = self.caller.access_key.clone();
        let (project, request) = (self.caller.project, self.context.request);
        move |edit| {
            Command::new(project, principal, NAME, request, Operation::from(edit), Vec::new())
        }
    }

    /// Goes on with the webhook that the path names, if the caller has it.
    pub fn webhook(
        &self,
        go_on: impl FnOnce(&Webhook, &View<'_>) -> Result<Action, Refusal> + Send + 'static,
    ) -> Action {
        let name = self.named();
        let (project, request) = (self.caller.project, self.context.request);
        Action::consult(move |view| {
            let id = WebhookId::parse_dashed(&name);
            let webhook = id.and_then(|id| view.world.webhook(project, id));
            let action = webhook
                .ok_or_else(|| Refusal::no_such("webhook", &name))
                .and_then(|webhook| go_on(webhook, view));
            action.unwrap_or_else(|refusal| Action::Answer(reply::refuse(&refusal, request)))
        })
    }
}
