//! `POST webhooks/{webhook_id}/redeliver`: its dead letters are tried again, all or those of some events.

use regiment_core::edits::{Edit, Redeliver};
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::{Call, body, reply};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    events: Option<Vec<String>>,
}

#[derive(Serialize)]
struct Taken {
    /// How many dead letters are to be tried again, earlier ones among them.
    redelivering: usize,
}

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    let Asked { events } =
        if call.request.body.is_empty() { Asked::default() } else { body::read(call.request)? };
    if events.as_ref().is_some_and(Vec::is_empty) {
        return Err(Refusal::invalid("events must name at least one, or be left out for all"));
    }
    let (command, request) = (call.edits(), call.context.request);
    Ok(call.webhook(move |webhook, view| {
        let there = |name: &String| {
            let mut letters = view.world.dead_letters(webhook).map(|letter| letter.told.event.seq);
            let found = letters.find(|seq| seq.to_string() == *name);
            found.ok_or_else(|| Refusal::no_such("dead letter", name))
        };
        let events = events.iter().flatten().map(there).collect::<Result<Vec<u64>, _>>()?;
        let (project, id) = (webhook.project, webhook.id);
        let edit = Edit::Redeliver(Redeliver { id, events });
        Ok(Action::order(command(edit), move |outcome, view| {
            if let Err(fault) = outcome {
                return reply::refuse(&Refusal::of(fault), request);
            }
            let letters = view.world.webhook(project, id).map(|one| view.world.dead_letters(one));
            let again = letters.map(|letters| letters.filter(|letter| letter.again).count());
            reply::json(202, &Taken { redelivering: again.unwrap_or(0) })
        }))
    }))
}
