//! Jobs that are run in waves, within bounds and at a time; jobs that are stopped, and their failed
//! part done again. All of it with a clock that only the test moves.

mod disaster;

use std::sync::Arc;

use proptest::prelude::*;

use crate::again::again;
use crate::apply::Change;
use crate::command::Command;
use crate::edits::{ApproveWave, CancelJob, Edit};
use crate::engine::{Inbox, Settings};
use crate::model::{
    Course, FaultKind, Job, JobId, Orders, Outcome, Power, ProjectId, RequestId, Retry, Server,
    ServerId, Share, SubJob, SubState, SubTarget, Target, Time,
};
use crate::ops::{Force, Operation, PasswordFit, Reboot, ResetPassword, Resize};
use crate::store::StoreError;

use super::plane::{Plane, command, create, seeded_server, with_password};

/// The servers of these tests have the numbers from here on.
const FIRST: u64 = 100;

fn s(number: u64) -> ServerId {
    ServerId(0x5000 + u128::from(FIRST + number))
}

fn all(count: u64) -> Vec<ServerId> {
    (0..count).map(s).collect()
}

fn seed_fleet(plane: &mut Plane, count: u64) -> Result<(), StoreError> {
    let running = |number| Server { power: Power::Running, ..seeded_server(FIRST + number) };
    let seeds = vec![Change::ServersAdded((0..count).map(running).collect())];
    plane.turn(Inbox { seeds, ..Inbox::new() }).map(drop)
}

fn fleet(count: u64) -> Plane {
    let mut plane = Plane::new(Settings::default());
    seed_fleet(&mut plane, count).unwrap();
    plane
}

fn reboot(request: u128, targets: &[ServerId], orders: Orders) -> Command {
    let mut command = command(request, Operation::Reboot(Reboot { force: Force::Hard }), targets);
    command.orders = orders;
    command
}

fn waves(sizes: &[Share]) -> Orders {
    Orders { waves: sizes.to_vec(), ..Orders::default() }
}

/// Orders a reboot and tells its job.
fn order(plane: &mut Plane, targets: &[ServerId], orders: Orders) -> JobId {
    let receipt = plane.order(reboot(1, targets, orders)).unwrap().unwrap();
    receipt.job.expect("it makes a job")
}

fn job(plane: &Plane, id: JobId) -> &Job {
    plane.world().job(id).expect("it is in memory")
}

fn states(job: &Job) -> (u32, u32, u32) {
    (job.tally.succeeded, job.tally.failed, job.tally.cancelled)
}

fn reject(plane: &Plane, servers: impl IntoIterator<Item = u64>, attempts: u8) {
    plane.room.state().rejects.extend(servers.into_iter().map(|number| (s(number), attempts)));
}

/// Of which sub-jobs each wave was, by when they began.
fn begun_together(job: &Job) -> Vec<(Time, usize)> {
    let tried = job.subs.iter().filter(|sub| sub.state != SubState::Refused);
    let mut times: Vec<Time> = tried.filter_map(|sub| sub.began_at).collect();
    times.sort();
    times.chunk_by(|a, b| a == b).map(|wave| (wave[0], wave.len())).collect()
}

#[test]
fn a_wave_begins_only_after_the_one_before_has_ended() {
    let mut plane = fleet(20);
    let sizes = [Share::Count(1), Share::Percent(10), Share::Percent(100)];
    let orders = Orders { pause_ms: 5_000, ..waves(&sizes) };
    let id = order(&mut plane, &all(20), orders);
    plane.run().unwrap();
    let job = job(&plane, id);
    assert_eq!(job.outcome(), Outcome::AllSucceeded);
    let begun = begun_together(job);
    assert_eq!(begun.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1, 2, 17]);
    for pair in begun.windows(2) {
        let of_first = |sub: &&SubJob| sub.began_at == Some(pair[0].0);
        let last_end = job.subs.iter().filter(of_first).filter_map(|sub| sub.ended_at).max();
        // A turn itself moves the clock by one.
        assert_eq!(pair[1].0, last_end.unwrap().after_ms(5_000 + 1));
    }
}

#[test]
fn the_last_size_is_used_until_all_had_their_turn() {
    let mut plane = fleet(10);
    let id = order(&mut plane, &all(10), waves(&[Share::Count(1), Share::Percent(40)]));
    plane.run().unwrap();
    let sizes: Vec<usize> = begun_together(job(&plane, id)).iter().map(|wave| wave.1).collect();
    assert_eq!(sizes, [1, 4, 4, 1]);
}

#[test]
fn who_is_refused_takes_no_place_in_a_wave() {
    let mut plane = fleet(6);
    let targets = [ServerId(1), s(0), ServerId(2), s(1), s(2), ServerId(3)];
    let id = order(&mut plane, &targets, waves(&[Share::Count(1), Share::Count(2)]));
    plane.run().unwrap();
    let job = job(&plane, id);
    assert_eq!(states(job), (3, 3, 0));
    assert_eq!(begun_together(job).iter().map(|wave| wave.1).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_slow_wave_holds_the_next_one_back() {
    let mut plane = fleet(4);
    // One of the first wave meets a host that does not answer, again and again.
    plane.room.state().trouble_over = Some((s(0), crate::testing::Trouble::Unreachable));
    let id = order(&mut plane, &all(4), waves(&[Share::Count(2)]));
    for _ in 0..20 {
        plane.turn(Inbox::new()).unwrap();
    }
    assert_eq!(job(&plane, id).subs[1].state, SubState::Succeeded);
    assert!(job(&plane, id).subs[2].began_at.is_none(), "the first wave is not over");
    plane.room.state().trouble_over = None;
    plane.run().unwrap();
    assert_eq!(job(&plane, id).outcome(), Outcome::AllSucceeded);
}

fn approve(id: JobId) -> Edit {
    Edit::ApproveWave(ApproveWave { job: id })
}

fn cancel(id: JobId) -> Edit {
    Edit::CancelJob(CancelJob { job: id })
}

fn say(plane: &mut Plane, request: u128, edit: Edit) -> Result<(), FaultKind> {
    let said = plane.order(command(request, edit.into(), &[])).unwrap();
    said.map(drop).map_err(|fault| fault.kind)
}

#[test]
fn a_held_wave_begins_when_it_is_approved_and_no_sooner() {
    let mut plane = fleet(6);
    let orders = Orders { hold: true, pause_ms: 2_000, ..waves(&[Share::Count(2)]) };
    let id = order(&mut plane, &all(6), orders);
    assert_eq!(say(&mut plane, 2, approve(id)), Err(FaultKind::JobNotHeld), "it is at work");
    for (wave, request) in [(1, 3), (2, 4)] {
        plane.run().unwrap();
        assert_eq!(begun_together(job(&plane, id)).len(), wave);
        let gate = job(&plane, id).course.as_ref().unwrap().mark.gate.unwrap();
        assert!(gate.held);
        // The pause counts from the end of the wave, and is kept though nobody waited for it.
        assert_eq!(say(&mut plane, request, approve(id)), Ok(()));
        assert!(begun_together(job(&plane, id)).len() == wave || plane.now >= gate.opens_at);
        plane.now = plane.now.max(gate.opens_at);
        plane.turn(Inbox::new()).unwrap();
        assert_eq!(begun_together(job(&plane, id)).len(), wave + 1);
    }
    plane.run().unwrap();
    assert_eq!(job(&plane, id).outcome(), Outcome::AllSucceeded);
    assert_eq!(say(&mut plane, 5, approve(id)), Err(FaultKind::JobEnded));
}

#[test]
fn the_failure_limit_stops_within_what_runs_at_a_time() {
    for (max, allowed) in [(Share::Count(5), 5), (Share::Count(0), 0), (Share::Percent(10), 4)] {
        let mut plane = fleet(40);
        reject(&plane, 0..40, u8::MAX);
        let orders = Orders { concurrency: Some(4), max_failures: Some(max), ..Orders::default() };
        let id = order(&mut plane, &all(40), orders);
        plane.run().unwrap();
        let job = job(&plane, id);
        let (succeeded, failed, cancelled) = states(job);
        assert!(failed > allowed && failed <= allowed + 4, "{max:?}: {failed} failed");
        assert_eq!((succeeded, cancelled), (0, 40 - failed));
        let told = job.subs.iter().filter(|sub| sub.state == SubState::Cancelled);
        for sub in told {
            assert_eq!(sub.fault.as_ref().unwrap().kind, FaultKind::TooManyFailures);
            assert_eq!((sub.began_at, sub.step), (None, 0));
        }
        let stopped = job.course.as_ref().unwrap().mark.stopped;
        assert_eq!(
            (job.outcome(), stopped),
            (Outcome::AllFailed, Some(FaultKind::TooManyFailures))
        );
        let free = |server: &Server| server.busy.is_none();
        assert!(plane.world().servers().all(free), "whoever was waiting can be ordered again");
    }
}

#[test]
fn as_many_failures_as_are_allowed_stop_nothing() {
    let mut plane = fleet(10);
    reject(&plane, 0..2, u8::MAX);
    // Whoever was refused was never tried and does not count.
    let targets = [&[ServerId(1), ServerId(2)], &all(10)[..]].concat();
    let orders = Orders { max_failures: Some(Share::Count(2)), ..waves(&[Share::Count(1)]) };
    let id = order(&mut plane, &targets, orders);
    plane.run().unwrap();
    assert_eq!(states(job(&plane, id)), (8, 4, 0));
}

#[test]
fn work_that_runs_when_a_job_is_stopped_is_done_to_its_end() {
    let mut plane = fleet(8);
    let resize =
        Resize { flavor: "large".into(), stop_first: true, upgrade_only: false, on_trial: false };
    let mut resize = command(1, Operation::Resize(resize), &all(8));
    resize.orders.concurrency = Some(3);
    let id = plane.order(resize).unwrap().unwrap().job.unwrap();
    assert_eq!(job(&plane, id).tally.running, 3);
    assert_eq!(say(&mut plane, 2, cancel(id)), Ok(()));
    assert_eq!(states(job(&plane, id)), (0, 0, 5));
    assert_eq!(job(&plane, id).tally.running, 3, "they were not torn down in the middle");
    assert_eq!(say(&mut plane, 3, cancel(id)), Ok(()), "once more is as good as once");
    plane.run().unwrap();
    let job = job(&plane, id);
    assert_eq!((states(job), job.outcome()), ((3, 0, 5), Outcome::SomeFailed));
    for number in 0..8 {
        let flavor = if number < 3 { "large" } else { "small" };
        assert_eq!(&*plane.world().server(s(number)).unwrap().flavor, flavor);
    }
    assert_eq!(say(&mut plane, 4, cancel(id)), Err(FaultKind::JobEnded));
    assert_eq!(say(&mut plane, 5, cancel(JobId(9_999))), Err(FaultKind::JobNotFound));
}

#[test]
fn a_job_is_cancelled_by_its_own_project_alone() {
    let mut plane = fleet(2);
    let id = order(&mut plane, &all(2), Orders { concurrency: Some(1), ..Orders::default() });
    let mut foreign = command(2, cancel(id).into(), &[]);
    foreign.project = ProjectId(0xB);
    assert_eq!(plane.order(foreign).unwrap().unwrap_err().kind, FaultKind::JobNotFound);
}

#[test]
fn a_step_under_way_that_waits_for_its_host_is_not_cancelled() {
    let mut plane = fleet(2);
    plane.room.state().trouble_at = Some((1, crate::testing::Trouble::Busy));
    let id = order(&mut plane, &all(2), Orders { concurrency: Some(1), ..Orders::default() });
    plane.turn(Inbox::new()).unwrap();
    assert_eq!(
        (job(&plane, id).subs[0].state, job(&plane, id).subs[0].retries),
        (SubState::Waiting, 1)
    );
    // The second was begun in the place of the first; both are under way.
    assert_eq!(say(&mut plane, 2, cancel(id)), Ok(()));
    plane.run().unwrap();
    assert_eq!(states(job(&plane, id)), (2, 0, 0));
}

#[test]
fn nothing_begins_before_its_time() {
    let mut plane = fleet(3);
    let at = plane.now.after_ms(20_000);
    let id = order(&mut plane, &all(3), Orders { start_at: Some(at), ..Orders::default() });
    assert_eq!(plane.engine.next_due(), Some(at));
    assert!(job(&plane, id).subs.iter().all(|sub| sub.state == SubState::Waiting));
    assert!(plane.world().server(s(0)).unwrap().busy.is_some(), "the order holds its servers");
    plane.now = at.after_ms(-2);
    plane.turn(Inbox::new()).unwrap();
    assert_eq!(job(&plane, id).tally.running, 0);
    plane.turn(Inbox::new()).unwrap();
    assert_eq!(job(&plane, id).tally.running, 3);
    plane.run().unwrap();
    assert_eq!(begun_together(job(&plane, id)), [(at, 3)]);
}

#[test]
fn a_time_to_start_that_is_past_is_now() {
    let mut plane = fleet(3);
    let at = Some(plane.now.after_ms(-1_000));
    let id = order(&mut plane, &all(3), Orders { start_at: at, ..Orders::default() });
    assert_eq!(job(&plane, id).tally.running, 3);
}

#[test]
fn what_has_not_begun_by_the_deadline_is_cancelled_for_that_reason() {
    let mut plane = fleet(5);
    let deadline = plane.now.after_ms(20_000);
    let orders = Orders { deadline: Some(deadline), pause_ms: 15_000, ..waves(&[Share::Count(2)]) };
    let id = order(&mut plane, &all(5), orders);
    plane.run().unwrap();
    let job = job(&plane, id);
    assert_eq!(states(job), (4, 0, 1));
    let last = &job.subs[4];
    assert_eq!(last.fault.as_ref().unwrap().kind, FaultKind::DeadlinePassed);
    assert_eq!(last.ended_at, Some(deadline.after_ms(1)));
}

fn retry(attempts: u8, backoff_ms: i64) -> Orders {
    Orders { retry: Some(Retry { attempts, backoff_ms }), ..Orders::default() }
}

#[test]
fn a_failed_server_is_tried_again_and_what_was_tried_stays_listed() {
    let mut plane = fleet(3);
    reject(&plane, [0], 2);
    reject(&plane, [1], u8::MAX);
    let id = order(&mut plane, &all(3), retry(3, 1_000));
    plane.run().unwrap();
    let job = job(&plane, id);
    assert_eq!(states(job), (2, 1, 0));
    assert_eq!((job.attempts(0).len(), job.attempts(1).len(), job.attempts(2).len()), (2, 3, 0));
    let waits: Vec<i64> =
        job.attempts(1).iter().map(|one| one.again_at.ms_since(one.failed_at)).collect();
    assert_eq!(waits, [1_000, 2_000, 4_000]);
    for one in job.attempts(1) {
        assert_eq!(one.fault.kind, FaultKind::NoCapacity);
    }
    assert_eq!(job.subs[1].fault.as_ref().unwrap().kind, FaultKind::NoCapacity);
    let calls = plane.room.state().calls;
    assert_eq!(calls, 3 + 4 + 1, "no more tries than were ordered");
}

#[test]
fn each_ordered_try_may_meet_as_much_trouble_as_the_first() {
    let mut plane = fleet(1);
    plane.room.state().trouble_over = Some((s(0), crate::testing::Trouble::Unreachable));
    let id = order(&mut plane, &all(1), retry(2, 0));
    plane.run().unwrap();
    assert_eq!(states(job(&plane, id)), (0, 1, 0));
    let tries = 3 * (1 + usize::from(crate::limits::RETRIES_MAX));
    assert_eq!(plane.room.state().calls, tries);
    let failed_at: Vec<u8> = job(&plane, id).attempts(0).iter().map(|one| one.retries).collect();
    assert_eq!(failed_at, [4, 9]);
}

#[test]
fn a_try_still_to_come_does_not_count_as_a_failure_nor_outlive_the_deadline() {
    let mut plane = fleet(3);
    reject(&plane, 0..3, u8::MAX);
    let deadline = Some(plane.now.after_ms(10_000));
    let orders = Orders { deadline, max_failures: Some(Share::Count(0)), ..retry(5, 4_000) };
    let id = order(&mut plane, &all(3), orders);
    plane.turn(Inbox::new()).unwrap();
    assert_eq!((job(&plane, id).tally.waiting, states(job(&plane, id))), (3, (0, 0, 0)));
    plane.run().unwrap();
    // The second try begins after 4 s, the third would after 12 s.
    let job = job(&plane, id);
    assert_eq!(states(job), (0, 3, 0));
    assert_eq!(job.attempts(0).len(), 1);
}

#[test]
fn a_stopped_job_is_not_tried_again() {
    let mut plane = fleet(3);
    reject(&plane, 0..3, u8::MAX);
    let id = order(&mut plane, &all(3), retry(5, 4_000));
    plane.turn(Inbox::new()).unwrap();
    assert_eq!(say(&mut plane, 2, cancel(id)), Ok(()));
    let job = job(&plane, id);
    assert_eq!(states(job), (0, 3, 0), "they were tried: they failed");
    assert_eq!(job.subs[0].fault.as_ref().unwrap().kind, FaultKind::NoCapacity);
}

#[test]
fn a_job_s_own_concurrency_counts_what_is_tried_again() {
    let mut plane = fleet(8);
    reject(&plane, 0..4, 1);
    let orders = Orders { concurrency: Some(2), ..retry(1, 3) };
    let id = order(&mut plane, &all(8), orders);
    while plane.world().sub_jobs_in_flight() > 0 {
        plane.turn(Inbox::new()).unwrap();
        assert!(job(&plane, id).tally.running <= 2);
    }
    assert_eq!(states(job(&plane, id)), (8, 0, 0));
}

#[test]
fn lanes_that_are_full_do_not_keep_the_plane_awake_for_retries() {
    let settings = Settings { lanes: 1, ..Settings::default() };
    let mut plane = Plane::new(settings);
    seed_fleet(&mut plane, 3).unwrap();
    plane.room.state().trouble_at = Some((2, crate::testing::Trouble::Lost));
    reject(&plane, [0], 1);
    order(&mut plane, &all(3), retry(1, 10));
    for _ in 0..20 {
        plane.turn(Inbox::new()).unwrap();
    }
    assert!(plane.engine.next_due().is_none_or(|due| due > plane.now), "the one lane is taken");
}

#[test]
fn exactly_what_did_not_succeed_is_done_again() {
    let mut plane = fleet(6);
    reject(&plane, 1..3, u8::MAX);
    let targets = [&all(6)[..], &[ServerId(1)]].concat();
    let orders =
        Orders { concurrency: Some(1), max_failures: Some(Share::Count(1)), ..Orders::default() };
    let id = order(&mut plane, &targets, orders);
    let ask = |job: &Job, orders| again(job, "AK".into(), "test", RequestId(2), orders, None);
    assert_eq!(
        ask(job(&plane, id), Orders::default()).unwrap_err(),
        FaultKind::StillRunning,
        "it may still succeed"
    );
    plane.run().unwrap();
    assert_eq!(states(job(&plane, id)), (1, 3, 3));
    plane.room.state().rejects.clear();
    let once_more = ask(job(&plane, id), waves(&[Share::Count(2)])).unwrap();
    let second = plane.order(once_more).unwrap().unwrap().job.unwrap();
    plane.run().unwrap();
    let second = job(&plane, second);
    assert_eq!((second.parent, states(second)), (Some(id), (5, 1, 0)));
    let of = |job: &Job| job.subs.iter().map(|sub| sub.target.clone()).collect::<Vec<_>>();
    assert_eq!(of(second)[..5], of(job(&plane, id))[1..6]);
    assert_eq!(of(second)[5], SubTarget::Unknown(ServerId(1).to_string().into()));
}

#[test]
fn what_all_succeeded_needs_no_second_time_and_a_password_is_needed_again() {
    let mut plane = fleet(2);
    let id = order(&mut plane, &all(2), Orders::default());
    plane.run().unwrap();
    let ask = |job: &Job| again(job, "AK".into(), "test", RequestId(9), Orders::default(), None);
    assert_eq!(ask(job(&plane, id)).unwrap_err(), FaultKind::NothingToRetry);
    reject(&plane, 0..2, u8::MAX);
    let reset = ResetPassword { fit: PasswordFit::ANY, needs_stopped: false, stop_first: false };
    let reset = with_password(command(3, Operation::ResetPassword(reset), &all(2)), "Some@Pass1");
    let id = plane.order(reset).unwrap().unwrap().job.unwrap();
    plane.run().unwrap();
    assert_eq!(ask(job(&plane, id)).unwrap_err(), FaultKind::PasswordNeeded);
}

#[test]
fn of_what_was_to_be_made_only_the_missing_is_made_again() {
    let mut plane = fleet(0);
    let mut make = command(1, create(&["a", "b", "c"]), &[]);
    make.orders.concurrency = Some(1);
    let id = plane.order(make).unwrap().unwrap().job.unwrap();
    assert_eq!(say(&mut plane, 2, cancel(id)), Ok(()));
    plane.run().unwrap();
    assert_eq!(states(job(&plane, id)), (1, 0, 2));
    let fault = |server: &Server| server.fault.as_ref().map(|fault| fault.kind);
    let unmade: Vec<_> = plane.world().servers().filter(|server| server.host.is_none()).collect();
    assert_eq!(unmade.len(), 2);
    assert!(unmade.iter().all(|server| fault(server) == Some(FaultKind::Cancelled)));
    let once_more =
        again(job(&plane, id), "AK".into(), "test", RequestId(3), Orders::default(), None).unwrap();
    let Operation::Create(second) = &once_more.operation else { panic!("it makes servers") };
    assert_eq!(second.names, [Arc::from("b"), Arc::from("c")]);
    plane.order(once_more).unwrap().unwrap();
    plane.run().unwrap();
    assert_eq!(plane.world().servers().filter(|server| server.host.is_some()).count(), 6 + 3);
}

#[test]
fn a_cancelled_server_says_so_and_takes_new_orders() {
    let mut plane = fleet(2);
    let id = order(&mut plane, &all(2), Orders { concurrency: Some(1), ..Orders::default() });
    say(&mut plane, 2, cancel(id)).unwrap();
    let last = plane.world().server(s(1)).unwrap().last.clone().unwrap();
    assert_eq!((last.ended, last.fault.unwrap().kind), (true, FaultKind::Cancelled));
    let receipt = plane.order(reboot(3, &[s(1)], Orders::default())).unwrap().unwrap();
    assert!(!receipt.answers[0].refused());
}

#[test]
fn orders_that_cannot_be_carried_out_are_refused_in_words() {
    let mut plane = fleet(2);
    let now = plane.now;
    let day = 86_400_000;
    let share = |share| waves(&[share]);
    let bad = [
        Orders { concurrency: Some(0), ..Orders::default() },
        waves(&[Share::Count(1); 33]),
        share(Share::Count(0)),
        share(Share::Percent(0)),
        share(Share::Percent(101)),
        Orders { pause_ms: 1, ..Orders::default() },
        Orders { hold: true, ..Orders::default() },
        Orders { pause_ms: 7 * day + 1, ..share(Share::Count(1)) },
        Orders { pause_ms: -1, ..share(Share::Count(1)) },
        Orders { max_failures: Some(Share::Percent(101)), ..Orders::default() },
        Orders { start_at: Some(now.after_ms(31 * day)), ..Orders::default() },
        Orders { deadline: Some(now), ..Orders::default() },
        Orders {
            start_at: Some(now.after_ms(2_000)),
            deadline: Some(now.after_ms(2_000)),
            ..Orders::default()
        },
        retry(0, 0),
        retry(11, 0),
        retry(1, -1),
        retry(1, 3_600_001),
    ];
    let mut told = Vec::new();
    for (orders, request) in bad.into_iter().zip(1..) {
        let fault = plane.order(reboot(request, &all(2), orders)).unwrap().unwrap_err();
        assert_eq!(fault.kind, FaultKind::OrdersInvalid);
        told.push(fault.detail.unwrap());
    }
    // What is done at once has no turn to wait for.
    let mut lock = command(50, Operation::Lock(crate::ops::Lock { locked: true }), &all(2));
    lock.orders.start_at = Some(now.after_ms(5_000));
    told.push(plane.order(lock).unwrap().unwrap_err().detail.unwrap());
    insta::assert_snapshot!(told.join("\n"));
    assert_eq!(plane.world().jobs().count(), 0);
}

fn sub(state: SubState) -> SubJob {
    SubJob {
        target: SubTarget::Known(Target::Server(ServerId(1))),
        state,
        step: 0,
        retries: 0,
        was_running: false,
        began_at: None,
        ended_at: None,
        fault: None,
    }
}

fn share() -> impl Strategy<Value = Share> {
    prop_oneof![(1u32..40).prop_map(Share::Count), (1u8..=100).prop_map(Share::Percent)]
}

proptest! {
    #[test]
    fn waves_take_everybody_once_and_are_as_large_as_was_said(
        sizes in prop::collection::vec(share(), 0..6),
        works in prop::collection::vec(any::<bool>(), 1..120),
    ) {
        let orders = waves(&sizes);
        let state = |works| if works { SubState::Waiting } else { SubState::Refused };
        let subs: Vec<SubJob> = works.iter().map(|works| sub(state(*works))).collect();
        let work = u32::try_from(works.iter().filter(|works| **works).count()).unwrap();
        prop_assume!(work > 0);
        let mut course = Course::new(&orders, &subs, Time::ZERO);
        let (mut from, mut wave, mut done) = (0, 0, 0);
        loop {
            let mark = course.mark;
            let begun = &works[from..mark.opened as usize];
            let size = u32::try_from(begun.iter().filter(|works| **works).count()).unwrap();
            let said = match sizes.get(wave).or(sizes.last()) {
                None => work,
                Some(Share::Count(count)) => *count,
                Some(Share::Percent(percent)) => (work * u32::from(*percent) / 100).max(1),
            };
            prop_assert_eq!(size, said.min(work - done));
            done += size;
            prop_assert_eq!(mark.unopened, work - done);
            prop_assert_eq!(mark.wave as usize, wave + 1);
            if mark.unopened == 0 {
                prop_assert_eq!(mark.opened as usize, works.len());
                break;
            }
            (from, wave) = (mark.opened as usize, wave + 1);
            course.mark = course.next_wave(&orders, &subs);
        }
        prop_assert_eq!(done, work);
    }
}
