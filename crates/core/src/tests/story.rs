//! Single rules of the core, each shown once.

use crate::command::{Admission, AlreadySo, TargetRef};
use crate::engine::{Inbox, Settings};
use crate::events::{EventKind, Since, since};
use crate::limits;
use crate::model::{FaultKind, Orders, Outcome, Power, RequestId, ServerId, SubState};
use crate::ops::{
    Delete, Force, Operation, PasswordFit, Reinstall, Rename, ResetPassword, Resize, Start, Stop,
    Verdict,
};
use crate::store::Table;
use crate::view::View;

use super::plane::{PROJECT, Plane, WINDOWS, command, command_on, create, with_password};

fn s(number: u128) -> ServerId {
    ServerId(0x5000 + number)
}

fn stop() -> Operation {
    Operation::Stop(Stop { force: Force::Soft })
}

fn kinds(plane: &Plane, request: u128) -> Vec<(SubState, Option<FaultKind>)> {
    let job = plane.world().job_of_request(RequestId(request)).expect("a job");
    job.subs.iter().map(|sub| (sub.state, sub.fault.as_ref().map(|fault| fault.kind))).collect()
}

#[test]
fn each_target_has_its_own_verdict_and_the_job_folds_them() {
    let mut plane = Plane::new(Settings::default());
    let receipt = plane.order(command(1, stop(), &[s(1), s(2), s(99)])).unwrap().unwrap();
    assert_eq!(receipt.answers[0].verdict, Verdict::Admit);
    assert_eq!(receipt.answers[1].verdict, Verdict::AlreadySo(FaultKind::ServerStopped.into()));
    assert_eq!(receipt.answers[2].verdict, Verdict::refuse(FaultKind::ServerNotFound));
    assert_eq!(plane.world().job(receipt.job.unwrap()).unwrap().outcome(), Outcome::Running);
    plane.run().unwrap();
    assert_eq!(plane.world().job(receipt.job.unwrap()).unwrap().outcome(), Outcome::SomeFailed);
    assert_eq!(
        kinds(&plane, 1),
        [
            (SubState::Succeeded, None),
            (SubState::Succeeded, None),
            (SubState::Refused, Some(FaultKind::ServerNotFound)),
        ]
    );
    assert_eq!(plane.world().server(s(1)).unwrap().power, Power::Stopped);
}

#[test]
fn what_already_is_so_can_count_as_a_refusal() {
    let mut plane = Plane::new(Settings::default());
    let mut order = command(1, Operation::Start(Start {}), &[s(1), s(2)]);
    order.already_so = AlreadySo::Refused;
    let receipt = plane.order(order).unwrap().unwrap();
    assert_eq!(receipt.answers[0].verdict, Verdict::refuse(FaultKind::ServerRunning));
    assert_eq!(receipt.answers[1].verdict, Verdict::Admit);
}

#[test]
fn all_or_nothing_changes_nothing_when_one_is_refused() {
    let mut plane = Plane::new(Settings::default());
    let mut order = command(1, stop(), &[s(1), s(99)]);
    order.admission = Admission::AllOrNothing;
    let commits = plane.disk.state().commits;
    let receipt = plane.order(order).unwrap().unwrap();
    assert_eq!(receipt.job, None);
    assert!(!receipt.answers[0].refused() && receipt.answers[1].refused());
    assert_eq!(plane.world().jobs().count(), 0);
    assert_eq!(plane.disk.state().commits, commits, "nothing was written");
}

#[test]
fn a_command_none_of_whose_targets_exists_makes_no_job() {
    let mut plane = Plane::new(Settings::default());
    let targets = vec![TargetRef::Server(s(98)), TargetRef::Unreadable("nonsense".into())];
    let receipt = plane.order(command_on(1, stop(), targets)).unwrap().unwrap();
    assert_eq!(receipt.job, None);
    assert!(receipt.answers.iter().all(crate::command::TargetAnswer::refused));
}

#[test]
fn a_target_named_twice_is_worked_on_once() {
    let mut plane = Plane::new(Settings::default());
    let targets =
        vec![TargetRef::Server(s(1)), TargetRef::Short(s(1).handle()), TargetRef::Server(s(3))];
    let receipt = plane.order(command_on(1, stop(), targets)).unwrap().unwrap();
    assert_eq!(receipt.answers[0].sub, receipt.answers[1].sub);
    assert_ne!(receipt.answers[0].sub, receipt.answers[2].sub);
    assert_eq!(kinds(&plane, 1).len(), 2);
    plane.run().unwrap();
    assert_eq!(plane.room.state().calls, 2);
}

#[test]
fn a_busy_server_refuses_a_second_order() {
    let mut plane = Plane::new(Settings::default());
    plane.order(command(1, stop(), &[s(1)])).unwrap().unwrap();
    let receipt =
        plane.order(command(2, Operation::Rename(Rename { name: "x".into() }), &[s(1), s(2)]));
    let receipt = receipt.unwrap().unwrap();
    // The first ended within the turn that took the second: only then is the server free.
    assert!(!receipt.answers[1].refused());
    let mut plane = Plane::new(Settings::default());
    let both = vec![
        (0, command(1, stop(), &[s(1)])),
        (1, command(2, Operation::Start(Start {}), &[s(1)])),
    ];
    let turn = plane.turn(Inbox { commands: both, ..Inbox::new() }).unwrap();
    let second = turn.replies[1].1.as_ref().unwrap();
    assert_eq!(second.answers[0].verdict, Verdict::refuse(FaultKind::ServerBusy));
}

#[test]
fn another_project_s_server_does_not_exist() {
    let mut plane = Plane::new(Settings::default());
    let mut order = command(1, stop(), &[s(1)]);
    order.project = crate::model::ProjectId(0xB);
    let receipt = plane.order(order).unwrap().unwrap();
    assert_eq!(receipt.answers[0].verdict, Verdict::refuse(FaultKind::ServerNotFound));
    assert_eq!(receipt.answers[0].target, None);
}

#[test]
fn a_token_gives_the_first_receipt_and_refuses_another_request() {
    let mut plane = Plane::new(Settings::default());
    let order = command(1, create(&["a", "b"]), &[]);
    let first = plane.order(order.clone()).unwrap().unwrap();
    plane.run().unwrap();
    let again = plane.order(order.clone()).unwrap().unwrap();
    assert_eq!(first, again);
    assert_eq!(plane.world().servers_count(), 8);
    let mut other = order.clone();
    other.token.as_mut().unwrap().digest = [9; 32];
    assert_eq!(plane.order(other).unwrap().unwrap_err().kind, FaultKind::TokenReused);
    plane = plane.restarted();
    assert_eq!(plane.order(order.clone()).unwrap().unwrap(), first);
    plane.now = plane.now.after_ms(limits::TOKEN_LIFE_MS);
    assert_eq!(plane.order(order.clone()).unwrap().unwrap_err().kind, FaultKind::TokenExpired);
    plane = plane.restarted();
    assert_eq!(plane.order(order.clone()).unwrap().unwrap_err().kind, FaultKind::TokenExpired);
    plane.now = plane.now.after_ms(limits::TOKEN_REFUSED_MS);
    let later = plane.order(order).unwrap().unwrap();
    assert_ne!(first.job, later.job, "once forgotten, a token is new again");
}

#[test]
fn a_dry_run_judges_and_changes_nothing() {
    let mut plane = Plane::new(Settings::default());
    let before = super::plane::tell(plane.world());
    for (order, refused) in
        [(command(1, create(&["a"]), &[]), 0), (command(2, stop(), &[s(1), s(99)]), 1)]
    {
        let mut order = order;
        order.dry_run = true;
        let receipt = plane.order(order).unwrap().unwrap();
        assert_eq!(receipt.job, None);
        assert_eq!(receipt.answers.iter().filter(|answer| answer.refused()).count(), refused);
    }
    assert_eq!(super::plane::tell(plane.world()), before);
    let mut order = command(
        3,
        Operation::Create(crate::ops::Create {
            spread: false,
            flavor: "none".into(),
            ..match create(&["a"]) {
                Operation::Create(create) => create,
                _ => unreachable!(),
            }
        }),
        &[],
    );
    order.dry_run = true;
    assert_eq!(plane.order(order).unwrap().unwrap_err().kind, FaultKind::FlavorNotFound);
}

#[test]
fn a_password_must_suit_the_system_it_is_for() {
    let mut plane = Plane::new(Settings::default());
    let fit = PasswordFit { linux: true, windows: false };
    let reset =
        Operation::ResetPassword(ResetPassword { fit, needs_stopped: false, stop_first: false });
    let order = with_password(command(1, reset, &[s(1), s(5)]), "Any@Pass1");
    let receipt = plane.order(order).unwrap().unwrap();
    assert!(!receipt.answers[0].refused());
    assert_eq!(receipt.answers[1].verdict, Verdict::refuse(FaultKind::PasswordUnfit));
    plane.run().unwrap();
    let state = plane.room.state();
    assert_eq!(state.machines[&s(1)].password.as_deref(), Some("Any@Pass1"));
    assert_eq!(state.machines[&s(5)].password, None);
}

#[test]
fn a_step_without_its_secret_fails_instead_of_hanging() {
    let mut plane = Plane::new(Settings::default());
    let reset = ResetPassword { fit: PasswordFit::ANY, needs_stopped: false, stop_first: false };
    plane.order(command(1, Operation::ResetPassword(reset), &[s(1)])).unwrap().unwrap();
    plane.run().unwrap();
    assert_eq!(kinds(&plane, 1), [(SubState::Failed, Some(FaultKind::StepFailed))]);
    assert!(plane.world().server(s(1)).unwrap().busy.is_none());
}

#[test]
fn reinstalling_another_image_keeps_the_server_and_changes_its_system() {
    let mut plane = Plane::new(Settings::default());
    let reinstall = Reinstall {
        image: Some(WINDOWS),
        stop_first: false,
        key_name: None,
        user_data: None,
        encrypted_password: None,
        fit: PasswordFit::ANY,
    };
    let operation = Operation::Reinstall(reinstall);
    let receipt = plane.order(command(1, operation, &[s(1), s(2)])).unwrap().unwrap();
    assert_eq!(receipt.answers[0].verdict, Verdict::refuse(FaultKind::ServerRunning));
    plane.run().unwrap();
    let server = plane.world().server(s(2)).unwrap();
    assert_eq!((server.image, server.image_generation), (WINDOWS, 2));
    assert_eq!(server.power, Power::Running);
}

#[test]
fn a_quota_stops_what_would_exceed_it() {
    let mut plane = Plane::new(Settings::default());
    let names: Vec<String> = (0..limits::CREATE_MAX).map(|n| format!("n{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for request in 1..=4 {
        plane.order(command(request, create(&names), &[])).unwrap().unwrap();
        plane.run().unwrap();
    }
    let refused = plane.order(command(5, create(&names), &[])).unwrap().unwrap_err();
    assert_eq!(refused.kind, FaultKind::QuotaExceeded);
    let usage = plane.world().usage(PROJECT);
    assert_eq!((usage.servers, usage.vcpus), (4_006, 4_006));
}

#[test]
fn a_job_s_own_concurrency_holds_its_waiting_sub_jobs_back() {
    let mut plane = Plane::new(Settings::default());
    let mut order = command(1, stop(), &[s(1), s(3), s(5)]);
    order.orders = Orders { concurrency: Some(1), ..Orders::default() };
    plane.order(order).unwrap().unwrap();
    let running = |plane: &Plane| {
        plane.world().jobs().next().map(|job| (job.tally.running, job.tally.waiting)).unwrap()
    };
    assert_eq!(running(&plane), (1, 2));
    plane.turn(Inbox::new()).unwrap();
    assert_eq!(running(&plane), (1, 1));
    plane.run().unwrap();
    assert_eq!(kinds(&plane, 1), [(SubState::Succeeded, None); 3]);
}

#[test]
fn lanes_bound_what_all_jobs_run_together() {
    let settings = Settings { lanes: 2, ..Settings::default() };
    let mut plane = Plane::new(settings);
    let both = vec![(0, command(1, stop(), &[s(1), s(3)])), (1, command(2, stop(), &[s(5), s(6)]))];
    plane.turn(Inbox { commands: both, ..Inbox::new() }).unwrap();
    let running: u32 = plane.world().jobs().map(|job| job.tally.running).sum();
    assert_eq!(running, 2);
    plane.run().unwrap();
    assert_eq!(plane.world().sub_jobs_in_flight(), 0);
}

#[test]
fn resizing_counts_against_the_project_and_moves_the_machine() {
    let mut plane = Plane::new(Settings::default());
    let resize = |flavor: &str, upgrade_only| {
        Operation::Resize(Resize {
            flavor: flavor.into(),
            stop_first: true,
            upgrade_only,
            on_trial: false,
        })
    };
    plane.order(command(1, resize("large", true), &[s(1)])).unwrap().unwrap();
    plane.run().unwrap();
    assert_eq!(plane.world().usage(PROJECT).vcpus, 9);
    assert_eq!(plane.world().server(s(1)).unwrap().power, Power::Running);
    assert_eq!(plane.room.state().machines[&s(1)].vcpus, 4);
    let receipt = plane.order(command(2, resize("small", true), &[s(1), s(2)])).unwrap().unwrap();
    assert_eq!(receipt.answers[0].verdict, Verdict::refuse(FaultKind::FlavorTooSmall));
    assert_eq!(receipt.answers[1].verdict, Verdict::refuse(FaultKind::SameFlavor));
}

#[test]
fn finished_jobs_are_read_from_the_archive_and_forgotten_in_time() {
    let mut plane = Plane::new(Settings::default());
    let receipt = plane.order(command(1, stop(), &[s(1), s(99)])).unwrap().unwrap();
    plane.run().unwrap();
    plane.turn(Inbox { checkpoint: true, ..Inbox::new() }).unwrap();
    assert_eq!(plane.world().jobs().count(), 0, "it left memory");
    let archive = plane.engine.archive();
    let sub = receipt.answers[1].sub.unwrap();
    {
        let view = View::new(plane.world(), &*archive, &(), plane.now);
        let (job, index) = view.sub_job(sub).expect("it is in the archive");
        assert_eq!(job.outcome(), Outcome::SomeFailed);
        assert_eq!(job.subs[index].state, SubState::Refused);
        assert!(view.job_with_number(sub.0 + 1).is_none());
        assert!(view.job(crate::model::JobId(sub.0)).is_none(), "a sub-job is no job");
        let of_call = view.job_of_request(RequestId(1)).expect("it is found by its call");
        assert_eq!(of_call.id, receipt.job.unwrap());
        assert!(view.job_of_request(RequestId(2)).is_none());
    }
    plane = plane.restarted();
    let archive = plane.engine.archive();
    {
        let view = View::new(plane.world(), &*archive, &(), plane.now);
        assert!(view.job_of_request(RequestId(1)).is_some(), "a restart does not lose it");
    }
    plane.now = plane.now.after_ms(limits::RETENTION_MS + 120_000);
    plane.turn(Inbox::new()).unwrap();
    let view = View::new(plane.world(), &*archive, &(), plane.now);
    assert!(view.job(receipt.job.unwrap()).is_none(), "its time is over");
    assert!(view.job_of_request(RequestId(1)).is_none());
    let leads = plane.disk.state().rows.keys().any(|(table, _)| *table == Table::Requests);
    assert!(!leads, "nothing leads to what is gone");
}

#[test]
fn events_are_numbered_without_gaps_across_a_restart() {
    let mut plane = Plane::new(Settings::default());
    plane.order(command(1, stop(), &[s(1), s(2), s(99)])).unwrap().unwrap();
    plane = plane.restarted();
    plane.run().unwrap();
    let seqs: Vec<u64> = plane.events.iter().map(|event| event.seq).collect();
    let expected: Vec<u64> = (1..=seqs.len() as u64).collect();
    assert_eq!(seqs, expected);
    let ended = plane
        .events
        .iter()
        .filter(|event| matches!(event.kind, EventKind::SubJobEnded { .. }))
        .count();
    assert_eq!(ended, 3);
    assert_eq!(plane.events.last().unwrap().kind, EventKind::JobEnded);
}

#[test]
fn what_happened_last_is_known_after_a_restart_whatever_was_folded_into_rows() {
    for log_bytes_max in [0, 500, limits::LOG_BYTES_MAX] {
        let settings = Settings { log_bytes_max, log_bytes_per_server: 0, ..Settings::default() };
        let mut plane = Plane::new(settings);
        for number in 1..=3 {
            plane.order(command(number, stop(), &[s(1), s(2), s(99)])).unwrap().unwrap();
            plane = plane.restarted();
            plane.run().unwrap();
            let start = Operation::Start(Start {});
            plane.order(command(10 + number, start, &[s(1), s(2)])).unwrap().unwrap();
            plane.run().unwrap();
        }
        plane = plane.restarted();
        let recent = plane.engine.take_recent();
        assert_eq!(recent.next(), plane.world().next_event());
        assert_eq!(recent.oldest(), 1);
        assert!(plane.events.len() > 30);
        assert_eq!(since(|| &recent, 1, usize::MAX), Since::Events(plane.events));
    }
}

#[test]
fn deleting_frees_the_name_the_room_and_the_machine() {
    let mut plane = Plane::new(Settings::default());
    let delete = Operation::Delete(Delete::new(true, true));
    plane.order(command(1, delete, &[s(1), s(2)])).unwrap().unwrap();
    plane.run().unwrap();
    assert!(plane.world().server(s(1)).is_none());
    assert_eq!(plane.world().usage(PROJECT).servers, 4);
    assert_eq!(plane.world().servers_of(PROJECT).count(), 4);
    assert!(!plane.room.state().machines.contains_key(&s(1)));
    plane = plane.restarted();
    assert!(plane.world().server(s(1)).is_none(), "it stays gone");
}
