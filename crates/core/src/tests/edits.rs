//! What is said of servers and how they are grouped, through a restart from the log and from rows.

use crate::edits::{
    ChangeRecycleBin, ChangeSecurityGroup, ChangeTags, CreateServerGroup, DeleteServerGroup,
    Describe, Edit, JoinServerGroup, LeaveServerGroup, SetTerminateTime, TagNamed, Together,
};
use crate::engine::{Inbox, Settings};
use crate::model::{FaultKind, NetworkId, Phase, Power, ServerGroupId, ServerId, Tag, Time};
use crate::ops::{AddNics, Delete, Force, Migrate, NicOrder, Operation, Start, Stop, Verdict};

use super::plane::{PROJECT, Plane, command, command_on, create_in, make_group, with_password};

fn s(number: u64) -> ServerId {
    ServerId(0x5000 + u128::from(number))
}

fn edit(plane: &mut Plane, request: u128, edit: Edit) -> crate::command::Receipt {
    plane.order(command_on(request, edit.into(), Vec::new())).unwrap().unwrap()
}

fn group(plane: &mut Plane) -> ServerGroupId {
    make_group(plane, 1)
}

fn join(group: ServerGroupId, servers: &[ServerId]) -> Edit {
    Edit::JoinServerGroup(JoinServerGroup { group, servers: servers.to_vec() })
}

#[test]
fn members_survive_a_restart_and_go_with_their_servers() {
    for checkpoint in [false, true] {
        let mut plane = Plane::new(Settings::default());
        let group = group(&mut plane);
        let verdicts: Vec<_> = edit(&mut plane, 2, join(group, &[s(4), s(1), s(99), s(2), s(2)]))
            .answers
            .into_iter()
            .map(|answer| answer.verdict)
            .collect();
        assert_eq!(verdicts[0], Verdict::Admit);
        assert_eq!(verdicts[1], Verdict::refuse(FaultKind::ServerRunning));
        assert!(
            matches!(&verdicts[2], Verdict::Refuse(fault) if fault.kind == FaultKind::ServerNotFound)
        );
        assert_eq!(verdicts[3], Verdict::Admit);
        plane.turn(Inbox { checkpoint, ..Inbox::new() }).unwrap();
        let mut plane = plane.restarted();
        assert_eq!(plane.world().members(group).collect::<Vec<_>>(), [s(2), s(4)]);
        let delete = Operation::Delete(Delete::new(false, false));
        plane.order(command(3, delete, &[s(2)])).unwrap().unwrap();
        plane.run().unwrap();
        assert_eq!(plane.world().members(group).collect::<Vec<_>>(), [s(4)]);
        edit(
            &mut plane,
            4,
            Edit::LeaveServerGroup(LeaveServerGroup { group, servers: vec![s(4)] }),
        );
        assert_eq!(plane.world().members(group).count(), 0);
        edit(&mut plane, 7, join(group, &[s(6)]));
        let bin = ChangeRecycleBin { on: Some(true), ..ChangeRecycleBin::default() };
        edit(&mut plane, 8, Edit::ChangeRecycleBin(bin));
        let delete = Operation::Delete(Delete::new(false, false));
        plane.order(command(9, delete, &[s(6)])).unwrap().unwrap();
        plane.run().unwrap();
        assert_eq!(plane.world().members(group).count(), 0, "it left when it went into the bin");
        edit(&mut plane, 5, join(group, &[s(4)]));
        edit(&mut plane, 6, Edit::DeleteServerGroup(DeleteServerGroup { group }));
        assert!(plane.world().server_group(PROJECT, group).is_none());
        assert_eq!(plane.world().server(s(4)).unwrap().details.server_group, None);
    }
}

/// Makes these in the group, or fails to.
fn add(plane: &mut Plane, request: u128, group: ServerGroupId, names: &[&str]) {
    let order = command(request, create_in(group, names), &[]);
    plane.order(with_password(order, "First@Pass1")).unwrap().unwrap();
    plane.run().unwrap();
}

fn hosts(plane: &Plane, group: ServerGroupId) -> Vec<String> {
    let world = plane.world();
    let host = |id| world.server(id)?.host.as_ref().map(ToString::to_string);
    world.members(group).map(|id| host(id).unwrap_or_default()).collect()
}

#[test]
fn the_servers_of_a_group_stand_on_different_hosts() {
    let mut plane = Plane::new(Settings::default());
    let group = group(&mut plane);
    add(&mut plane, 2, group, &["a", "b"]);
    assert_eq!(hosts(&plane, group), ["host-1", "host-2"]);
    let first = plane.world().members(group).next().unwrap();
    let stop = Operation::Stop(Stop { force: Force::Hard });
    plane.order(command(3, stop, &[first])).unwrap().unwrap();
    plane.run().unwrap();
    let migrate = || Operation::Migrate(Migrate { hints: [].into() });
    plane.order(command(4, migrate(), &[first])).unwrap().unwrap();
    plane.run().unwrap();
    assert_eq!(hosts(&plane, group), ["host-3", "host-2"]);
    add(&mut plane, 5, group, &["c", "d"]);
    assert_eq!(hosts(&plane, group), ["host-3", "host-2", "host-1", ""]);
    let last = plane.world().members(group).last().and_then(|id| plane.world().server(id)).unwrap();
    let fault = last.fault.as_ref().map(|fault| fault.kind);
    assert_eq!((last.phase, fault), (Phase::Broken, Some(FaultKind::NoCapacity)));
    let mut plane = plane.restarted();
    plane.order(command(6, migrate(), &[first])).unwrap().unwrap();
    plane.run().unwrap();
    assert_eq!(hosts(&plane, group), ["host-3", "host-2", "host-1", ""], "there is no fourth host");
}

#[test]
fn one_that_joined_beside_another_leaves_it_to_run() {
    let mut plane = Plane::new(Settings::default());
    let group = group(&mut plane);
    edit(&mut plane, 2, join(group, &[s(2), s(4)]));
    assert_eq!(hosts(&plane, group), ["host-1", "host-1"]);
    plane.order(command(3, Operation::Start(Start {}), &[s(2), s(4)])).unwrap().unwrap();
    plane.run().unwrap();
    assert_eq!(hosts(&plane, group), ["host-2", "host-1"]);
    let plane = plane.restarted();
    assert_eq!(hosts(&plane, group), ["host-2", "host-1"]);
    let machines = plane.room.state().machines[&s(2)].clone();
    assert_eq!((&*machines.host, machines.power), ("host-2", Power::Running));
}

#[test]
fn groups_and_their_members_are_bounded() {
    let mut plane = Plane::new(Settings::default());
    let group = group(&mut plane);
    let more = |name: &str| {
        Edit::CreateServerGroup(CreateServerGroup { name: name.into(), user: "AK".into() })
    };
    for request in 2..=10 {
        edit(&mut plane, request, more("h"));
    }
    let refused = plane.order(command_on(11, more("i").into(), Vec::new())).unwrap();
    assert_eq!(refused.unwrap_err().kind, FaultKind::TooManyServerGroups);
    add(&mut plane, 12, group, &["n"; 15]);
    let answers = edit(&mut plane, 13, join(group, &[s(2), s(4)])).answers;
    let verdicts: Vec<_> = answers.into_iter().map(|answer| answer.verdict).collect();
    assert_eq!(verdicts, [Verdict::Admit, Verdict::refuse(FaultKind::ServerGroupFull)]);
    let order = with_password(command(14, create_in(group, &["o"]), &[]), "First@Pass1");
    let refused = plane.order(order).unwrap();
    assert_eq!(refused.unwrap_err().kind, FaultKind::ServerGroupFull);
}

#[test]
fn tags_are_put_and_taken_within_their_number() {
    let mut plane = Plane::new(Settings::default());
    let tag = |key: &str, value: &str| Tag { key: key.into(), value: value.into() };
    let named =
        |key: &str, value: Option<&str>| TagNamed { key: key.into(), value: value.map(Into::into) };
    let change =
        |put, remove| Edit::ChangeTags(ChangeTags { server: s(1), put, remove, count_max: 2 });
    edit(&mut plane, 1, change(vec![tag("a", "1"), tag("b", "1")], Vec::new()));
    let third = change(vec![tag("c", "1")], Vec::new());
    let refused = plane.order(command_on(2, third.into(), Vec::new())).unwrap();
    assert_eq!(refused.unwrap_err().kind, FaultKind::TooManyTags);
    edit(&mut plane, 3, change(vec![tag("a", "2")], vec![named("b", Some("2"))]));
    let mut plane = plane.restarted();
    assert_eq!(plane.world().server(s(1)).unwrap().details.tags, [tag("a", "2"), tag("b", "1")]);
    edit(&mut plane, 4, change(Vec::new(), vec![named("b", None), named("x", None)]));
    assert_eq!(plane.world().server(s(1)).unwrap().details.tags, [tag("a", "2")]);
}

#[test]
fn what_is_not_named_stays_as_it_was() {
    let mut plane = Plane::new(Settings::default());
    let first = Describe {
        description: Some("one".into()),
        user_data: Some("IyE=".into()),
        ..Describe::of(s(1))
    };
    edit(&mut plane, 1, Edit::Describe(first));
    let second =
        Describe { name: Some("front".into()), user_data: Some("".into()), ..Describe::of(s(1)) };
    edit(&mut plane, 2, Edit::Describe(second));
    edit(
        &mut plane,
        3,
        Edit::SetTerminateTime(SetTerminateTime { server: s(1), at: Some(Time(9_000)) }),
    );
    let plane = plane.restarted();
    let server = plane.world().server(s(1)).unwrap();
    assert_eq!((&*server.name, &*server.details.description), ("front", "one"));
    assert_eq!(server.details.user_data, None);
    assert_eq!(plane.engine.next_due(), Some(Time(9_000)));
}

#[test]
fn a_server_keeps_a_security_group_and_its_interfaces_follow() {
    let mut plane = Plane::new(Settings::default());
    let [first, second] = [NetworkId(0x71), NetworkId(0x72)];
    let change = |group, member| {
        let default = first;
        Edit::ChangeSecurityGroup(ChangeSecurityGroup { server: s(1), group, member, default })
    };
    let mut refused = |request, edit: Edit| {
        let refused = plane.order(command_on(request, edit.into(), Vec::new())).unwrap();
        refused.err().map(|fault| fault.kind)
    };
    assert_eq!(refused(1, change(second, false)), Some(FaultKind::NotInSecurityGroup));
    assert_eq!(refused(2, change(first, false)), Some(FaultKind::LastSecurityGroup));
    assert_eq!(refused(3, change(second, true)), None);
    assert_eq!(refused(4, change(second, true)), None);
    assert_eq!(refused(5, change(first, false)), None);
    assert_eq!(refused(6, change(second, false)), Some(FaultKind::LastSecurityGroup));
    let nic = NicOrder { security_groups: vec![first], ..NicOrder::default() };
    let add = Operation::AddNics(AddNics::new(vec![nic]));
    plane.order(command(7, add, &[s(1)])).unwrap().unwrap();
    plane.run().unwrap();
    edit(&mut plane, 8, change(first, false));
    let plane = plane.restarted();
    let details = &plane.world().server(s(1)).unwrap().details;
    assert_eq!(details.security_groups, [second]);
    assert!(
        details.nics.iter().all(|nic| nic.security_groups.is_empty()),
        "they follow the server"
    );
}

#[test]
fn edits_together_are_all_done_or_none_and_never_of_one_server_twice() {
    let mut plane = Plane::new(Settings::default());
    let called = |server, name: &str| {
        Edit::Describe(Describe { hostname: Some(name.into()), ..Describe::of(server) })
    };
    let together = |edits| Edit::Together(Together { edits });
    let hostname =
        |plane: &Plane, server| plane.world().server(server).unwrap().details.hostname.clone();
    let before = hostname(&plane, s(1));
    for (request, other) in [(1, called(s(99), "b")), (2, called(s(1), "b"))] {
        let order =
            command_on(request, together(vec![called(s(1), "a"), other]).into(), Vec::new());
        assert!(plane.order(order).unwrap().is_err(), "{request}");
        assert_eq!(hostname(&plane, s(1)), before);
    }
    edit(&mut plane, 3, together(vec![called(s(1), "a"), called(s(2), "b")]));
    let plane = plane.restarted();
    assert_eq!([&*hostname(&plane, s(1)), &*hostname(&plane, s(2))], ["a", "b"]);
}
