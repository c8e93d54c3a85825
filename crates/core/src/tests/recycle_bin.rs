//! Servers that were deleted and can be taken back.

use std::net::Ipv4Addr;

use crate::command::TargetRef;
use crate::edits::{ChangeRecycleBin, Edit};
use crate::engine::{Inbox, Settings};
use crate::model::{FaultKind, Power, Quota, ServerId, Time};
use crate::ops::{AddNics, Delete, NicOrder, Operation, Purge, Restore, Start, Verdict};

use super::plane::{PROJECT, Plane, SUBNET, attach, command, seeded_disk};

const HOUR_MS: i64 = 3_600_000;

fn s(number: u128) -> ServerId {
    ServerId(0x5000 + number)
}

/// Switched on, for two hours.
fn plane(threshold_days: u32) -> Plane {
    let mut plane = Plane::new(Settings::default());
    let bin = ChangeRecycleBin {
        on: Some(true),
        retention_hours: Some(2),
        threshold_days: Some(threshold_days),
    };
    let edit = Operation::Edit(Box::new(Edit::ChangeRecycleBin(bin)));
    plane.order(command(1, edit, &[])).unwrap().unwrap();
    plane
}

fn delete(plane: &mut Plane, request: u128, servers: &[ServerId]) {
    let delete = Operation::Delete(Delete::new(false, false));
    plane.order(command(request, delete, servers)).unwrap().unwrap();
    plane.run().unwrap();
}

fn in_bin(plane: &Plane) -> Vec<ServerId> {
    plane.world().recycled_of(PROJECT).map(|server| server.id).collect()
}

#[test]
fn what_is_in_the_bin_is_gone_for_everybody_else() {
    let mut plane = plane(0);
    let before = plane.world().usage(PROJECT);
    delete(&mut plane, 2, &[s(1), s(2)]);
    assert_eq!(in_bin(&plane), [s(2), s(1)]);
    assert_eq!(plane.world().usage(PROJECT).servers, before.servers - 2);
    assert_eq!(plane.world().server(s(1)), None);
    assert!(plane.world().servers_of(PROJECT).all(|server| server.id != s(1)));
    assert_eq!(plane.room.state().machines[&s(1)].power, Power::Stopped, "it is only stopped");
    let start = plane.order(command(3, Operation::Start(Start {}), &[s(1)])).unwrap().unwrap();
    assert_eq!(start.job, None, "no such server");

    let mut plane = plane.restarted();
    assert_eq!(in_bin(&plane), [s(2), s(1)]);
    plane.order(command(4, Operation::Restore(Restore {}), &[s(1)])).unwrap().unwrap();
    plane.order(command(5, Operation::Purge(Purge {}), &[s(2)])).unwrap().unwrap();
    plane.run().unwrap();
    assert_eq!(in_bin(&plane), []);
    let back = plane.world().server(s(1)).expect("it is back");
    assert_eq!((back.power, back.details.recycled), (Power::Stopped, None));
    assert_eq!(plane.world().usage(PROJECT).servers, before.servers - 1);
    assert!(!plane.room.state().machines.contains_key(&s(2)));
    assert_eq!(plane.world().named_in_bin(PROJECT, &TargetRef::Server(s(2))), None);
}

#[test]
fn the_bin_is_emptied_when_the_time_is_over() {
    for checkpoint in [false, true] {
        let mut plane = plane(0);
        delete(&mut plane, 2, &[s(1)]);
        let until =
            plane.world().recycled_of(PROJECT).next().unwrap().details.recycled.unwrap().until;
        assert!(until.ms_since(plane.now) <= 2 * HOUR_MS);
        plane.now = until.after_ms(-2);
        plane.turn(Inbox { checkpoint, ..Inbox::new() }).unwrap();
        assert_eq!(plane.engine.next_due(), Some(until));
        let mut plane = plane.restarted();
        plane.turn(Inbox::new()).unwrap();
        plane.run().unwrap();
        assert_eq!(in_bin(&plane), []);
        assert!(!plane.room.state().machines.contains_key(&s(1)));
        let purged = plane.world().jobs().filter(|job| job.operation.name() == "purge").count();
        assert_eq!(purged, 1);
    }
}

#[test]
fn an_address_and_disks_stay_with_a_server_in_the_bin() {
    let mut plane = plane(0);
    let address = Ipv4Addr::new(192, 168, 0, 5);
    let order = NicOrder { subnet: Some(SUBNET), address: Some(address), ..NicOrder::default() };
    let add = Operation::AddNics(AddNics::new(vec![order]));
    plane.order(command(2, add, &[s(1)])).unwrap().unwrap();
    plane.run().unwrap();
    for (request, disk) in [(3, 1), (4, 3)] {
        plane.order(command(request, attach(disk, &[s(1)]), &[s(1)])).unwrap().unwrap();
        plane.run().unwrap();
    }
    let delete = Operation::Delete(Delete::new(true, false));
    plane.order(command(5, delete, &[s(1)])).unwrap().unwrap();
    plane.run().unwrap();

    let mut plane = plane.restarted();
    assert!(plane.world().address_in_use(PROJECT, Some(SUBNET), address));
    let in_it = |plane: &Plane, disk| {
        let disk = plane.world().disk(PROJECT, seeded_disk(disk).id);
        disk.is_some_and(|disk| disk.is_in(s(1)))
    };
    assert!(in_it(&plane, 1) && in_it(&plane, 3));
    let other = attach(1, &[s(2)]);
    let receipt = plane.order(command(6, other, &[s(2)])).unwrap().unwrap();
    assert_eq!(receipt.answers[0].verdict, Verdict::refuse(FaultKind::VolumeInUse));

    // What was said of its disks when it was deleted holds when it really goes.
    plane.order(command(7, Operation::Purge(Purge {}), &[s(1)])).unwrap().unwrap();
    plane.run().unwrap();
    assert!(!plane.world().address_in_use(PROJECT, Some(SUBNET), address));
    assert_eq!(plane.world().disk(PROJECT, seeded_disk(1).id), None);
    assert_eq!(plane.world().disk(PROJECT, seeded_disk(3).id), None);
    assert_eq!(plane.world().check_invariants(), Vec::<String>::new());
}

#[test]
fn a_young_server_is_deleted_at_once() {
    let mut plane = plane(1);
    delete(&mut plane, 2, &[s(1)]);
    assert_eq!(in_bin(&plane), []);
    plane.now = Time(3 * 24 * HOUR_MS);
    delete(&mut plane, 3, &[s(2)]);
    assert_eq!(in_bin(&plane), [s(2)]);
}

#[test]
fn there_must_be_room_for_what_comes_back() {
    let mut plane = plane(0);
    delete(&mut plane, 2, &[s(1)]);
    let mut project = plane.world().project(PROJECT).unwrap().clone();
    let servers = plane.world().usage(PROJECT).servers;
    project.quota = Quota { servers: u32::try_from(servers).ok(), ..Quota::default() };
    let seeds = vec![crate::apply::Change::ProjectAdded(project)];
    plane.turn(Inbox { seeds, ..Inbox::new() }).unwrap();
    let restore = Operation::Restore(Restore {});
    let receipt = plane.order(command(3, restore, &[s(1)])).unwrap().unwrap();
    let refused = Verdict::refuse(FaultKind::QuotaExceeded);
    assert_eq!(receipt.answers[0].verdict, refused);
    assert_eq!(in_bin(&plane), [s(1)]);
}
