//! A store or a driver that fails at the n-th call, for every n: after a restart, and after the
//! callers who heard nothing have asked again, the world is the one of the undisturbed run.

use std::collections::BTreeMap;

use std::net::Ipv4Addr;

use crate::command::{Command, TargetRef};
use crate::edits::{
    AcceptScheduledEvent, AddKeyPair, ChangeAddress, ChangeMetadata, ChangeRecycleBin,
    ChangeSecurityGroup, CreateServerGroup, DeleteServerGroup, Edit, ForgetPassword,
    JoinServerGroup, KeepNic, LeaveServerGroup, MoveScheduledEvent, RemoveKeyPair, ShareAddress,
};
use crate::engine::Settings;
use crate::limits;
use crate::model::{NetworkId, Nic, ScheduledEventId, ServerGroupId, ServerId, Time};
use crate::ops::{
    AddNics, AttachVolume, ChangeCharging, ChangeNetwork, ConfirmResize, CrashDump, Delete,
    DeleteDisks, DeleteNics, ExtendDisks, Force, Lock, Migrate, NicOrder, Operation, PasswordFit,
    Purge, Reboot, Redeploy, Reinstall, Rename, ResetPassword, Resize, Restore, RevertResize,
    Start, Stop,
};
use crate::store::{StoreError, Table};
use crate::testing::{Fails, Trouble};
use crate::world::World;

use super::plane::{
    LEAVES_AT, OTHER_SUBNET, OTHER_VPC, PROJECT, Plane, SUBNET, attach, command, command_on,
    create, create_disks, create_in, detach, seeded_disk, tell, with_password,
};

pub mod balancers;

type Act = fn(&World) -> Vec<Command>;

fn s(number: u128) -> ServerId {
    ServerId(0x5000 + number)
}

fn disk_named(world: &World, name: &str) -> TargetRef {
    let mut disks = world.disks(PROJECT);
    TargetRef::Disk(disks.find(|disk| &*disk.name == name).expect("it was made").id)
}

fn new_server(world: &World, name: &str) -> ServerId {
    world.servers().find(|server| &*server.name == name).expect("it was made").id
}

fn event(world: &World, server: ServerId) -> ScheduledEventId {
    world.scheduled_events(PROJECT).find(|event| event.server == server).expect("it is told").id
}

fn server_group(world: &World, name: &str) -> ServerGroupId {
    world.server_groups(PROJECT).find(|group| &*group.name == name).expect("it was made").id
}

fn edit(request: u128, edit: Edit) -> Command {
    command_on(request, edit.into(), Vec::new())
}

fn add(name: &str) -> AddKeyPair {
    AddKeyPair {
        name: name.into(),
        public_key: "ssh-ed25519 AAAA".into(),
        fingerprint: "00:11".into(),
        kind: "ssh".into(),
        user: "AK".into(),
    }
}

/// Every operation there is, some at once, with refusals among them. Each act begins when the one
/// before has ended.
const ACTS: &[Act] = &[
    |_| {
        let stop = Operation::Stop(Stop { force: Force::Soft });
        vec![
            command(1, stop, &[s(1), s(2), s(3), s(99)]),
            with_password(command(2, create(&["n1", "n2", "n3"]), &[]), "First@Pass1"),
            command(3, Operation::Reboot(Reboot { force: Force::Hard }), &[s(5), s(1)]),
        ]
    },
    |_| {
        let reset = ResetPassword { fit: PasswordFit::ANY, needs_stopped: true, stop_first: false };
        let resize = Resize {
            flavor: "large".into(),
            stop_first: true,
            upgrade_only: false,
            on_trial: false,
        };
        vec![
            with_password(
                command(4, Operation::ResetPassword(reset), &[s(1), s(2), s(5)]),
                "Next@Pass2",
            ),
            command(5, Operation::Resize(resize), &[s(3), s(5), s(1)]),
            edit(65, Edit::AddKeyPair(add("key"))),
        ]
    },
    |world| {
        let image = None;
        let reinstall = Reinstall {
            image,
            stop_first: true,
            key_name: Some("key".into()),
            user_data: None,
            encrypted_password: Some("sealed".into()),
            fit: PasswordFit::ANY,
        };
        let rename = Rename { name: "renamed".into() };
        vec![
            command(6, Operation::Reinstall(reinstall), &[s(2), new_server(world, "n1")]),
            command(7, Operation::Rename(rename), &[s(6)]),
            command(8, Operation::Delete(Delete::new(false, false)), &[s(4), s(77)]),
        ]
    },
    balancers::create,
    |_| {
        // Edits are allowed while an operation runs, and one may be refused as a whole.
        let note = ChangeMetadata {
            server: s(3),
            afresh: false,
            put: BTreeMap::from([("stage".into(), "test".into())]),
            remove: Vec::new(),
            count_max: 128,
        };
        vec![
            edit(20, Edit::AddKeyPair(add("key-a"))),
            edit(21, Edit::AddKeyPair(add("key-b"))),
            edit(22, Edit::RemoveKeyPair(RemoveKeyPair { name: "key-a".into() })),
            edit(23, Edit::ChangeMetadata(note)),
        ]
    },
    balancers::open,
    balancers::forward,
    // Each waits for the one before: a load balancer does one thing at a time.
    balancers::register,
    balancers::weigh_and_move,
    balancers::change,
    balancers::leave,
    balancers::close,
    balancers::remember,
    balancers::certify,
    balancers::redirect,
    balancers::end,
    balancers::prune,
    |_| {
        let in_subnet = |address: Option<u8>| NicOrder {
            subnet: Some(SUBNET),
            address: address.map(|last| Ipv4Addr::new(192, 168, 0, last)),
            ..NicOrder::default()
        };
        let orders = vec![in_subnet(None), in_subnet(Some(2)), in_subnet(None)];
        let elsewhere = NicOrder { subnet: Some(OTHER_SUBNET), ..NicOrder::default() };
        let add = |orders| Operation::AddNics(AddNics::new(orders));
        vec![
            command(30, add(orders), &[s(2)]),
            command(31, add(vec![in_subnet(None)]), &[s(1)]),
            command(32, add(vec![elsewhere]), &[s(3)]),
        ]
    },
    |world| {
        let first = world.server(s(2)).expect("it is there").details.nics.clone();
        let delete = DeleteNics { ports: vec![first[1].port] };
        let order = NicOrder { subnet: Some(OTHER_SUBNET), ..NicOrder::default() };
        let (server, port) = (s(2), first[0].port);
        let keep = KeepNic { server, port, delete_with_server: true };
        let address = Some(Ipv4Addr::new(192, 168, 0, 9));
        let share = ShareAddress { server, port, address };
        let change = ChangeAddress { server, port: first[2].port, subnet: None, address: None };
        let (group, default) = (NetworkId(0x77), NetworkId(0x78));
        let join = ChangeSecurityGroup { server, group, member: true, default };
        vec![
            command(33, Operation::DeleteNics(delete), &[s(2)]),
            command(34, Operation::ChangeNetwork(ChangeNetwork::new(OTHER_VPC, order)), &[s(1)]),
            edit(35, Edit::KeepNic(keep)),
            edit(36, Edit::ShareAddress(share)),
            edit(37, Edit::ChangeAddress(change)),
            edit(38, Edit::ChangeSecurityGroup(join)),
        ]
    },
    |world| {
        let shared = [s(1), s(2), s(5)];
        let late = new_server(world, "n1");
        vec![
            command(40, attach(1, &[s(6)]), &[s(6)]),
            command(41, attach(3, &shared), &shared),
            command(42, attach(2, &[s(3)]), &[s(3)]),
            // On its way into another: refused.
            command(43, attach(1, &[late]), &[late]),
        ]
    },
    |world| {
        let boot = world.server(s(6)).expect("it is there").details.volumes[0].id;
        vec![
            command(45, attach(2, &[s(5)]), &[s(5)]),
            command(46, detach(seeded_disk(3).id), &[s(1), s(3)]),
            command(47, detach(boot), &[s(6)]),
        ]
    },
    |_| vec![command(48, detach(seeded_disk(2).id), &[s(3)])],
    |_| vec![command(140, create_disks(&["d-a", "d-b", "d-c"]), &[])],
    |world| {
        let (a, b) = (disk_named(world, "d-a"), disk_named(world, "d-b"));
        let extend = |size_gib| Operation::ExtendDisks(ExtendDisks { size_gib });
        let delete = Operation::DeleteDisks(DeleteDisks {});
        let seeded = TargetRef::Disk(seeded_disk(1).id);
        vec![
            command_on(141, extend(30), vec![a.clone()]),
            // One is in a server, the other does not shrink.
            command_on(142, extend(10), vec![seeded.clone(), b.clone()]),
            command_on(143, delete, vec![b, seeded]),
        ]
    },
    |world| {
        let TargetRef::Disk(volume) = disk_named(world, "d-a") else { unreachable!() };
        let places = BTreeMap::from([(s(3), None)]);
        let attach = Operation::AttachVolume(AttachVolume { volumes: vec![volume], places });
        let delete = Operation::DeleteDisks(DeleteDisks {});
        vec![command(144, attach, &[s(3)]), command_on(145, delete, vec![TargetRef::Disk(volume)])]
    },
    |world| {
        let all = [s(1), s(3), s(5), new_server(world, "n3")];
        vec![
            command(14, Operation::Start(Start {}), &all),
            command(15, Operation::Delete(Delete::new(true, true)), &[new_server(world, "n2")]),
        ]
    },
    |_| {
        let hint = |value: &str| [("host".into(), Some(value.into()))].into();
        let stop = Operation::Stop(Stop { force: Force::Hard });
        vec![
            command(16, Operation::Redeploy(Redeploy::default()), &[s(1), s(2)]),
            command(17, stop, &[s(3)]),
            command(18, Operation::ChangeCharging(ChangeCharging::alike(hint("x"))), &[s(5)]),
        ]
    },
    |_| {
        let hints = [("host".into(), Some("dedicated".into()))].into();
        vec![command(19, Operation::Migrate(Migrate { hints }), &[s(3), s(1)])]
    },
    // A resize on trial is confirmed, another taken back, and who is locked refuses.
    |_| {
        let resize = Resize {
            flavor: "large".into(),
            stop_first: true,
            upgrade_only: false,
            on_trial: true,
        };
        vec![
            command(51, Operation::Resize(resize), &[s(2), s(6)]),
            command(52, Operation::Lock(Lock { locked: true }), &[s(6), s(3)]),
            command(53, Operation::Stop(Stop { force: Force::Hard }), &[s(3)]),
        ]
    },
    |_| {
        vec![
            command(54, Operation::Lock(Lock { locked: false }), &[s(6)]),
            command(55, Operation::RevertResize(RevertResize {}), &[s(6), s(3)]),
            command(56, Operation::ConfirmResize(ConfirmResize {}), &[s(2), s(5)]),
        ]
    },
    |_| {
        let group = |name: &str| CreateServerGroup { name: name.into(), user: "AK".into() };
        let stop = Operation::Stop(Stop { force: Force::Hard });
        vec![
            command(91, stop, &[s(2), s(3), s(6)]),
            edit(81, Edit::CreateServerGroup(group("apart"))),
            edit(82, Edit::CreateServerGroup(group("alone"))),
            edit(83, Edit::CreateServerGroup(group("empty"))),
        ]
    },
    |world| {
        let (apart, alone) = (server_group(world, "apart"), server_group(world, "alone"));
        let join = |group, servers: &[ServerId]| {
            let servers = servers.to_vec();
            Edit::JoinServerGroup(JoinServerGroup { group, servers })
        };
        vec![
            edit(84, join(apart, &[s(2), s(3), s(6), s(99)])),
            edit(85, join(alone, &[s(6), s(3)])),
            edit(
                86,
                Edit::DeleteServerGroup(DeleteServerGroup { group: server_group(world, "empty") }),
            ),
            with_password(command(87, create_in(apart, &["n4"]), &[]), "First@Pass1"),
        ]
    },
    |world| {
        let (group, servers) = (server_group(world, "apart"), vec![s(3)]);
        vec![
            command(88, Operation::Start(Start {}), &[s(2)]),
            edit(89, Edit::LeaveServerGroup(LeaveServerGroup { group, servers })),
            command(90, Operation::Redeploy(Redeploy::default()), &[new_server(world, "n4")]),
        ]
    },
    super::images::make,
    super::images::copy_and_use,
    super::images::delete,
    // A shared disk stays with the other server, one that is bound to nothing goes on alone.
    |_| {
        vec![
            command(49, Operation::Delete(Delete::new(true, true)), &[s(2)]),
            command(50, Operation::Delete(Delete::new(false, false)), &[s(6)]),
        ]
    },
    |world| {
        let forget = ForgetPassword { server: new_server(world, "n1") };
        vec![
            command(70, Operation::CrashDump(CrashDump {}), &[s(5), s(3)]),
            edit(71, Edit::ForgetPassword(forget)),
        ]
    },
    |world| {
        let not_before = Some(LEAVES_AT.after_ms(-1));
        let accept = AcceptScheduledEvent { event: event(world, s(5)), not_before };
        vec![edit(75, Edit::AcceptScheduledEvent(accept))]
    },
    // What is past is now.
    |world| {
        let change = MoveScheduledEvent { event: event(world, s(5)), not_before: Time::ZERO };
        vec![edit(76, Edit::MoveScheduledEvent(change))]
    },
    |_| {
        let bin = ChangeRecycleBin { on: Some(true), ..ChangeRecycleBin::default() };
        vec![edit(60, Edit::ChangeRecycleBin(bin))]
    },
    |world| {
        let all = [s(1), new_server(world, "n1"), s(5)];
        vec![command(61, Operation::Delete(Delete::new(true, false)), &all)]
    },
    |world| {
        let dead = new_server(world, "n1");
        vec![
            command(62, Operation::Restore(Restore {}), &[s(1), s(6)]),
            command(63, Operation::Purge(Purge {}), &[s(1), dead]),
            command(64, Operation::Start(Start {}), &[s(1), s(6), s(5)]),
        ]
    },
];

/// Plays all acts; a failed commit kills the daemon, and the callers of the act ask again.
fn play(mut plane: Plane) -> Plane {
    for act in ACTS {
        let commands = act(plane.world());
        loop {
            match try_act(&mut plane, &commands) {
                Ok(()) if plane.world().sub_jobs_in_flight() == 0 => break,
                // A report was lost for good, or a commit failed. Whoever heard nothing asks again,
                // with the same token.
                Ok(()) | Err(_) => plane = restart(plane),
            }
        }
    }
    plane
}

fn restart(plane: Plane) -> Plane {
    let mut plane = plane.restarted();
    if plane.engine.fresh() {
        plane.seed().unwrap();
    }
    plane
}

fn try_act(plane: &mut Plane, commands: &[Command]) -> Result<(), StoreError> {
    let mut inbox = crate::engine::Inbox::new();
    inbox.commands = commands.iter().cloned().enumerate().collect();
    for (_, reply) in plane.turn(inbox)?.replies {
        reply.expect("no command of the story is refused as a whole");
    }
    plane.run()
}

fn settings(log_bytes_max: usize) -> Settings {
    Settings { log_bytes_max, log_bytes_per_server: 0, ..Settings::default() }
}

/// Finished jobs leave memory at a checkpoint, which is not the same in two runs: what is compared
/// is the world with every job, in memory or archived, and the machines.
fn whole(plane: &Plane) -> String {
    let mut world = plane.world().clone();
    for ((table, _), row) in &plane.disk.state().rows {
        if *table == Table::Archive {
            let job = crate::record::archived_job(row).unwrap();
            if world.job(job.id).is_none() {
                world.insert_job(job);
            }
        }
    }
    let mut machines: Vec<_> = plane
        .room
        .state()
        .machines
        .iter()
        .map(|(id, machine)| {
            let name =
                world.server_or_recycled(*id).map_or("lost".into(), |server| server.name.clone());
            let reboots = machine.reboots.len();
            let password = &machine.password;
            let ordered = machine.nics.as_deref().unwrap_or_default();
            let ports = |nics: &[Nic]| nics.iter().map(|nic| nic.port).collect::<Vec<_>>();
            if let Some(server) = world.server(*id).filter(|_| machine.nics.is_some()) {
                assert_eq!(ports(ordered), ports(&server.details.nics), "{}", server.name);
            }
            format!(
                "machine {name} {:?} {} {} {} {password:?} {reboots} {} disks {:?}\n",
                machine.power,
                machine.vcpus,
                machine.image_generation,
                machine.password_generation,
                machine.host,
                machine.disks.iter().map(|disk| (&disk.device, disk.size_gib)).collect::<Vec<_>>(),
            )
        })
        .collect();
    machines.sort();
    tell(&world) + &machines.concat()
}

fn without_retries(text: &str) -> String {
    let mut plain = String::new();
    for line in text.lines() {
        let cut = line.find(" retries ").unwrap_or(line.len());
        let rest = line.find(" fault ").unwrap_or(line.len());
        plain.push_str(&line[..cut.min(rest)]);
        plain.push_str(&line[rest..]);
        plain.push('\n');
    }
    plain
}

#[test]
fn the_undisturbed_story() {
    let plane = play(Plane::new(Settings::default()));
    insta::assert_snapshot!(whole(&plane));
}

#[test]
fn a_commit_that_fails_at_any_moment_loses_and_doubles_nothing() {
    let undisturbed = whole(&play(Plane::new(Settings::default())));
    for log_bytes_max in [0, 2_000, limits::LOG_BYTES_MAX] {
        let commits = {
            let plane = play(Plane::new(settings(log_bytes_max)));
            assert_eq!(whole(&plane), undisturbed);
            plane.disk.state().commits
        };
        for at in 1..=commits {
            for fails in [Fails::Before, Fails::After] {
                let disk = crate::testing::Disk::default();
                disk.state().fail_at = Some((at, fails));
                let room = crate::testing::Room::default();
                let now = Time(1_000);
                let mut plane = Plane::open(disk, room, settings(log_bytes_max), now);
                if plane.seed().is_err() {
                    plane = restart(plane);
                }
                let plane = play(plane);
                assert_eq!(whole(&plane), undisturbed, "commit {at} failed {fails:?}");
                assert_no_secrets_left(&plane);
            }
        }
    }
}

#[test]
fn a_driver_call_that_fails_at_any_moment_is_made_good() {
    let undisturbed = without_retries(&whole(&play(Plane::new(Settings::default()))));
    let calls = play(Plane::new(Settings::default())).room.state().calls;
    assert!(calls > 20, "the story is long enough to disturb");
    for at in 1..=calls {
        for trouble in [
            Trouble::Busy,
            Trouble::Unreachable,
            Trouble::UnknownDone,
            Trouble::UnknownUndone,
            Trouble::Twice,
            Trouble::Lost,
        ] {
            let plane = Plane::new(Settings::default());
            plane.room.state().trouble_at = Some((at, trouble));
            let plane = play(plane);
            assert_eq!(without_retries(&whole(&plane)), undisturbed, "call {at}: {trouble:?}");
            assert_no_secrets_left(&plane);
        }
    }
}

#[test]
fn a_rejected_call_fails_its_own_sub_job_and_no_other() {
    let calls = play_calls();
    for at in 1..=calls.min(11) {
        let mut plane = Plane::new(Settings::default());
        plane.room.state().trouble_at = Some((at, Trouble::Rejected));
        let commands = ACTS[0](plane.world());
        try_act(&mut plane, &commands).unwrap();
        let failed: usize = plane
            .world()
            .jobs()
            .flat_map(|job| &job.subs)
            .filter(|sub| sub.state == crate::model::SubState::Failed)
            .count();
        let reached = plane.room.state().calls >= at;
        assert_eq!(failed, usize::from(reached), "call {at}");
    }
}

fn play_calls() -> usize {
    play(Plane::new(Settings::default())).room.state().calls
}

#[test]
fn what_stays_unreachable_fails_in_the_end_and_says_so() {
    let mut plane = Plane::new(Settings::default());
    plane.room.state().trouble_over = Some((s(3), Trouble::Unreachable));
    let stop = Operation::Stop(Stop { force: Force::Soft });
    plane.order(command(1, stop, &[s(1), s(3)])).unwrap().unwrap();
    plane.run().unwrap();
    insta::assert_snapshot!(
        tell(plane.world())
            .lines()
            .filter(|l| l.contains("job") || l.contains("  "))
            .collect::<Vec<_>>()
            .join("\n")
    );
}

fn assert_no_secrets_left(plane: &Plane) {
    let state = plane.disk.state();
    let sealed = state.rows.keys().filter(|(table, _)| *table == Table::Secrets).count();
    assert_eq!(sealed, 0, "a secret outlived its job");
    for password in ["First@Pass1", "Next@Pass2"] {
        let holds = |bytes: &[u8]| bytes.windows(password.len()).any(|w| w == password.as_bytes());
        assert!(!state.rows.values().any(|row| holds(row)), "{password} is in a row");
        assert!(!state.log.values().any(|entry| holds(entry)), "{password} is in the log");
    }
}
