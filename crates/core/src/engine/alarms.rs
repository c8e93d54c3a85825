//! What the plane does of its own accord: servers are taken away at a set time, hosts are left before
//! they are taken out of service. All of it is ordered as anyone could have ordered it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Engine, Work};
use crate::apply::{Change, Edited};
use crate::command::{Command, TargetRef};
use crate::edits::Put;
use crate::model::{
    Asset, Phase, ProjectId, RequestId, ScheduledEvent, ScheduledEventId, Server, ServerId, Stage,
    Time,
};
use crate::ops::{Delete, Operation, Purge, Redeploy};

/// Who orders what the plane does by itself, and the way it came.
const PRINCIPAL: &str = "regiment";
/// Orders that could not be given, because too much is in flight, wait this long.
const AGAIN_AFTER_MS: i64 = 1_000;

impl Engine {
    /// Orders the deletion of the servers whose set time has come.
    pub(super) fn ring_alarms(&mut self, now: Time, work: &mut Work) {
        if now < self.alarms_after {
            return;
        }
        let mut due: BTreeMap<(ProjectId, bool), Vec<TargetRef>> = BTreeMap::new();
        for server in self.world.alarms_due(now) {
            let list = (server.project, server.details.recycled.is_some());
            due.entry(list).or_default().push(TargetRef::Server(server.id));
        }
        for ((project, recycled), targets) in due {
            let operation = if recycled {
                Operation::Purge(Purge {})
            } else {
                Operation::Delete(Delete::new(false, false))
            };
            self.order(project, operation, targets, now, work);
        }
    }

    /// Orders what scheduled events are about, and forgets those that are long over.
    pub(super) fn ring_events(&mut self, now: Time, work: &mut Work) {
        if now < self.alarms_after {
            return;
        }
        let mut due: BTreeMap<ProjectId, Vec<TargetRef>> = BTreeMap::new();
        let mut puts = Vec::new();
        for event in self.world.events_due(now) {
            if event.is_ahead() {
                due.entry(event.project).or_default().push(TargetRef::Server(event.server));
            } else {
                puts.push(Put::NoAsset(event.key()));
            }
        }
        self.put(puts, now, work);
        for (project, targets) in due {
            let operation = Operation::Redeploy(Redeploy { scheduled: true });
            self.order(project, operation, targets, now, work);
        }
    }

    fn order(
        &mut self,
        project: ProjectId,
        operation: Operation,
        targets: Vec<TargetRef>,
        now: Time,
        work: &mut Work,
    ) {
        let request = RequestId(self.chance.uuid());
        let mut command =
            Command::new(project, PRINCIPAL.into(), PRINCIPAL, request, operation, targets);
        command.past_locks = true;
        if self.take_command(&command, now, work).is_err() {
            self.alarms_after = now.after_ms(AGAIN_AFTER_MS);
        }
    }

    fn put(&mut self, puts: Vec<Put>, at: Time, work: &mut Work) {
        if !puts.is_empty() {
            self.record(work, Change::Edited(Edited { at, puts, token: None, job: None }));
        }
    }

    /// What was just said of these hosts: from one that leaves, servers must go; on one that stays
    /// after all, they need not.
    pub(super) fn tell_departures(
        &mut self,
        hosts: &BTreeSet<Arc<str>>,
        now: Time,
        work: &mut Work,
    ) {
        let mut puts = Vec::new();
        for name in hosts {
            let host = self.world.hosts().find(|host| host.name == *name);
            if let Some(at) = host.and_then(|host| host.leaves_at) {
                let cause = ScheduledEventId(self.chance.uuid());
                let concerned: Vec<(ServerId, ProjectId)> = self
                    .world
                    .servers()
                    .filter(|server| server.host.as_ref() == Some(name) && self.must_go(server))
                    .map(|server| (server.id, server.project))
                    .collect();
                puts.extend(concerned.into_iter().map(|(server, project)| {
                    Put::Asset(Asset::ScheduledEvent(ScheduledEvent {
                        id: ScheduledEventId(self.chance.uuid()),
                        project,
                        server,
                        cause,
                        host: name.clone(),
                        published_at: now,
                        not_before: at,
                        deadline: at,
                        stage: Stage::Inquiring,
                        started_at: None,
                        ended_at: None,
                    }))
                }));
            } else {
                let of_host = |event: &&ScheduledEvent| event.is_ahead() && event.host == *name;
                let events = self.world.open_events().filter(of_host);
                let end = |event: &ScheduledEvent| event.clone().end(Stage::Canceled, now);
                puts.extend(events.map(|event| Put::Asset(Asset::ScheduledEvent(end(event)))));
            }
        }
        self.put(puts, now, work);
    }

    /// Whether its owner is to be asked; what is in a recycle bin goes with its host.
    fn must_go(&self, server: &Server) -> bool {
        server.phase == Phase::Ready
            && server.details.recycled.is_none()
            && self.world.open_event(server.id).is_none()
    }
}

/// The host that a seed tells of.
pub(super) fn host_told(change: &Change) -> Option<Arc<str>> {
    if let Change::HostSet(host) = change { Some(host.name.clone()) } else { None }
}
