//! What machines do without an order.

use crate::engine::{Inbox, Settings};
use crate::model::{Power, ServerId};
use crate::ops::{Force, Operation, Reboot, Start, Stop, Verdict};

use super::plane::{Plane, command};

fn s(number: u128) -> ServerId {
    ServerId(0x5000 + number)
}

fn power(plane: &Plane, number: u128) -> Power {
    plane.world().server(s(number)).unwrap().power
}

#[test]
fn a_machine_that_died_is_shown_stopped_and_stays_so_after_a_restart() {
    let mut plane = Plane::new(Settings::default());
    assert_eq!((power(&plane, 1), power(&plane, 3)), (Power::Running, Power::Running));
    plane.room.state().switch(s(1), Power::Stopped);
    let turn = plane.turn(Inbox::new()).unwrap();
    assert_eq!(turn.changes.len(), 1, "readers are told");
    assert_eq!((power(&plane, 1), power(&plane, 3)), (Power::Stopped, Power::Running));
    let mut plane = plane.restarted();
    assert_eq!(power(&plane, 1), Power::Stopped);
    let receipt = plane.order(command(1, Operation::Start(Start {}), &[s(1)])).unwrap().unwrap();
    assert_eq!(receipt.answers[0].verdict, Verdict::Admit);
    plane.run().unwrap();
    assert_eq!(power(&plane, 1), Power::Running);
}

#[test]
fn old_news_of_a_machine_that_was_started_since_changes_nothing() {
    let mut plane = Plane::new(Settings::default());
    plane.room.state().switch(s(1), Power::Stopped);
    plane.room.state().switch(s(1), Power::Running);
    let turn = plane.turn(Inbox::new()).unwrap();
    assert!(turn.changes.is_empty());
    assert_eq!(power(&plane, 1), Power::Running);
}

#[test]
fn of_a_batch_only_the_one_that_died_fails_and_is_shown_stopped() {
    let mut plane = Plane::new(Settings::default());
    plane.room.state().trouble_over = Some((s(3), crate::testing::Trouble::Rejected));
    let reboot = Operation::Reboot(Reboot { force: Force::Hard });
    let servers = [s(1), s(3), s(5)];
    let receipt = plane.order(command(1, reboot, &servers)).unwrap().unwrap();
    // It dies under the order.
    plane.room.state().switch(s(3), Power::Stopped);
    plane.run().unwrap();
    let job = plane.world().job(receipt.job.unwrap()).unwrap();
    assert_eq!((job.tally.failed, job.tally.succeeded), (1, 2));
    assert_eq!(power(&plane, 3), Power::Stopped);
    assert_eq!((power(&plane, 1), power(&plane, 5)), (Power::Running, Power::Running));
}

#[test]
fn news_of_what_is_gone_or_stopped_already_is_no_news() {
    let mut plane = Plane::new(Settings::default());
    let stop = Operation::Stop(Stop { force: Force::Hard });
    plane.order(command(1, stop, &[s(1)])).unwrap().unwrap();
    plane.run().unwrap();
    plane.room.state().changed.extend([s(1), ServerId(9)]);
    assert!(plane.turn(Inbox::new()).unwrap().changes.is_empty());
}
