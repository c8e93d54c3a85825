//! Images that a project makes, copies, shares and deletes; and key pairs that servers let in.

use crate::command::{Command, Receipt, TargetRef};
use crate::edits::{AddKeyPair, DescribeImage, DescribeKeyPair, Edit, RemoveKeyPair, ShareImage};
use crate::engine::{Inbox, Settings};
use crate::limits::IMAGES_MAX;
use crate::model::{
    Activity, Fault, FaultKind, Hints, ImageId, ImagePhase, ImageSource, OwnImage, Power,
    ProjectId, ServerId, SubState,
};
use crate::ops::{
    BindKeyPair, CopyImages, Delete, DeleteImages, Force, ImageCopy, MakeImage, Operation,
    PasswordFit, Reinstall, Verdict, WhenRunning,
};
use crate::testing::Trouble;
use crate::world::World;

use super::plane::{IMAGE, PROJECT, Plane, command, command_on, create, with_password};

const FRIEND: ProjectId = ProjectId(0xf1);

fn s(number: u128) -> ServerId {
    ServerId(0x5000 + number)
}

fn image_of(name: &str, running: WhenRunning) -> Operation {
    Operation::MakeImage(MakeImage {
        image: ImageId(0),
        name: name.into(),
        description: "golden".into(),
        region: "here".into(),
        running,
        images_max: IMAGES_MAX,
        tags: Vec::new(),
        hints: Hints::new(),
    })
}

fn copy(from: ImageId, regions: &[&str]) -> Operation {
    let copy = |region: &&str| ImageCopy { from, region: (*region).into(), name: "copy".into() };
    let copies = regions.iter().map(copy).collect();
    Operation::CopyImages(CopyImages { copies, images_max: IMAGES_MAX })
}

fn from(image: ImageId) -> Operation {
    Operation::Reinstall(Reinstall {
        image: Some(image),
        stop_first: true,
        key_name: None,
        user_data: None,
        encrypted_password: None,
        fit: PasswordFit::ANY,
    })
}

fn named(world: &World, name: &str) -> ImageId {
    world.own_images(PROJECT).find(|own| &*own.image.name == name).map_or(ImageId(0), OwnImage::id)
}

fn gone(images: &[ImageId]) -> (Operation, Vec<TargetRef>) {
    let targets = images.iter().map(|id| TargetRef::Image(*id)).collect();
    (Operation::DeleteImages(DeleteImages {}), targets)
}

// What the story of disasters plays: some at once, with refusals among them.

pub fn make(_: &World) -> Vec<Command> {
    let stopped = WhenRunning::Stopped(Force::SoftThenHard, true);
    vec![
        command(200, image_of("of-running", stopped), &[s(5)]),
        command(201, image_of("refused", WhenRunning::Refused), &[s(6)]),
        command(202, image_of("gone-soon", WhenRunning::LeftRunning), &[s(2)]),
    ]
}

pub fn copy_and_use(world: &World) -> Vec<Command> {
    let mut commands = vec![command(206, bind("key-b", true, true), &[s(6), s(99)])];
    // It may not have been made.
    if let Ok(image) = world.usable_image(PROJECT, named(world, "of-running")) {
        commands.push(command(203, copy(image.id, &["there", "elsewhere"]), &[]));
        commands.push(command(204, from(image.id), &[s(5)]));
    }
    commands
}

pub fn delete(world: &World) -> Vec<Command> {
    let (operation, targets) =
        gone(&[named(world, "of-running"), named(world, "gone-soon"), IMAGE]);
    vec![command_on(205, operation, targets)]
}

/// What two orders of one turn come to.
fn at_once(plane: &mut Plane, one: Command, other: Command) -> [Result<Receipt, Fault>; 2] {
    let turn = plane.turn(Inbox { commands: vec![(0, one), (1, other)], ..Inbox::new() }).unwrap();
    let replies: Vec<_> = turn.replies.into_iter().map(|(_, reply)| reply).collect();
    replies.try_into().unwrap()
}

fn order(
    plane: &mut Plane,
    request: u128,
    operation: Operation,
    targets: Vec<TargetRef>,
) -> Receipt {
    plane.order(command_on(request, operation, targets)).unwrap().unwrap()
}

fn refused(plane: &mut Plane, request: u128, operation: Operation) -> FaultKind {
    plane.order(command_on(request, operation, Vec::new())).unwrap().unwrap_err().kind
}

fn verdict(
    plane: &mut Plane,
    request: u128,
    (operation, targets): (Operation, Vec<TargetRef>),
) -> Verdict {
    order(plane, request, operation, targets).answers[0].verdict.clone()
}

/// A plane with an image of the stopped server 2.
fn with_image() -> (Plane, ImageId) {
    let mut plane = Plane::new(Settings::default());
    plane.order(command(1, image_of("mine", WhenRunning::Refused), &[s(2)])).unwrap().unwrap();
    plane.run().unwrap();
    let image = named(plane.world(), "mine");
    (plane, image)
}

#[test]
fn an_image_takes_time_and_cannot_be_used_before() {
    let mut plane = Plane::new(Settings::default());
    let calls = plane.room.state().calls;
    plane.room.state().trouble_at = Some((calls + 1, Trouble::Lost));
    plane.order(command(1, image_of("mine", WhenRunning::Refused), &[s(2)])).unwrap().unwrap();
    let image = named(plane.world(), "mine");
    let own = plane.world().own_image(image).unwrap();
    assert_eq!(own.phase, ImagePhase::Making);
    let busy = plane.world().server(s(2)).unwrap().busy.unwrap();
    assert_eq!(busy.activity, Activity::MakingImage);
    assert_eq!(
        plane.order(command(2, from(image), &[s(3)])).unwrap().unwrap_err().kind,
        FaultKind::ImageBusy
    );
    assert_eq!(verdict(&mut plane, 3, gone(&[image])), Verdict::refuse(FaultKind::ImageBusy));
    let mut plane = plane.restarted();
    plane.run().unwrap();
    let own = plane.world().own_image(image).unwrap();
    assert_eq!((own.phase, own.held_by), (ImagePhase::Ready, None));
    assert!(plane.room.state().images.contains(&image));
    assert_eq!(plane.world().server(s(2)).unwrap().power, Power::Stopped);
    assert_eq!(plane.world().seen_image(PROJECT, image).unwrap().source, ImageSource::Private);
    assert!(plane.world().seen_image(FRIEND, image).is_none());
}

#[test]
fn a_server_that_runs_is_stopped_for_its_image_and_started_after() {
    let mut plane = Plane::new(Settings::default());
    let running = |name, when| command(1, image_of(name, when), &[s(1)]);
    let receipt = plane.order(running("a", WhenRunning::Refused)).unwrap().unwrap();
    assert_eq!(receipt.answers[0].verdict, Verdict::refuse(FaultKind::ServerRunning));
    assert!(plane.world().own_images(PROJECT).next().is_none(), "nothing was begun");
    let again = WhenRunning::Stopped(Force::Hard, true);
    let job = plane.order(command(2, image_of("b", again), &[s(1)])).unwrap().unwrap().job.unwrap();
    assert_eq!(plane.world().job(job).unwrap().operation.steps(true).len(), 3);
    plane.run().unwrap();
    assert_eq!(plane.world().server(s(1)).unwrap().power, Power::Running);
    let off = WhenRunning::Stopped(Force::Soft, false);
    plane.order(command(3, image_of("c", off), &[s(1)])).unwrap().unwrap();
    plane.run().unwrap();
    assert_eq!(plane.world().server(s(1)).unwrap().power, Power::Stopped);
    assert_eq!(plane.world().own_images(PROJECT).count(), 2);
}

#[test]
fn a_failed_making_leaves_nothing_to_use() {
    let mut plane = Plane::new(Settings::default());
    let calls = plane.room.state().calls;
    plane.room.state().trouble_at = Some((calls + 1, Trouble::Rejected));
    let receipt =
        plane.order(command(1, image_of("mine", WhenRunning::Refused), &[s(2)])).unwrap().unwrap();
    plane.run().unwrap();
    let job = plane.world().job(receipt.job.unwrap()).unwrap();
    assert_eq!(job.subs[0].state, SubState::Failed);
    let image = named(plane.world(), "mine");
    assert_eq!(plane.world().own_image(image).unwrap().phase, ImagePhase::NotMade);
    let mut plane = plane.restarted();
    assert_eq!(
        plane.order(command(2, from(image), &[s(3)])).unwrap().unwrap_err().kind,
        FaultKind::ImageBusy
    );
    assert_eq!(verdict(&mut plane, 3, gone(&[image])), Verdict::Admit);
    plane.run().unwrap();
    assert!(plane.world().own_image(image).is_none());
}

#[test]
fn an_image_outlives_its_deletion_as_long_as_servers_are_from_it() {
    let (mut plane, image) = with_image();
    let (delete, targets) = gone(&[image]);
    let [_, deleted] =
        at_once(&mut plane, command(2, from(image), &[s(3)]), command_on(3, delete, targets));
    let deleted = deleted.unwrap().answers.remove(0).verdict;
    assert_eq!(deleted, Verdict::refuse(FaultKind::ImageInUse));
    plane.run().unwrap();
    assert_eq!(plane.world().server(s(3)).unwrap().image, image);
    assert_eq!(verdict(&mut plane, 4, gone(&[image])), Verdict::Admit);
    plane.run().unwrap();
    assert!(!plane.room.state().images.contains(&image));
    plane.turn(Inbox { checkpoint: true, ..Inbox::new() }).unwrap();
    let mut plane = plane.restarted();
    assert_eq!(&*plane.world().image(image).unwrap().name, "mine", "servers are described by it");
    assert_eq!(plane.world().own_images(PROJECT).count(), 0);
    assert!(plane.world().seen_image(PROJECT, image).is_none());
    let anew = |image| {
        let Operation::Reinstall(order) = from(IMAGE) else { unreachable!() };
        Operation::Reinstall(Reinstall { image, ..order })
    };
    let again = order(&mut plane, 5, anew(None), vec![TargetRef::Server(s(3))]);
    assert!(
        matches!(&again.answers[0].verdict, Verdict::Refuse(fault) if fault.kind == FaultKind::ImageNotFound)
    );
    // With the last server goes the memory, once another image is deleted.
    plane.order(command(6, anew(Some(IMAGE)), &[s(3)])).unwrap().unwrap();
    plane.order(command(7, image_of("next", WhenRunning::Refused), &[s(2)])).unwrap().unwrap();
    plane.run().unwrap();
    let next = named(plane.world(), "next");
    verdict(&mut plane, 8, gone(&[next]));
    plane.run().unwrap();
    assert!(plane.world().image(image).is_none());
}

#[test]
fn copies_are_images_of_their_own() {
    let (mut plane, image) = with_image();
    let copying = |plane: &Plane| {
        plane.world().own_images(PROJECT).filter(|own| own.phase == ImagePhase::Copying).count()
    };
    let (delete, targets) = gone(&[image]);
    let [copies, deleted] = at_once(
        &mut plane,
        command(2, copy(image, &["there", "far"]), &[]),
        command_on(3, delete, targets),
    );
    assert_eq!(copies.unwrap().answers.len(), 2);
    let deleted = deleted.unwrap().answers.remove(0).verdict;
    assert_eq!(deleted, Verdict::refuse(FaultKind::ImageInUse));
    assert_eq!(copying(&plane), 2);
    let mut plane = plane.restarted();
    plane.run().unwrap();
    assert_eq!(copying(&plane), 0);
    assert_eq!(refused(&mut plane, 4, copy(image, &["there"])), FaultKind::ImageNameTaken);
    assert_eq!(refused(&mut plane, 5, copy(image, &["x", "x"])), FaultKind::ImageNameTaken);
    assert_eq!(refused(&mut plane, 6, copy(IMAGE, &["x"])), FaultKind::ImageNotOwn);
    assert_eq!(refused(&mut plane, 7, copy(ImageId(9), &["x"])), FaultKind::ImageNotFound);
    let full = CopyImages {
        copies: vec![ImageCopy { from: image, region: "there".into(), name: "other".into() }],
        images_max: 1,
    };
    assert_eq!(refused(&mut plane, 8, Operation::CopyImages(full)), FaultKind::TooManyImages);
    assert_eq!(verdict(&mut plane, 9, gone(&[image])), Verdict::Admit);
    plane.run().unwrap();
    assert_eq!(plane.world().own_images(PROJECT).count(), 2, "the copies stay");
}

#[test]
fn who_it_is_shared_with_sees_it_and_its_owner_keeps_it() {
    let (mut plane, image) = with_image();
    let share = |shared| Edit::ShareImage(ShareImage { image, with: vec![FRIEND], shared }).into();
    order(&mut plane, 2, share(true), Vec::new());
    let seen = plane.world().seen_image(FRIEND, image).unwrap();
    assert_eq!((seen.source, seen.is_ready()), (ImageSource::Shared, true));
    assert!(plane.world().seen_images(FRIEND).any(|seen| seen.image.id == image));
    let describe = |name: &str| {
        Edit::DescribeImage(DescribeImage {
            image,
            name: Some(name.into()),
            description: Some("other".into()),
            hints: Hints::new(),
        })
        .into()
    };
    assert_eq!(refused(&mut plane, 3, describe("n")), FaultKind::ImageShared);
    assert_eq!(verdict(&mut plane, 4, gone(&[image])), Verdict::refuse(FaultKind::ImageShared));
    let by_friend = |request, operation, targets| {
        let mut command = command_on(request, operation, targets);
        command.project = FRIEND;
        command
    };
    let (operation, targets) = gone(&[image]);
    let answer = plane.order(by_friend(5, operation, targets)).unwrap().unwrap();
    assert_eq!(answer.answers[0].verdict, Verdict::refuse(FaultKind::ImageNotOwn));
    order(&mut plane, 6, share(false), Vec::new());
    assert!(plane.world().seen_image(FRIEND, image).is_none());
    order(&mut plane, 7, describe("renamed"), Vec::new());
    let plane = plane.restarted();
    let own = plane.world().own_image(image).unwrap();
    assert_eq!((&*own.image.name, &*own.description), ("renamed", "other"));
}

fn add(name: &str) -> Operation {
    let [name, public_key, user] = [name, "ssh-ed25519 AAAA", "AK"].map(Into::into);
    let (fingerprint, kind) = ("00:11".into(), "ssh".into());
    Edit::AddKeyPair(AddKeyPair { name, public_key, fingerprint, kind, user }).into()
}

fn bind(name: &str, bound: bool, stop_first: bool) -> Operation {
    Operation::BindKeyPair(BindKeyPair { name: name.into(), bound, stop_first })
}

#[test]
fn a_key_pair_is_let_in_by_stopped_servers_or_those_that_are_stopped_for_it() {
    let mut plane = Plane::new(Settings::default());
    let on = |operation, number| (operation, vec![TargetRef::Server(s(number))]);
    assert_eq!(refused(&mut plane, 1, bind("key", true, false)), FaultKind::KeyPairNotFound);
    order(&mut plane, 2, add("key"), Vec::new());
    let running = verdict(&mut plane, 3, on(bind("key", true, false), 1));
    assert_eq!(running, Verdict::refuse(FaultKind::ServerRunning));
    assert_eq!(verdict(&mut plane, 4, on(bind("key", true, true), 1)), Verdict::Admit);
    assert_eq!(verdict(&mut plane, 5, on(bind("key", true, false), 2)), Verdict::Admit);
    assert_eq!(
        plane.world().server(s(2)).unwrap().busy.unwrap().activity,
        Activity::BindingKeyPair
    );
    plane.run().unwrap();
    for number in [1, 2] {
        let server = plane.world().server(s(number)).unwrap();
        assert_eq!(server.details.key_name.as_deref(), Some("key"));
        let key = plane.room.state().machines[&s(number)].key.clone();
        assert_eq!(key.as_deref(), Some("ssh-ed25519 AAAA"));
    }
    assert_eq!(plane.world().server(s(1)).unwrap().power, Power::Running);
    assert_eq!(verdict(&mut plane, 6, on(bind("key", false, false), 2)), Verdict::Admit);
    plane.run().unwrap();
    assert_eq!(plane.world().server(s(2)).unwrap().details.key_name, None);
    assert_eq!(plane.room.state().machines[&s(2)].key, None);
    let again = verdict(&mut plane, 7, on(bind("key", false, false), 2));
    assert!(
        matches!(&again, Verdict::AlreadySo(fault) if fault.kind == FaultKind::KeyPairNotBound)
    );
}

#[test]
fn a_renamed_key_pair_keeps_what_its_ids_are_made_of() {
    let mut plane = Plane::new(Settings::default());
    order(&mut plane, 1, add("key"), Vec::new());
    let bind = bind("key", true, false);
    plane.order(command(2, bind, &[s(2)])).unwrap().unwrap();
    plane.run().unwrap();
    let rename = |name: &str, new: &str| {
        Edit::DescribeKeyPair(DescribeKeyPair {
            name: name.into(),
            new_name: Some(new.into()),
            description: None,
        })
        .into()
    };
    order(&mut plane, 3, rename("key", "other"), Vec::new());
    order(&mut plane, 4, add("key"), Vec::new());
    assert_eq!(refused(&mut plane, 5, rename("key", "other")), FaultKind::KeyPairExists);
    let mut plane = plane.restarted();
    let root =
        |plane: &Plane, name| plane.world().key_pair(PROJECT, name).unwrap().root().to_owned();
    assert_eq!(root(&plane, "other"), "key");
    assert_eq!(root(&plane, "key"), "key/1");
    let server = plane.world().server(s(2)).unwrap();
    assert_eq!(server.details.key_name.as_deref(), Some("other"));
    order(
        &mut plane,
        6,
        Edit::RemoveKeyPair(RemoveKeyPair { name: "other".into() }).into(),
        Vec::new(),
    );
    assert!(plane.world().key_pair(PROJECT, "other").is_none());
}

#[test]
fn servers_are_made_of_own_images() {
    let (mut plane, image) = with_image();
    let Operation::Create(mut made) = create(&["new"]) else { unreachable!() };
    made.image = image;
    plane
        .order(with_password(command(2, Operation::Create(made), &[]), "Some@Pass1"))
        .unwrap()
        .unwrap();
    assert_eq!(verdict(&mut plane, 3, gone(&[image])), Verdict::refuse(FaultKind::ImageInUse));
    plane.run().unwrap();
    let server = plane.world().servers().find(|server| &*server.name == "new").unwrap();
    let (id, power) = (server.id, server.power);
    assert_eq!((server.image, power), (image, Power::Running));
    plane.order(command(4, Operation::Delete(Delete::new(true, true)), &[id])).unwrap().unwrap();
    verdict(&mut plane, 5, gone(&[image]));
    plane.run().unwrap();
    assert!(plane.world().own_images(PROJECT).next().is_none());
}
