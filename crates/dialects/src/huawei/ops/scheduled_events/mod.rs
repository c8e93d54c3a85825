//! Scheduled events: what the plane is going to do to servers, told beforehand so that their owner can
//! agree and choose when.
//!
//! Deliberately absent: what is done, which the engine orders when the time has come, and what makes
//! an event, which is a host that is taken out of service.

mod accept_scheduled_event;
mod list_scheduled_events;
mod update_scheduled_event;

use std::borrow::Cow;

use regiment_core::model::{ScheduledEventId, Time};

use crate::Action;
use crate::huawei::faults::Row;
use crate::huawei::{Call, times};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    List,
    Accept(Cow<'a, str>),
    Update(Cow<'a, str>),
}

/// The operation of a method and the parts of a path.
pub(in crate::huawei) fn find<'a>(method: &str, parts: &[Cow<'a, str>]) -> Option<Route<'a>> {
    let words: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    let ["v3", _, "instance-scheduled-events", rest @ ..] = words.as_slice() else { return None };
    match (method, rest) {
        ("GET", []) => Some(Route::List),
        ("PUT", [_]) => Some(Route::Update(parts[3].clone())),
        ("POST", [_, "actions", "accept"]) => Some(Route::Accept(parts[3].clone())),
        _ => None,
    }
}

pub(in crate::huawei) fn decode(call: &Call<'_>, route: Route<'_>) -> Result<Action, Row> {
    match route {
        Route::List => list_scheduled_events::decode(call),
        Route::Accept(id) => accept_scheduled_event::decode(call, &id),
        Route::Update(id) => update_scheduled_event::decode(call, &id),
    }
}

fn event_id(words: &str) -> Result<ScheduledEventId, Row> {
    ScheduledEventId::parse_dashed(words).ok_or_else(|| {
        let shown: String = words.chars().take(64).collect();
        Row::new("Ecs.0000", 404, "")
            .saying(format!("The scheduled event does not exist ({shown})"))
    })
}

fn time(key: &str, text: &str) -> Result<Time, Row> {
    times::parse_plain(text).ok_or_else(|| {
        Row::invalid(format!("{key} must be a UTC time such as 2025-01-02T03:04:05Z."))
    })
}
