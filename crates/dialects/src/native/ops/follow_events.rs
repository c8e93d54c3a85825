//! `GET events`: the project's events as they come, as server-sent events. What came after an event that
//! the reader has seen comes first, so that a stream that was dropped goes on without a gap.

use regiment_core::events::{Event, Told};
use regiment_core::model::Job;
use regiment_core::view::View;

use crate::native::event::{ShownEvent, Wanted};
use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::{Call, event, reply};
use crate::{Action, Answer, Follow};

const LAST_EVENT_ID: &str = "last-event-id";
const NAMES: [&str; 5] =
    [Wanted::NAMES[0], Wanted::NAMES[1], Wanted::NAMES[2], Wanted::NAMES[3], "after"];

/// How long a client waits before it comes again, when a stream is dropped.
const COME_AGAIN_MS: u32 = 2_000;

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let query = Query::of(call.request, &NAMES)?;
    let after = after(call, &query)?;
    let wanted = Wanted::read(&query)?;
    let (project, request) = (call.caller.project, call.context.request);
    let mut kept: Option<Box<Job>> = None;
    let piece = move |events: &[Event], view: &View<'_>| {
        let mine = |event: &&Event| event.project == project && wanted.may_be(event);
        let events: Vec<Event> = events.iter().filter(mine).cloned().collect();
        let mut bytes = Vec::new();
        for told in view.told(&events, &mut kept).iter().filter(|told| wanted.is(told)) {
            write(told, &mut bytes);
        }
        bytes
    };
    let head = Answer::empty(200)
        .with_header("content-type", "text/event-stream")
        .with_header("cache-control", "no-store")
        // Proxies that would gather an answer before they pass it on.
        .with_header("x-accel-buffering", "no");
    Ok(Action::Follow(Box::new(Follow {
        after,
        head,
        piece: Box::new(piece),
        idle: Box::new(idle),
        refuse: Box::new(move |why| reply::refuse(&Refusal::unfollowed(why), request)),
    })))
}

/// The last event that the reader has seen. What a client remembers itself is newer than the address it
/// was once given.
fn after(call: &Call<'_>, query: &Query<'_>) -> Result<Option<u64>, Refusal> {
    let header = call.request.header(LAST_EVENT_ID).map(str::trim).filter(|id| !id.is_empty());
    let Some(text) = header.or(query.one("after")?) else { return Ok(None) };
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| plain);
    number
        .map(Some)
        .ok_or_else(|| Refusal::invalid("Last-Event-ID, or after, must be the id of an event"))
}

fn write(told: &Told, bytes: &mut Vec<u8>) {
    let kind = event::kind(told.event.kind.sort());
    let data = serde_json::to_string(&ShownEvent::of(told)).unwrap_or_default();
    let text = format!("id: {}\nevent: {kind}\ndata: {data}\n\n", told.event.seq);
    bytes.extend_from_slice(text.as_bytes());
}

/// An id without data is no event: it only tells the client up to where it has seen all that it wants.
fn idle(seen: u64) -> Vec<u8> {
    format!(": seen up to here\nretry: {COME_AGAIN_MS}\nid: {seen}\n\n").into_bytes()
}
