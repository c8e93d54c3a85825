//! What keeps a server from an order beside work under way: a lock, and a resize on trial. And what a
//! server remembers of its orders.

use crate::apply::Change;
use crate::edits::{ChangeMetadata, Edit};
use crate::engine::{Inbox, Settings};
use crate::limits::ORDERS_REMEMBERED_MAX;
use crate::model::{Activity, FaultKind, Power, Project, Quota, Server, ServerId, SubState, Time};
use crate::ops::{
    ConfirmResize, Delete, Force, Lock, Operation, Reboot, Rename, Resize, RevertResize, Start,
    Stop, Verdict,
};
use crate::view::View;

use super::plane::{PROJECT, Plane, command, command_on};

fn s(number: u64) -> ServerId {
    ServerId(0x5000 + u128::from(number))
}

/// What one server answers.
fn order(plane: &mut Plane, request: u128, operation: Operation, number: u64) -> Verdict {
    let receipt = plane.order(command(request, operation, &[s(number)])).unwrap().unwrap();
    receipt.answers[0].verdict.clone()
}

/// What server 1 answers to the second of two orders in one turn.
fn at_once(plane: &mut Plane, request: u128, one: Operation, other: Operation) -> Verdict {
    let commands =
        vec![(0, command(request, one, &[s(1)])), (1, command(request + 100, other, &[s(1)]))];
    let turn = plane.turn(Inbox { commands, ..Inbox::new() }).unwrap();
    let [_, (_, Ok(receipt))] = turn.replies.as_slice() else { panic!("{:?}", turn.replies) };
    receipt.answers[0].verdict.clone()
}

fn server(plane: &Plane, number: u64) -> &Server {
    plane.world().server(s(number)).unwrap()
}

fn stop() -> Operation {
    Operation::Stop(Stop { force: Force::Hard })
}

fn resize(flavor: &str) -> Operation {
    let flavor = flavor.into();
    Operation::Resize(Resize { flavor, stop_first: true, upgrade_only: false, on_trial: true })
}

fn note(number: u64) -> Operation {
    let put = [("k".into(), "v".into())].into();
    let (server, remove) = (s(number), Vec::new());
    Edit::ChangeMetadata(ChangeMetadata { server, afresh: false, put, remove, count_max: 9 }).into()
}

#[test]
fn a_locked_server_takes_on_what_asks_nothing_of_the_machine() {
    let mut plane = Plane::new(Settings::default());
    let lock = Operation::Lock(Lock { locked: true });
    assert_eq!(at_once(&mut plane, 1, stop(), lock), Verdict::Admit, "also while it works");
    assert!(server(&plane, 1).busy.is_some());
    plane.run().unwrap();
    let mut plane = plane.restarted();
    for (request, operation) in [
        (3, Operation::Start(Start {})),
        (4, stop()),
        (5, Operation::Delete(Delete::new(false, false))),
        (6, resize("large")),
    ] {
        let verdict = order(&mut plane, request, operation, 1);
        assert_eq!(verdict, Verdict::refuse(FaultKind::ServerLocked));
    }
    let refused = plane.order(command_on(7, note(1), Vec::new())).unwrap().unwrap_err();
    assert_eq!(refused.kind, FaultKind::ServerLocked);
    let rename = Operation::Rename(Rename { name: "n".into() });
    assert_eq!(order(&mut plane, 8, rename, 1), Verdict::Admit);
    let unlock = Operation::Lock(Lock { locked: false });
    assert_eq!(order(&mut plane, 9, unlock, 1), Verdict::Admit);
    assert_eq!(order(&mut plane, 10, Operation::Start(Start {}), 1), Verdict::Admit);
}

#[test]
fn a_resize_on_trial_is_taken_back_whole() {
    for checkpoint in [false, true] {
        let mut plane = Plane::new(Settings::default());
        let before = plane.world().usage(PROJECT);
        assert_eq!(order(&mut plane, 1, resize("large"), 1), Verdict::Admit);
        plane.run().unwrap();
        plane.turn(Inbox { checkpoint, ..Inbox::new() }).unwrap();
        let mut plane = plane.restarted();
        let resized = server(&plane, 1);
        assert_eq!((&*resized.flavor, resized.power), ("large", Power::Running));
        assert_eq!(resized.details.resized_from.as_deref(), Some("small"));
        for (request, operation) in [
            (2, stop()),
            (3, Operation::Reboot(Reboot { force: Force::Hard })),
            (4, resize("small")),
        ] {
            let verdict = order(&mut plane, request, operation, 1);
            assert_eq!(verdict, Verdict::refuse(FaultKind::ResizeUnconfirmed));
        }
        let refused = plane.order(command_on(5, note(1), Vec::new())).unwrap().unwrap_err();
        assert_eq!(refused.kind, FaultKind::ResizeUnconfirmed);
        let revert = Operation::RevertResize(RevertResize {});
        assert_eq!(order(&mut plane, 6, revert.clone(), 1), Verdict::Admit);
        assert_eq!(server(&plane, 1).busy.unwrap().activity, Activity::RevertingResize);
        plane.run().unwrap();
        let reverted = server(&plane, 1);
        assert_eq!((&*reverted.flavor, reverted.power), ("small", Power::Running));
        assert_eq!(reverted.details.resized_from, None);
        assert_eq!(plane.room.state().machines[&s(1)].vcpus, 1);
        assert_eq!(plane.world().usage(PROJECT), before);
        let verdict = order(&mut plane, 7, revert, 1);
        assert_eq!(verdict, Verdict::refuse(FaultKind::NothingResized));
    }
}

#[test]
fn a_confirmed_resize_has_no_way_back() {
    let mut plane = Plane::new(Settings::default());
    order(&mut plane, 1, resize("large"), 2);
    plane.run().unwrap();
    assert_eq!(server(&plane, 2).power, Power::Stopped, "a stopped server stays so");
    let confirm = Operation::ConfirmResize(ConfirmResize {});
    assert_eq!(order(&mut plane, 2, confirm.clone(), 2), Verdict::Admit);
    let plane = &mut plane.restarted();
    assert_eq!(server(plane, 2).details.resized_from, None);
    assert_eq!(&*server(plane, 2).flavor, "large");
    for (request, operation) in [(3, confirm), (4, Operation::RevertResize(RevertResize {}))] {
        let verdict = order(plane, request, operation, 2);
        assert_eq!(verdict, Verdict::refuse(FaultKind::NothingResized));
    }
}

#[test]
fn the_way_back_to_more_needs_its_quota() {
    let mut plane = Plane::new(Settings::default());
    let large = Operation::Resize(Resize {
        flavor: "large".into(),
        stop_first: true,
        upgrade_only: false,
        on_trial: false,
    });
    order(&mut plane, 1, large, 1);
    plane.run().unwrap();
    order(&mut plane, 2, resize("small"), 1);
    plane.run().unwrap();
    let vcpus = u32::try_from(plane.world().usage(PROJECT).vcpus).ok();
    let quota = Quota { vcpus, ..Quota::default() };
    let before = plane.world().project(PROJECT).unwrap().clone();
    let seeds = vec![Change::ProjectAdded(Project { quota, ..before })];
    plane.turn(Inbox { seeds, ..Inbox::new() }).unwrap();
    let verdict = order(&mut plane, 3, Operation::RevertResize(RevertResize {}), 1);
    assert_eq!(verdict, Verdict::refuse(FaultKind::QuotaExceeded));
}

#[test]
fn a_server_tells_its_newest_orders_from_memory_and_from_the_archive() {
    let mut plane = Plane::new(Settings::default());
    let told = |plane: &Plane| {
        let archive = plane.engine.archive();
        let view = View::new(plane.world(), &*archive, &(), Time::ZERO);
        let orders = view.orders_on(server(plane, 1));
        let tell = |(job, index): (std::borrow::Cow<'_, crate::model::Job>, usize)| {
            (job.operation.name(), job.subs[index].state)
        };
        orders.map(tell).collect::<Vec<_>>()
    };
    assert_eq!(told(&plane), []);
    let rename = |n| Operation::Rename(Rename { name: format!("n{n}").into() });
    // A refusal leaves nothing to tell.
    let busy = at_once(&mut plane, 1, stop(), rename(0));
    assert_eq!(busy, Verdict::refuse(FaultKind::ServerBusy));
    assert_eq!(told(&plane), [("stop", SubState::Running)]);
    plane.run().unwrap();
    let all = [("lock", SubState::Succeeded), ("stop", SubState::Succeeded)];
    order(&mut plane, 3, Operation::Lock(Lock { locked: true }), 1);
    assert_eq!(told(&plane), all);
    plane.turn(Inbox { checkpoint: true, ..Inbox::new() }).unwrap();
    assert_eq!(plane.world().jobs().count(), 0, "all are in the archive");
    let mut plane = plane.restarted();
    assert_eq!(told(&plane), all);
    for n in 0..ORDERS_REMEMBERED_MAX - 1 {
        order(&mut plane, 10 + n as u128, rename(n), 1);
    }
    let told = told(&plane);
    assert_eq!(told.len(), ORDERS_REMEMBERED_MAX);
    assert_eq!(told.last(), Some(&("lock", SubState::Succeeded)), "the oldest is forgotten");
}
