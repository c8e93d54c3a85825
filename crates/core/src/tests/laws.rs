//! Properties that hold for any story: invariants at every turn, every job ends, and what is on
//! disk is what is in memory.

use proptest::prelude::*;

use crate::command::TargetRef;
use crate::driver::DiskPlan;
use crate::edits::{
    AcceptScheduledEvent, ApproveWave, CancelJob, ChangeRecycleBin, Edit, JoinServerGroup,
    LeaveServerGroup,
};
use crate::engine::{Inbox, Settings};
use crate::model::{DiskPhase, JobId, Orders, Phase, Retry, ServerGroupId, ServerId, Share, Time};
use crate::ops::{
    ConfirmResize, Delete, DeleteDisks, ExtendDisks, Force, Lock, Migrate, Operation, PasswordFit,
    Purge, Reboot, Reinstall, Rename, ResetPassword, Resize, Restore, RevertResize, Start, Stop,
};

use super::plane::{
    LEAVES_AT, PROJECT, Plane, attach, command, command_on, create, create_disks, create_in,
    detach, make_group, seeded_disk, tell, with_password,
};

#[derive(Clone, Debug)]
enum Deed {
    /// Of what kind, on whom, and how it is run.
    Order(u8, Vec<u8>, u8),
    /// Of the jobs in flight, the one of this place.
    Cancel(u8),
    Approve(u8),
    /// Agree to the event of this place among those told.
    Accept(u8),
    /// The time comes at which the first host leaves.
    Leave,
    Turn,
    Run,
    Checkpoint,
    Restart,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => (0u8..28, prop::collection::vec(0u8..10, 1..6), 0u8..12)
            .prop_map(|(o, t, how)| Deed::Order(o, t, how)),
        1 => (0u8..4).prop_map(Deed::Cancel),
        1 => (0u8..4).prop_map(Deed::Approve),
        1 => (0u8..6).prop_map(Deed::Accept),
        1 => Just(Deed::Leave),
        3 => Just(Deed::Turn),
        1 => Just(Deed::Run),
        1 => Just(Deed::Checkpoint),
        1 => Just(Deed::Restart),
    ]
}

/// Mostly none.
fn orders(how: u8, now: Time) -> Orders {
    let waves = vec![Share::Count(1), Share::Percent(50)];
    let none = Orders::default();
    match how {
        0 => Orders { waves, pause_ms: 700, ..none },
        1 => Orders { waves, hold: true, ..none },
        2 => Orders { max_failures: Some(Share::Count(0)), concurrency: Some(1), ..none },
        3 => Orders {
            start_at: Some(now.after_ms(900)),
            deadline: Some(now.after_ms(1_500)),
            ..none
        },
        4 => Orders { retry: Some(Retry { attempts: 2, backoff_ms: 300 }), waves, ..none },
        _ => none,
    }
}

fn operation(number: u8, request: u128, targets: &[ServerId], group: ServerGroupId) -> Operation {
    match number {
        0 => Operation::Start(Start {}),
        1 => Operation::Stop(Stop { force: Force::Soft }),
        2 => Operation::Stop(Stop { force: Force::Hard }),
        3 => Operation::Reboot(Reboot { force: Force::SoftThenHard }),
        4 => Operation::ResetPassword(ResetPassword {
            fit: PasswordFit::ANY,
            needs_stopped: false,
            stop_first: false,
        }),
        5 => Operation::Resize(Resize {
            flavor: if request.is_multiple_of(2) { "large" } else { "small" }.into(),
            stop_first: request.is_multiple_of(3),
            upgrade_only: false,
            on_trial: request.is_multiple_of(5),
        }),
        6 => Operation::Reinstall(Reinstall {
            image: None,
            stop_first: true,
            key_name: None,
            user_data: None,
            encrypted_password: None,
            fit: PasswordFit::ANY,
        }),
        7 => Operation::Rename(Rename { name: format!("r{request}").into() }),
        8 => Operation::Delete(Delete::new(true, false)),
        9 => create(&["made"]),
        17 => Operation::Lock(Lock { locked: request.is_multiple_of(4) }),
        18 => Operation::ConfirmResize(ConfirmResize {}),
        19 => Operation::RevertResize(RevertResize {}),
        10 | 11 => attach(request % 5, targets),
        12 | 13 => detach(seeded_disk(request % 5).id),
        25 => create_disks(&["loose"]),
        26 => Operation::DeleteDisks(DeleteDisks {}),
        27 => Operation::ExtendDisks(ExtendDisks {
            size_gib: 50 + 60 * u32::from(request.is_multiple_of(2)),
        }),
        14 => Edit::ChangeRecycleBin(ChangeRecycleBin {
            on: Some(request.is_multiple_of(2)),
            ..ChangeRecycleBin::default()
        })
        .into(),
        15 => Operation::Restore(Restore {}),
        16 => Operation::Purge(Purge {}),
        20 => Operation::Migrate(Migrate { hints: [].into() }),
        21 => create_in(group, &["apart"]),
        22 | 23 => {
            let servers = targets.to_vec();
            Edit::JoinServerGroup(JoinServerGroup { group, servers }).into()
        }
        _ => Edit::LeaveServerGroup(LeaveServerGroup { group, servers: targets.to_vec() }).into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn any_story_keeps_the_world_whole(deeds in prop::collection::vec(deed(), 1..40), log in 0usize..4_000) {
        let mut plane = Plane::new(Settings {
            log_bytes_max: log,
            log_bytes_per_server: 0,
            ..Settings::default()
        });
        let mut request = 1;
        let group = make_group(&mut plane, request);
        for deed in deeds {
            match deed {
                Deed::Order(number, targets, how) => {
                    request += 1;
                    let known: Vec<ServerId> = plane.world().servers().map(|s| s.id).collect();
                    let targets: Vec<ServerId> = targets
                        .iter()
                        .map(|t| known.get(usize::from(*t)).copied().unwrap_or(ServerId(u128::from(*t))))
                        .collect();
                    let operation = operation(number, request, &targets, group);
                    let mut order = if (25..28).contains(&number) {
                        let disks = plane.world().disks(PROJECT).map(|disk| disk.id);
                        let some = disks.skip(targets.len()).take(2).map(TargetRef::Disk);
                        command_on(request, operation, some.collect())
                    } else {
                        with_password(command(request, operation, &targets), "Some@Pass1")
                    };
                    order.orders = orders(how, plane.now);
                    // A disk may be gone, or not for sharing, or there is nothing to order it for:
                    // refused as a whole.
                    drop(plane.order(order).unwrap());
                }
                Deed::Accept(place) => {
                    let mut events = plane.world().scheduled_events(PROJECT);
                    let Some(event) = events.nth(usize::from(place)).map(|event| event.id) else {
                        continue;
                    };
                    drop(events);
                    request += 1;
                    let edit = Edit::AcceptScheduledEvent(AcceptScheduledEvent { event, not_before: None });
                    // It may be over.
                    drop(plane.order(command(request, edit.into(), &[])).unwrap());
                }
                Deed::Cancel(place) | Deed::Approve(place) => {
                    let job = plane.world().jobs_in_flight().nth(usize::from(place));
                    let Some(job) = job.map(|job| job.id) else { continue };
                    request += 1;
                    let edit = match deed {
                        Deed::Approve(_) => Edit::ApproveWave(ApproveWave { job }),
                        _ => Edit::CancelJob(CancelJob { job }),
                    };
                    // It may not be held.
                    drop(plane.order(command(request, edit.into(), &[])).unwrap());
                }
                Deed::Leave => plane.now = plane.now.max(LEAVES_AT),
                Deed::Turn => drop(plane.turn(Inbox::new()).unwrap()),
                Deed::Run => plane.run().unwrap(),
                Deed::Checkpoint => {
                    plane.turn(Inbox { checkpoint: true, ..Inbox::new() }).unwrap();
                }
                Deed::Restart => {
                    let before = tell(plane.world());
                    plane = plane.restarted();
                    prop_assert_eq!(tell(plane.world()), before);
                }
            }
        }
        plane.run().unwrap();
        let held: Vec<JobId> = plane.world().jobs_in_flight().map(|job| job.id).collect();
        for job in held {
            request += 1;
            let cancel = Edit::CancelJob(CancelJob { job });
            plane.order(command(request, cancel.into(), &[])).unwrap().unwrap();
        }
        plane.run().unwrap();
        prop_assert_eq!(plane.world().sub_jobs_in_flight(), 0);
        let secrets = plane.disk.state().rows.keys().any(|(t, _)| *t == crate::store::Table::Secrets);
        prop_assert!(!secrets, "a secret outlived its job");
        // The machines are as the world believes.
        for server in plane.world().servers() {
            let state = plane.room.state();
            let machine = state.machines.get(&server.id);
            if server.host.is_none() {
                prop_assert_eq!((server.phase, machine), (Phase::Broken, None), "it found no host");
                continue;
            }
            let machine = machine.expect("every server has its machine");
            prop_assert_eq!(machine.power, server.power);
            prop_assert_eq!(Some(&machine.host), server.host.as_ref());
            let flavor = plane.world().flavor(&server.flavor).expect("flavors stay");
            prop_assert_eq!(machine.vcpus, flavor.vcpus);
            prop_assert_eq!(machine.image_generation, server.image_generation);
            prop_assert_eq!(&machine.disks, &DiskPlan::of(&server.details.volumes));
        }
        for disk in plane.world().disks(PROJECT) {
            prop_assert!(!matches!(disk.phase, DiskPhase::Creating | DiskPhase::Deleting));
            if let Some(made) = plane.room.state().disks.get(&disk.id) {
                prop_assert_eq!(made.size_gib, disk.size_gib);
            }
        }
        let placed = plane.world().servers().filter(|server| server.host.is_some()).count();
        prop_assert_eq!(plane.room.state().machines.len(), placed);
    }
}
