//! `GET webhooks/{webhook_id}/dead-letters`: what it did not take, oldest first.

use serde::Serialize;

use crate::Action;
use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::webhooks::ShownLetter;
use crate::native::{Call, reply};

#[derive(Serialize)]
struct Page {
    dead_letters: Vec<ShownLetter>,
    /// What to give as `after` for the next page; nothing on the last one.
    next: Option<String>,
}

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let query = Query::of(call.request, &["limit", "after"])?;
    let (limit, after) = (query.limit()?, query.after()?);
    Ok(call.webhook(move |webhook, view| {
        let later = |seq: u64| after.is_none_or(|after| seq > after);
        let letters = view.world.dead_letters(webhook);
        let mut letters = letters.filter(|letter| later(letter.told.event.seq)).peekable();
        let (mut dead_letters, mut last) = (Vec::new(), None);
        for letter in letters.by_ref().take(limit) {
            last = Some(letter.told.event.seq);
            dead_letters.push(ShownLetter::of(letter));
        }
        let next = last.filter(|_| letters.peek().is_some()).map(|last| last.to_string());
        Ok(Action::Answer(reply::json(200, &Page { dead_letters, next })))
    }))
}
