//! Hosts that are taken out of service, and the servers on them.

use crate::apply::Change;
use crate::edits::{AcceptScheduledEvent, Edit, MoveScheduledEvent};
use crate::engine::{Inbox, Settings};
use crate::limits::SCHEDULED_EVENT_KEPT_MS;
use crate::model::{Fault, FaultKind, Host, Outcome, Power, ScheduledEvent, ServerId, Stage, Time};
use crate::ops::{Delete, Force, Operation, Redeploy, Stop};
use crate::testing::{Fails, Trouble};

use super::plane::{LEAVES_AT, PROJECT, Plane, command, command_on};

fn s(number: u128) -> ServerId {
    ServerId(0x5000 + number)
}

fn plane() -> Plane {
    Plane::new(Settings::default())
}

fn event(plane: &Plane, server: ServerId) -> ScheduledEvent {
    let mut events = plane.world().scheduled_events(PROJECT);
    events.find(|event| event.server == server).expect("it was told").clone()
}

fn stage(plane: &Plane, server: ServerId) -> Stage {
    event(plane, server).stage
}

fn edit(plane: &mut Plane, request: u128, edit: Edit) -> Result<(), Fault> {
    plane.order(command_on(request, edit.into(), Vec::new())).unwrap().map(drop)
}

fn accept(
    plane: &mut Plane,
    request: u128,
    server: ServerId,
    not_before: Option<Time>,
) -> Result<(), Fault> {
    let event = event(plane, server).id;
    let accept = AcceptScheduledEvent { event, not_before };
    edit(plane, request, Edit::AcceptScheduledEvent(accept))
}

fn shift(plane: &mut Plane, request: u128, server: ServerId, to: Time) -> Result<(), Fault> {
    let event = event(plane, server).id;
    let change = MoveScheduledEvent { event, not_before: to };
    edit(plane, request, Edit::MoveScheduledEvent(change))
}

/// A turn itself moves the clock by one.
fn turn_at(plane: &mut Plane, now: Time) {
    plane.now = now.after_ms(-1);
    plane.turn(Inbox::new()).unwrap();
}

fn host(plane: &Plane, server: ServerId) -> String {
    plane.world().server(server).unwrap().host.as_deref().unwrap().to_owned()
}

#[test]
fn what_is_accepted_is_done_and_told() {
    let mut plane = plane();
    let told = event(&plane, s(1));
    let times = (told.not_before, told.deadline);
    assert_eq!((told.stage, times), (Stage::Inquiring, (LEAVES_AT, LEAVES_AT)));
    accept(&mut plane, 1, s(1), None).unwrap();
    assert_eq!(stage(&plane, s(1)), Stage::Executing);
    let mut plane = plane.restarted();
    plane.run().unwrap();
    let done = event(&plane, s(1));
    assert_eq!(done.stage, Stage::Completed);
    assert!(done.started_at.is_some() && done.ended_at > done.started_at);
    assert_eq!(host(&plane, s(1)), "host-2");
    assert_eq!(plane.world().server(s(1)).unwrap().power, Power::Running);
    let again = accept(&mut plane, 2, s(1), None).unwrap_err();
    assert_eq!(again.kind, FaultKind::ScheduledEventStage);

    let over = done.ended_at.unwrap().after_ms(SCHEDULED_EVENT_KEPT_MS);
    turn_at(&mut plane, over.after_ms(-1));
    assert_eq!(stage(&plane, s(1)), Stage::Completed);
    turn_at(&mut plane, over);
    assert!(plane.world().scheduled_events(PROJECT).all(|event| event.server != s(1)));
}

#[test]
fn an_owner_chooses_a_time_and_another() {
    for checkpoint in [false, true] {
        let mut plane = plane();
        let late = accept(&mut plane, 1, s(1), Some(LEAVES_AT)).unwrap_err();
        assert_eq!(late.kind, FaultKind::ScheduledEventTooLate);
        let early = shift(&mut plane, 2, s(1), Time(5_000_000)).unwrap_err();
        assert_eq!(early.kind, FaultKind::ScheduledEventStage, "it was not agreed to");
        accept(&mut plane, 3, s(1), Some(Time(5_000_000))).unwrap();
        shift(&mut plane, 4, s(1), Time(9_000_000)).unwrap();
        let late = shift(&mut plane, 5, s(1), LEAVES_AT).unwrap_err();
        assert_eq!(late.kind, FaultKind::ScheduledEventTooLate);
        plane.turn(Inbox { checkpoint, ..Inbox::new() }).unwrap();
        let mut plane = plane.restarted();
        turn_at(&mut plane, Time(5_000_000));
        turn_at(&mut plane, Time(8_999_999));
        assert_eq!(stage(&plane, s(1)), Stage::Scheduled);
        assert_eq!(plane.engine.next_due(), Some(Time(9_000_000)));
        turn_at(&mut plane, Time(9_000_000));
        assert_eq!(stage(&plane, s(1)), Stage::Executing);
        plane.run().unwrap();
        assert_eq!(stage(&plane, s(1)), Stage::Completed);
    }
}

#[test]
fn who_says_nothing_is_moved_when_the_host_leaves() {
    let mut plane = plane();
    turn_at(&mut plane, LEAVES_AT);
    let jobs: Vec<_> =
        plane.world().jobs().map(|job| (job.operation.name(), job.subs.len())).collect();
    assert_eq!(jobs, [("redeploy", 6)], "one job for all");
    plane.run().unwrap();
    assert!((1..=6).all(|number| stage(&plane, s(number)) == Stage::Completed));
    assert!((1..=6).all(|number| host(&plane, s(number)) == "host-2"));
    assert_eq!(plane.world().server(s(2)).unwrap().power, Power::Stopped, "as it was");
}

#[test]
fn a_busy_server_is_waited_for() {
    let mut plane = plane();
    plane.now = LEAVES_AT.after_ms(-2);
    let stop = Operation::Stop(Stop { force: Force::Hard });
    plane.order(command(1, stop, &[s(1)])).unwrap().unwrap();
    plane.now = LEAVES_AT;
    plane.run().unwrap();
    assert_eq!(stage(&plane, s(1)), Stage::Completed);
    assert_eq!(plane.world().server(s(1)).unwrap().power, Power::Stopped);
}

#[test]
fn what_needs_no_moving_any_more_is_canceled() {
    let mut plane = plane();
    let redeploy = Operation::Redeploy(Redeploy::default());
    plane.order(command(1, redeploy, &[s(1)])).unwrap().unwrap();
    let delete = Operation::Delete(Delete::new(true, false));
    plane.order(command(2, delete, &[s(2)])).unwrap().unwrap();
    plane.run().unwrap();
    assert_eq!((stage(&plane, s(1)), stage(&plane, s(2))), (Stage::Canceled, Stage::Canceled));
    accept(&mut plane, 3, s(3), Some(Time(5_000_000))).unwrap();
    // The host is well again.
    let stays = Host { leaves_at: None, ..plane.world().hosts().next().unwrap().clone() };
    plane.turn(Inbox { seeds: vec![Change::HostSet(stays)], ..Inbox::new() }).unwrap();
    assert!((3..=6).all(|number| stage(&plane, s(number)) == Stage::Canceled));
    turn_at(&mut plane, LEAVES_AT);
    assert_eq!(plane.world().jobs().filter(|job| &*job.principal == "regiment").count(), 0);
}

#[test]
fn what_fails_is_told_and_not_tried_for_ever() {
    let mut plane = plane();
    let calls = plane.room.state().calls;
    plane.room.state().trouble_at = Some((calls + 2, Trouble::Rejected));
    accept(&mut plane, 1, s(1), None).unwrap();
    plane.run().unwrap();
    assert_eq!(stage(&plane, s(1)), Stage::Failed);
    let jobs: Vec<Outcome> = plane.world().jobs().map(crate::model::Job::outcome).collect();
    assert_eq!(jobs, [Outcome::AllFailed]);
    turn_at(&mut plane, LEAVES_AT.after_ms(-1));
    assert_eq!(plane.world().jobs().count(), 1);
}

#[test]
fn nothing_is_lost_when_the_plane_dies_as_the_time_comes() {
    for fails in [Fails::Before, Fails::After] {
        let mut plane = plane();
        let commits = plane.disk.state().commits;
        plane.disk.state().fail_at = Some((commits + 1, fails));
        plane.now = LEAVES_AT;
        plane.turn(Inbox::new()).unwrap_err();
        let mut plane = plane.restarted();
        plane.turn(Inbox::new()).unwrap();
        plane.run().unwrap();
        assert!((1..=6).all(|number| stage(&plane, s(number)) == Stage::Completed));
        assert_eq!(plane.world().jobs().count(), 1);
    }
}
