//! Orders across a restart at every turn and a commit that fails at any moment.

use crate::edits::Edit;
use crate::engine::{Inbox, Settings};
use crate::model::{JobId, Orders, ServerId, Share, Time};
use crate::store::Table;
use crate::testing::{Disk, Fails, Room};

use super::super::plane::{Plane, command, tell};
use super::{all, approve, cancel, fleet, job, order, reboot, reject, retry, s, seed_fleet, waves};

#[test]
fn a_restart_shortens_no_wait() {
    let wait_ms = 20_000;
    let waiting = [
        (retry(1, wait_ms), 1),
        (Orders { pause_ms: wait_ms, ..waves(&[Share::Count(1)]) }, 0),
        (Orders { start_at: Some(Time(1_000 + 4 + wait_ms)), ..Orders::default() }, 0),
    ];
    for (orders, rejected) in waiting {
        for checkpoint in [false, true] {
            let mut plane = fleet(2);
            reject(&plane, 0..2, rejected);
            let id = order(&mut plane, &all(2), orders.clone());
            for _ in 0..3 {
                plane.turn(Inbox { checkpoint, ..Inbox::new() }).unwrap();
            }
            let before = told(&plane);
            let due = plane.engine.next_due().unwrap();
            assert!(due.ms_since(plane.now) > wait_ms - 10, "{orders:?}");
            plane = plane.restarted();
            plane.turn(Inbox::new()).unwrap();
            assert_eq!((told(&plane), plane.engine.next_due()), (before, Some(due)), "{orders:?}");
            plane.now = due;
            plane.turn(Inbox::new()).unwrap();
            assert!(job(&plane, id).tally.running > 0, "{orders:?}");
        }
    }
}

/// Several jobs with every kind of orders, one of which is approved and one cancelled on the way.
fn story(mut plane: Plane, mut disturb: impl FnMut(Plane) -> Plane) -> Plane {
    let now = Time(2_000);
    let orders = [
        Orders {
            pause_ms: 300,
            concurrency: Some(2),
            ..waves(&[Share::Count(1), Share::Percent(50)])
        },
        Orders { max_failures: Some(Share::Count(1)), concurrency: Some(2), ..Orders::default() },
        Orders { start_at: Some(now.after_ms(400)), ..retry(2, 100) },
        Orders { deadline: Some(now.after_ms(1_000)), pause_ms: 700, ..waves(&[Share::Count(2)]) },
        Orders { hold: true, ..waves(&[Share::Count(2)]) },
        Orders { hold: true, ..waves(&[Share::Count(2)]) },
    ];
    let mut jobs = Vec::new();
    for (orders, number) in orders.into_iter().zip(0u32..) {
        let first = u64::from(number) * 6;
        let targets: Vec<ServerId> = (first..first + 6).map(s).collect();
        let order = reboot(u128::from(number) + 1, &targets, orders);
        loop {
            if let Ok(reply) = plane.order(order.clone()) {
                jobs.push(reply.unwrap().job.unwrap());
                break;
            }
            plane = plane.restarted();
        }
    }
    for round in 0..4 {
        while plane.world().sub_jobs_in_flight() > 0 {
            let before = tell(plane.world());
            plane = disturb(plane);
            let due = plane.engine.next_due().filter(|due| due.ms_since(plane.now) < 5_000);
            plane.now = plane.now.max(due.unwrap_or(plane.now));
            let Ok(turn) = plane.turn(Inbox::new()) else {
                plane = plane.restarted();
                continue;
            };
            if turn.changes.is_empty()
                && turn.begun == 0
                && tell(plane.world()) == before
                && due.is_none()
            {
                break;
            }
        }
        let held: Vec<JobId> = plane.world().jobs_in_flight().map(|job| job.id).collect();
        for (id, request) in held.into_iter().zip(20 + 10 * round..) {
            let edit = if id == jobs[5] { cancel(id) } else { approve(id) };
            plane = insist(plane, request, &edit);
        }
    }
    plane
}

/// Says it until somebody heard it.
fn insist(mut plane: Plane, request: u128, edit: &Edit) -> Plane {
    loop {
        match plane.order(command(request, edit.clone().into(), &[])) {
            Ok(heard) => {
                heard.unwrap();
                return plane;
            }
            Err(_) => plane = plane.restarted(),
        }
    }
}

fn told(plane: &Plane) -> String {
    let mut world = plane.world().clone();
    for ((table, _), row) in &plane.disk.state().rows {
        if *table == Table::Archive {
            let job = crate::record::archived_job(row).unwrap();
            if world.job(job.id).is_none() {
                world.insert_job(job);
            }
        }
    }
    let text = tell(&world);
    let lines = text.lines().skip_while(|line| !line.starts_with("job"));
    lines.collect::<Vec<_>>().join("\n")
}

fn open(log_bytes_max: usize, fail_at: Option<(usize, Fails)>) -> Plane {
    let settings = Settings { log_bytes_max, log_bytes_per_server: 0, ..Settings::default() };
    let disk = Disk::default();
    let mut plane = Plane::open(disk, Room::default(), settings, Time(1_000));
    plane.seed().unwrap();
    seed_fleet(&mut plane, 36).unwrap();
    plane.now = Time(2_000);
    // Two of the second job and two of the third fail, one of them once.
    reject(&plane, [7, 8, 13], u8::MAX);
    reject(&plane, [14], 1);
    let mut state = plane.disk.state();
    state.fail_at = fail_at.map(|(at, fails)| (state.commits + at, fails));
    drop(state);
    plane
}

/// Nothing is checkpointed unless it is asked for.
const ROOMY: usize = 1 << 20;

#[test]
fn the_undisturbed_story_of_orders() {
    let plane = story(open(ROOMY, None), |plane| plane);
    insta::assert_snapshot!(told(&plane));
}

#[test]
fn a_restart_at_any_turn_changes_no_order() {
    let undisturbed = told(&story(open(ROOMY, None), |plane| plane));
    let mut turns = 0;
    story(open(ROOMY, None), |plane| {
        turns += 1;
        plane
    });
    assert!(turns > 15, "the story is long enough to disturb");
    for at in 0..turns {
        for checkpoint in [false, true] {
            let mut turn = 0;
            let plane = story(open(ROOMY, None), |mut plane| {
                turn += 1;
                if turn != at + 1 {
                    return plane;
                }
                if checkpoint {
                    plane.turn(Inbox { checkpoint, ..Inbox::new() }).unwrap();
                }
                plane.restarted()
            });
            assert_eq!(told(&plane), undisturbed, "restarted before turn {at}");
        }
    }
}

#[test]
fn a_commit_that_fails_at_any_moment_changes_no_order() {
    let undisturbed = told(&story(open(ROOMY, None), |plane| plane));
    for log_bytes_max in [0, ROOMY] {
        let commits = story(open(log_bytes_max, None), |plane| plane).disk.state().commits;
        for at in 1..=commits {
            for fails in [Fails::Before, Fails::After] {
                let plane = story(open(log_bytes_max, Some((at, fails))), |plane| plane);
                assert_eq!(told(&plane), undisturbed, "commit {at} failed {fails:?}");
            }
        }
    }
}
