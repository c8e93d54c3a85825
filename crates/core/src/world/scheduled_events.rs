//! What the plane is going to do to servers of its own accord: which events are open, and when each is
//! next to be looked at.

use std::collections::{BTreeMap, BTreeSet};

use super::World;
use crate::model::{
    Asset, AssetKey, Job, ProjectId, ScheduledEvent, ScheduledEventId, ServerId, Stage, Time,
};
use crate::ops::Operation;

/// What is looked up of scheduled events but by their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Planned {
    /// The one of each server that is not over.
    open: BTreeMap<ServerId, (ProjectId, ScheduledEventId)>,
    alarms: BTreeSet<(Time, ProjectId, ScheduledEventId)>,
}

impl Planned {
    pub fn put(&mut self, event: &ScheduledEvent) {
        if !event.is_over() {
            self.open.insert(event.server, (event.project, event.id));
        }
        self.alarms.extend(event.alarm().map(|at| (at, event.project, event.id)));
    }

    pub fn take(&mut self, event: &ScheduledEvent) {
        if !event.is_over() {
            self.open.remove(&event.server);
        }
        if let Some(at) = event.alarm() {
            self.alarms.remove(&(at, event.project, event.id));
        }
    }
}

impl World {
    pub fn scheduled_event(
        &self,
        project: ProjectId,
        id: ScheduledEventId,
    ) -> Option<&ScheduledEvent> {
        self.asset(&AssetKey::ScheduledEvent(project, id)).and_then(as_event)
    }

    /// A project's scheduled events by id.
    pub fn scheduled_events(&self, project: ProjectId) -> impl Iterator<Item = &ScheduledEvent> {
        let key = |id| AssetKey::ScheduledEvent(project, ScheduledEventId(id));
        let ends = key(0)..=key(u128::MAX);
        self.assets.range(ends).filter_map(|(_, asset)| as_event(asset))
    }

    /// The one event of a server that is not over.
    pub(crate) fn open_event(&self, server: ServerId) -> Option<&ScheduledEvent> {
        let (project, id) = self.planned.open.get(&server)?;
        self.scheduled_event(*project, *id)
    }

    pub(crate) fn open_events(&self) -> impl Iterator<Item = &ScheduledEvent> {
        self.planned.open.values().filter_map(|(project, id)| self.scheduled_event(*project, *id))
    }

    /// The events whose time has come. One whose server is busy waits until it is not.
    pub(crate) fn events_due(&self, now: Time) -> impl Iterator<Item = &ScheduledEvent> {
        self.events_by_alarm()
            .take_while(move |(at, _)| *at <= now)
            .filter(|(_, event)| !self.waits(event))
            .map(|(_, event)| event)
    }

    /// The first time at which [`events_due`](Self::events_due) has something to tell, if nothing else
    /// happens.
    pub(super) fn next_event_alarm(&self) -> Option<Time> {
        self.events_by_alarm().find(|(_, event)| !self.waits(event)).map(|(at, _)| at)
    }

    fn events_by_alarm(&self) -> impl Iterator<Item = (Time, &ScheduledEvent)> {
        let alarms = self.planned.alarms.iter();
        alarms.filter_map(|(at, project, id)| Some((*at, self.scheduled_event(*project, *id)?)))
    }

    fn waits(&self, event: &ScheduledEvent) -> bool {
        let server = self.server(event.server);
        event.is_ahead() && server.is_some_and(|server| server.busy.is_some())
    }

    /// A job that was ordered because of events was accepted: it works on this server, or cannot.
    pub(crate) fn begin_event(&mut self, job: &Job, server: ServerId, refused: bool) {
        let at = job.accepted_at;
        if !is_of_event(&job.operation) {
            return;
        }
        let Some(event) = self.open_event(server).filter(|event| event.is_ahead()) else { return };
        let event = ScheduledEvent { started_at: Some(at), ..event.clone() };
        self.put_asset(Asset::ScheduledEvent(if refused {
            event.end(Stage::Failed, at)
        } else {
            ScheduledEvent { stage: Stage::Executing, ..event }
        }));
    }

    /// A job has ended on a server: if it was the event's, so has the event, and if the server is no
    /// longer where it was to be fetched from, there is no need for the event.
    pub(crate) fn settle_event(&mut self, job: &Job, server: ServerId, well: bool, at: Time) {
        let Some(event) = self.open_event(server) else { return };
        let there = self.server(server).and_then(|server| server.host.as_ref());
        let stage = match event.stage {
            Stage::Executing if is_of_event(&job.operation) && well => Stage::Completed,
            Stage::Executing if is_of_event(&job.operation) => Stage::Failed,
            Stage::Inquiring | Stage::Scheduled if there != Some(&event.host) => Stage::Canceled,
            Stage::Inquiring
            | Stage::Scheduled
            | Stage::Executing
            | Stage::Completed
            | Stage::Failed
            | Stage::Canceled => return,
        };
        self.put_asset(Asset::ScheduledEvent(event.clone().end(stage, at)));
    }

    pub(super) fn check_events(&self, wrong: &mut Vec<String>) {
        let mut planned = Planned::default();
        for event in self.assets().filter_map(as_event) {
            planned.put(event);
            let of_event = |job: &Job| is_of_event(&job.operation);
            let server = self.server(event.server);
            let busy = server.and_then(|server| server.busy);
            let job = busy.and_then(|busy| self.job_with_number(busy.sub.0));
            if (event.stage == Stage::Executing) != (job.is_some_and(of_event) && !event.is_over())
            {
                wrong.push(format!("no job works on {}, or one that is not known", event.id));
            }
            let there = server.is_some_and(|server| server.host.as_ref() == Some(&event.host));
            if event.is_ahead() && busy.is_none() && !there {
                wrong.push(format!("there is no need for {} any more", event.id));
            }
        }
        if planned != self.planned {
            wrong.push("scheduled events are not where they are looked for".to_owned());
        }
    }
}

const fn is_of_event(operation: &Operation) -> bool {
    matches!(operation, Operation::Redeploy(redeploy) if redeploy.scheduled)
}

const fn as_event(asset: &Asset) -> Option<&ScheduledEvent> {
    if let Asset::ScheduledEvent(event) = asset { Some(event) } else { None }
}
