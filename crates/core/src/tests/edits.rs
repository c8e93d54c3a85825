//! What is said of servers and how they are grouped, through a restart from the log and from rows.

use crate::edits::{
    ChangeRecycleBin, ChangeTags, CreateServerGroup, DeleteServerGroup, Describe, Edit,
    JoinServerGroup, LeaveServerGroup, SetTerminateTime, TagNamed,
};
use crate::engine::{Inbox, Settings};
use crate::model::{AssetKey, FaultKind, ServerGroupId, ServerId, Tag, Time};
use crate::ops::{Delete, Operation, Verdict};

use super::plane::{PROJECT, Plane, command, command_on};

fn s(number: u64) -> ServerId {
    ServerId(0x5000 + u128::from(number))
}

fn edit(plane: &mut Plane, request: u128, edit: Edit) -> crate::command::Receipt {
    plane.order(command_on(request, edit.into(), Vec::new())).unwrap().unwrap()
}

fn group(plane: &mut Plane) -> ServerGroupId {
    let policies = vec!["apart".into()];
    let made = edit(
        plane,
        1,
        Edit::CreateServerGroup(CreateServerGroup { name: "g".into(), policies, count_max: 1 }),
    )
    .made;
    let [AssetKey::ServerGroup(PROJECT, id)] = made.as_slice() else { panic!("{made:?}") };
    *id
}

fn join(group: ServerGroupId, servers: &[ServerId]) -> Edit {
    Edit::JoinServerGroup(JoinServerGroup { group, servers: servers.to_vec(), members_max: 2 })
}

#[test]
fn members_survive_a_restart_and_go_with_their_servers() {
    for checkpoint in [false, true] {
        let mut plane = Plane::new(Settings::default());
        let group = group(&mut plane);
        let verdicts: Vec<_> =
            edit(&mut plane, 2, join(group, &[s(4), s(1), s(99), s(2), s(2), s(6)]))
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
        assert_eq!(verdicts[5], Verdict::refuse(FaultKind::ServerGroupFull));
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

#[test]
fn a_project_has_no_more_groups_than_it_may() {
    let mut plane = Plane::new(Settings::default());
    group(&mut plane);
    let more = CreateServerGroup { name: "h".into(), policies: Vec::new(), count_max: 1 };
    let refused =
        plane.order(command_on(2, Edit::CreateServerGroup(more).into(), Vec::new())).unwrap();
    assert_eq!(refused.unwrap_err().kind, FaultKind::TooManyServerGroups);
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
