//! Servers that are to be taken away at a set time.

use std::sync::Arc;

use crate::apply::Change;
use crate::engine::{Inbox, Settings};
use crate::model::{Details, Outcome, Server, ServerId, Time};
use crate::ops::{Force, Operation, Start, Stop};
use crate::testing::Trouble;

use super::plane::{Plane, command, seeded_server};

const AT: Time = Time(1_800_000);

fn s(number: u64) -> ServerId {
    ServerId(0x5000 + u128::from(number))
}

/// A plane whose servers 11 and 13, of its eight, have a time set.
fn plane() -> Plane {
    let mut plane = Plane::new(Settings::default());
    let timed = |number| {
        let server = seeded_server(number);
        let details = Details { auto_terminate_at: Some(AT), ..(*server.details).clone() };
        Server { details: Arc::new(details), ..server }
    };
    let seeds = vec![Change::ServersAdded(vec![timed(11), timed(13)])];
    plane.turn(Inbox { seeds, ..Inbox::new() }).unwrap();
    plane
}

fn turn_at(plane: &mut Plane, now: Time) {
    // A turn itself moves the clock by one.
    plane.now = now.after_ms(-1);
    plane.turn(Inbox::new()).unwrap();
}

#[test]
fn a_server_is_deleted_at_its_time_and_not_before() {
    let mut plane = plane();
    assert_eq!(plane.engine.next_due(), Some(Time(61_000)), "the sweep comes first");
    turn_at(&mut plane, AT.after_ms(-1));
    assert_eq!(plane.engine.next_due(), Some(AT));
    assert!(plane.world().server(s(11)).unwrap().busy.is_none());
    turn_at(&mut plane, AT);
    let jobs: Vec<_> = plane.world().jobs().collect();
    assert_eq!(jobs.len(), 1, "one job for both");
    assert_eq!((jobs[0].operation.name(), jobs[0].subs.len()), ("delete", 2));
    plane.run().unwrap();
    let left: Vec<u64> = plane.world().servers().map(|server| server.order).collect();
    assert_eq!(left, [1, 2, 3, 4, 5, 6]);
    let jobs: Vec<_> = plane.world().jobs().map(crate::model::Job::outcome).collect();
    assert_eq!(jobs, [Outcome::AllSucceeded]);
}

#[test]
fn a_lock_does_not_keep_a_server_past_its_time() {
    let mut plane = plane();
    let lock = Operation::Lock(crate::ops::Lock { locked: true });
    plane.order(command(1, lock, &[s(11)])).unwrap().unwrap();
    turn_at(&mut plane, AT);
    plane.run().unwrap();
    assert!(plane.world().server(s(11)).is_none());
}

#[test]
fn a_time_that_passed_while_the_plane_was_down_still_counts() {
    for checkpoint in [false, true] {
        let mut plane = plane();
        plane.turn(Inbox { checkpoint, ..Inbox::new() }).unwrap();
        plane.now = AT.after_ms(5_000);
        let mut plane = plane.restarted();
        assert!(plane.engine.next_due().is_some_and(|due| due <= plane.now));
        plane.turn(Inbox::new()).unwrap();
        plane.run().unwrap();
        assert_eq!(plane.world().servers_count(), 6);
    }
}

#[test]
fn a_busy_server_is_deleted_once_it_is_free() {
    let mut plane = plane();
    turn_at(&mut plane, AT.after_ms(-2));
    let stop = Operation::Stop(Stop { force: Force::Soft });
    plane.order(command(1, stop, &[s(11)])).unwrap().unwrap();
    assert!(plane.world().server(s(11)).unwrap().busy.is_some());
    plane.run().unwrap();
    turn_at(&mut plane, AT.after_ms(1));
    plane.run().unwrap();
    assert_eq!(plane.world().servers_count(), 6);
    let jobs: Vec<_> = plane.world().jobs().map(|job| job.operation.name()).collect();
    assert_eq!(jobs.first(), Some(&"stop"));
    assert!(jobs[1..].iter().all(|name| *name == "delete"));
}

#[test]
fn a_deletion_that_failed_is_tried_again_after_a_minute() {
    let mut plane = plane();
    plane.room.state().trouble_over = Some((s(11), Trouble::Rejected));
    turn_at(&mut plane, AT);
    plane.run().unwrap();
    let server = plane.world().server(s(11)).expect("it could not be removed");
    assert!(server.last.as_ref().is_some_and(|last| last.ended && last.fault.is_some()));
    let again = server.updated_at.after_ms(60_000);
    let jobs = plane.world().jobs().count();
    turn_at(&mut plane, again.after_ms(-1));
    assert_eq!(plane.world().jobs().count(), jobs, "not yet");
    plane.room.state().trouble_over = None;
    turn_at(&mut plane, again);
    plane.run().unwrap();
    assert_eq!(plane.world().servers_count(), 6);
}

#[test]
fn nothing_can_be_ordered_of_a_server_that_its_time_has_taken() {
    let mut plane = plane();
    turn_at(&mut plane, AT);
    let receipt = plane.order(command(1, Operation::Start(Start {}), &[s(11)])).unwrap().unwrap();
    assert!(receipt.answers[0].refused());
}
