//! `GET /v3/{project_id}/instance-scheduled-events`

use std::cmp::Reverse;

use regiment_core::model::{ScheduledEvent, ScheduledEventId, ServerId, Stage, Time};
use serde::Serialize;

use super::time;
use crate::Action;
use crate::huawei::faults::Row;
use crate::huawei::filter::Query;
use crate::huawei::limits::{EVENT_INSTANCES_MAX, EVENT_PAGE, EVENT_PAGE_MAX};
use crate::huawei::{Call, times};

/// The one type that hosts which are taken out of service give rise to.
const REDEPLOY: &str = "instance-redeploy";

#[derive(Serialize)]
struct Body {
    events: Vec<Entry>,
    page_info: PageInfo,
}

#[derive(Serialize)]
struct PageInfo {
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<ScheduledEventId>,
}

#[derive(Serialize)]
struct Entry {
    id: ScheduledEventId,
    instance_id: ServerId,
    r#type: &'static str,
    state: &'static str,
    publish_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finish_time: Option<String>,
    not_before: String,
    not_before_deadline: String,
    description: &'static str,
    source: Source,
}

#[derive(Serialize)]
struct Source {
    r#type: &'static str,
    host_scheduled_event_id: ScheduledEventId,
}

impl From<&ScheduledEvent> for Entry {
    fn from(event: &ScheduledEvent) -> Entry {
        Entry {
            id: event.id,
            instance_id: event.server,
            r#type: REDEPLOY,
            state: state(event.stage),
            publish_time: times::plain(event.published_at),
            start_time: event.started_at.map(times::plain),
            finish_time: event.ended_at.map(times::plain),
            not_before: times::plain(event.not_before),
            not_before_deadline: times::plain(event.deadline),
            description: "The host of the ECS is taken out of service.",
            source: Source { r#type: "platform", host_scheduled_event_id: event.cause },
        }
    }
}

const fn state(stage: Stage) -> &'static str {
    match stage {
        Stage::Inquiring => "inquiring",
        Stage::Scheduled => "scheduled",
        Stage::Executing => "executing",
        Stage::Completed => "completed",
        Stage::Failed => "failed",
        Stage::Canceled => "canceled",
    }
}

/// What the list is asked for.
struct Wanted {
    id: Option<String>,
    instances: Vec<String>,
    types: Vec<String>,
    states: Vec<String>,
    since: Option<Time>,
    until: Option<Time>,
}

impl Wanted {
    fn of(query: &Query) -> Result<Wanted, Row> {
        let list =
            |key| -> Vec<String> { query.list(key).into_iter().map(str::to_owned).collect() };
        let at = |key| query.get(key).map(|text| time(key, text)).transpose();
        let instances = list("instance_id");
        if instances.len() > EVENT_INSTANCES_MAX {
            return Err(Row::invalid(format!(
                "instance_id can be given {EVENT_INSTANCES_MAX} times at most."
            )));
        }
        Ok(Wanted {
            id: query.get("id").map(str::to_owned),
            instances,
            types: list("type"),
            states: list("state"),
            since: at("publish_since")?,
            until: at("publish_until")?,
        })
    }

    fn admits(&self, event: &ScheduledEvent) -> bool {
        let Wanted { id, instances, types, states, since, until } = self;
        let any = |wanted: &[String], has: &str| {
            wanted.is_empty() || wanted.iter().any(|one| one.eq_ignore_ascii_case(has))
        };
        // Compared as shown: in whole seconds.
        let shown = Time(event.published_at.0.div_euclid(1_000) * 1_000);
        id.as_ref().is_none_or(|id| id.eq_ignore_ascii_case(&event.id.to_string()))
            && (instances.is_empty() || any(instances, &event.server.to_string()))
            && any(types, REDEPLOY)
            && any(states, state(event.stage))
            && since.is_none_or(|since| shown >= since)
            && until.is_none_or(|until| shown <= until)
    }
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let query = Query::of(call.request);
    let limit = query.number("limit", 1..=EVENT_PAGE_MAX, EVENT_PAGE)?;
    let marker = query.get("marker").map(str::to_owned);
    let wanted = Wanted::of(&query)?;
    let (reply, project) = (call.reply, call.caller.project);
    Ok(Action::look(move |view| {
        let mut all: Vec<&ScheduledEvent> = view.world.scheduled_events(project).collect();
        // The newest first, so that a marker keeps its place whatever becomes of events.
        let order = |event: &ScheduledEvent| (Reverse(event.published_at), event.id);
        all.sort_by_key(|event| order(event));
        if let Some(marker) = marker {
            let named = ScheduledEventId::parse_dashed(&marker);
            let last = named.and_then(|id| view.world.scheduled_event(project, id));
            let Some(last) = last else {
                return reply.refuse(&Row::invalid("The marker could not be found."));
            };
            all.retain(|event| order(event) > order(last));
        }
        all.retain(|event| wanted.admits(event));
        let more = all.len() > limit;
        all.truncate(limit);
        let next_marker = all.last().filter(|_| more).map(|event| event.id);
        let events = all.into_iter().map(Entry::from).collect();
        reply.json(200, &Body { events, page_info: PageInfo { next_marker } })
    }))
}
