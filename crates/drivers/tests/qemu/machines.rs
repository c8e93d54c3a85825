//! What machines do when told to, and when their guests will not have it.

use regiment_core::driver::{DiskPlan, Driver, DriverError, Login, Provision, Rejection, Verb};
use regiment_core::model::{Power, ServerId, VolumeId};
use regiment_core::ops::Force;
use regiment_core::vault::Secret;
use regiment_drivers::qemu::QemuDriver;

use super::room::{IMAGE, OTHER, Room, flavor, image, plan, power, provision, run};

const S: ServerId = ServerId(0x77);

fn rejected(why: Rejection) -> super::room::Said {
    Err(DriverError::Rejected(why))
}

/// One that runs, with a guest of these ways.
fn running(room: &Room, ways: &str) -> QemuDriver {
    room.image(IMAGE, ways);
    let mut driver = room.driver();
    room.ask(&mut driver, provision(S, IMAGE)).unwrap();
    room.ask(&mut driver, run(S)).unwrap();
    driver
}

fn password(generation: u32, text: &str) -> Verb {
    Verb::Password { server: S, generation, password: Secret::new(text) }
}

const fn stop(force: Force) -> Verb {
    Verb::Stop { server: S, force }
}

#[test]
fn a_guest_is_told_its_password_as_a_hash_when_it_runs() {
    let room = Room::new();
    let mut driver = running(&room, "{}");
    assert!(driver.machines().has_agent(S));
    room.ask(&mut driver, password(2, "Clear-Text-1")).unwrap();
    let told = room.disk(S)["password"].clone();
    assert_eq!((&told["username"], &told["crypted"]), (&"root".into(), &true.into()));
    assert!(!told.to_string().contains("Clear"));
    assert_eq!(driver.inspect(S).unwrap().password_generation, 2);
}

#[test]
fn a_stopped_server_keeps_a_sealed_hash_until_its_agent_answers() {
    let room = Room::new();
    room.image(IMAGE, "{}");
    let mut driver = room.driver();
    let first = Some(Secret::new("First-1"));
    let plan = Box::new(plan(IMAGE));
    let plan = Box::new(Provision { password: first, ..*plan });
    room.ask(&mut driver, Verb::Provision { server: S, plan }).unwrap();
    room.ask(&mut driver, password(2, "Second-2")).unwrap();
    let kept = room.record_text(S);
    assert!(!kept.contains("First") && !kept.contains("Second") && !kept.contains("$6$"), "{kept}");
    assert!(room.disk(S)["password"].is_null());
    room.ask(&mut driver, run(S)).unwrap();
    assert!(room.disk(S)["password"].is_object());
    assert!(room.record(S)["pending"]["password"].is_null());
    // Once is enough.
    let told = room.disk(S);
    room.ask(&mut driver, stop(Force::Hard)).unwrap();
    room.ask(&mut driver, run(S)).unwrap();
    assert_eq!(room.disk(S)["password"], told["password"]);
}

#[test]
fn a_password_that_the_guest_refuses_is_not_set_and_is_not_forgotten() {
    let room = Room::new();
    let mut driver = running(&room, r#"{"refuses_passwords": true}"#);
    let refused = rejected(Rejection::AgentRefused);
    assert_eq!(room.ask(&mut driver, password(2, "Any-1")), refused);
    assert_eq!(driver.inspect(S).unwrap().password_generation, 1);
    room.ask(&mut driver, stop(Force::Hard)).unwrap();
    room.ask(&mut driver, password(2, "Any-1")).unwrap();
    assert_eq!(room.ask(&mut driver, run(S)), refused, "it does not count as running before");
    assert!(room.record(S)["pending"]["password"].is_object());
}

#[test]
fn without_an_agent_passwords_are_refused_and_starts_are_done() {
    let room = Room::new();
    let mut driver = running(&room, r#"{"no_plugin": true, "has_no_agent": true}"#);
    assert_eq!(power(&driver, S), Some(Power::Running));
    assert!(!driver.machines().has_agent(S));
    let missing = rejected(Rejection::AgentMissing);
    assert_eq!(room.ask(&mut driver, password(2, "Any-1")), missing);
    room.ask(&mut driver, stop(Force::Hard)).unwrap();
    assert_eq!(room.ask(&mut driver, password(2, "Any-1")), missing);
}

#[test]
fn an_agent_that_never_answers_ends_the_wait_but_not_the_server() {
    let room = Room::hasty();
    let mut driver = running(&room, r#"{"has_no_agent": true}"#);
    assert_eq!(power(&driver, S), Some(Power::Running));
    let missing = rejected(Rejection::AgentMissing);
    assert_eq!(room.ask(&mut driver, password(2, "Any-1")), missing);
    room.ask(&mut driver, stop(Force::Hard)).unwrap();
    room.ask(&mut driver, password(2, "Any-1")).unwrap();
    assert_eq!(room.ask(&mut driver, run(S)), missing, "its password is not set");
}

#[test]
fn a_guest_that_misses_the_first_request_is_asked_again() {
    let mut room = Room::new();
    room.patience.down = std::time::Duration::from_millis(200);
    let mut driver = running(&room, r#"{"misses_the_first": true}"#);
    room.ask(&mut driver, stop(Force::Soft)).unwrap();
    assert_eq!(power(&driver, S), Some(Power::Stopped));
}

#[test]
fn a_guest_that_will_not_stop_is_left_or_cut_off_as_ordered() {
    let room = Room::hasty();
    let mut driver = running(&room, r#"{"ignores_shutdown": true}"#);
    assert_eq!(room.ask(&mut driver, stop(Force::Soft)), rejected(Rejection::TimedOut));
    let reboot = |force, token| Verb::Reboot { server: S, force, token };
    let late = room.ask(&mut driver, reboot(Force::Soft, 1));
    assert_eq!(late, rejected(Rejection::TimedOut));
    assert_eq!(power(&driver, S), Some(Power::Running));
    let pid = room.pid(S);
    room.ask(&mut driver, reboot(Force::SoftThenHard, 2)).unwrap();
    assert_eq!(room.pid(S), pid, "a restart is not a new process");
    room.ask(&mut driver, stop(Force::SoftThenHard)).unwrap();
    assert_eq!(power(&driver, S), Some(Power::Stopped));
}

#[test]
fn a_shape_is_that_of_the_next_start() {
    let room = Room::new();
    let mut driver = running(&room, "{}");
    assert_eq!(room.shape(S)["smp"], serde_json::json!(["1"]));
    room.ask(&mut driver, stop(Force::Soft)).unwrap();
    let shape = Verb::Shape { server: S, flavor: flavor(3), apart_from: Vec::new() };
    room.ask(&mut driver, shape).unwrap();
    room.ask(&mut driver, run(S)).unwrap();
    let shape = room.shape(S);
    assert_eq!(
        (&shape["smp"], &shape["m"]),
        (&["3"].into_iter().collect(), &["384M"].into_iter().collect())
    );
}

#[test]
fn a_fresh_disk_knows_nothing_of_the_old_one_which_stays_until_it_has_run() {
    let room = Room::new();
    room.image(OTHER, "{}");
    let mut driver = running(&room, "{}");
    room.ask(&mut driver, password(2, "Old-1")).unwrap();
    room.ask(&mut driver, stop(Force::Soft)).unwrap();
    let login = Login {
        public_key: Some("ssh-ed25519 AAAA me".into()),
        user_data: Some("IyEvYmluL3NoCg==".into()),
    };
    let image = image(OTHER);
    let password = Some(Secret::new("New-2"));
    let anew = Verb::Image { server: S, generation: 2, image, password, login };
    room.ask(&mut driver, anew).unwrap();
    assert!(room.run_file(S, "disk-1.qcow2").exists() && room.disk(S)["password"].is_null());
    room.ask(&mut driver, run(S)).unwrap();
    assert!(
        !room.run_file(S, "disk-1.qcow2").exists() && !room.run_file(S, "base-1.qcow2").exists()
    );
    let disk = room.disk(S);
    assert!(disk["password"].is_object());
    assert_eq!(disk["keys"]["keys"][0], "ssh-ed25519 AAAA me");
    assert_eq!(disk["files"]["/etc/hostname"], "b25lCg==", "one");
    assert_eq!(disk["files"]["/var/lib/regiment-user-data"], "IyEvYmluL3NoCg==");
    let ran: Vec<_> =
        disk["ran"].as_array().unwrap().iter().map(|one| one["path"].clone()).collect();
    assert_eq!(ran, ["hostname", "chmod", "/var/lib/regiment-user-data"]);
    // User data is for the first start alone, and a name for whenever it changes.
    room.ask(&mut driver, stop(Force::Soft)).unwrap();
    let renamed = Verb::Run { server: S, hostname: "two".into(), apart_from: Vec::new() };
    room.ask(&mut driver, renamed).unwrap();
    let disk = room.disk(S);
    assert_eq!(disk["files"]["/etc/hostname"], "dHdvCg==", "two");
    assert_eq!(disk["ran"].as_array().unwrap().len(), 4);
}

#[test]
fn an_image_that_is_only_a_name_makes_no_machine() {
    let room = Room::new();
    let mut driver = room.driver();
    let none = regiment_core::model::ImageId(99);
    let refused = room.ask(&mut driver, provision(S, none));
    assert!(matches!(refused, Err(DriverError::Rejected(Rejection::Failed(_)))), "{refused:?}");
    assert_eq!(driver.inspect(S), None);
    assert!(driver.list().is_empty());
    room.ask(&mut driver, provision(S, IMAGE)).expect("nothing of the failed attempt is left");
}

#[test]
fn a_machine_that_does_not_start_says_why() {
    let room = Room::new();
    room.image(IMAGE, r#"{"refuses_to_start": true}"#);
    room.image(OTHER, r#"{"dies_at_boot": true}"#);
    let mut driver = room.driver();
    room.ask(&mut driver, provision(S, IMAGE)).unwrap();
    let refused = room.ask(&mut driver, run(S));
    let Err(DriverError::Rejected(Rejection::Failed(story))) = &refused else {
        panic!("{refused:?}")
    };
    assert!(story.contains("told not to start"), "{story}");
    assert_eq!(power(&driver, S), Some(Power::Stopped));
    let other = ServerId(0x78);
    room.ask(&mut driver, provision(other, OTHER)).unwrap();
    assert!(room.ask(&mut driver, run(other)).is_err());
    assert_eq!(power(&driver, other), Some(Power::Stopped));
}

#[test]
fn more_than_the_hosts_hold_is_refused_and_room_comes_back() {
    let room = Room::new();
    let mut driver = room.driver();
    let large = |number| {
        let plan = Provision { flavor: flavor(40), ..plan(IMAGE) };
        Verb::Provision { server: ServerId(number), plan: Box::new(plan) }
    };
    let said = room.ask_all(&mut driver, vec![large(1), large(2), large(3)]);
    assert!(said[0].is_ok() && said[1].is_ok());
    assert_eq!(said[2], rejected(Rejection::NoCapacity));
    room.ask(&mut driver, Verb::Remove { server: ServerId(1), disks: Vec::new() }).unwrap();
    room.ask(&mut driver, large(3)).unwrap();
}

#[test]
fn machines_of_a_rootly_daemon_have_users_of_their_own() {
    let room = Room::new();
    let mut driver = running(&room, "{}");
    let other = ServerId(0x78);
    room.ask(&mut driver, provision(other, IMAGE)).unwrap();
    let ours = room.owner(S, "base-1.qcow2");
    let (one, two) = (room.owner(S, "disk-1.qcow2"), room.owner(other, "disk-1.qcow2"));
    if ours == 0 {
        assert!(one != 0 && two != 0 && one != two, "{one} {two}");
        let status = std::fs::read_to_string(format!("/proc/{}/status", room.pid(S))).unwrap();
        let line = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(line("Uid:"), vec![one.to_string(); 4]);
        assert_eq!(line("Groups:"), Vec::<String>::new());
        for none in ["CapEff:", "CapPrm:", "CapBnd:", "CapInh:"] {
            assert_eq!(line(none), ["0000000000000000"], "{none}");
        }
        assert_eq!(line("NoNewPrivs:"), ["1"]);
    } else {
        assert_eq!((one, two), (ours, ours));
    }
}

#[test]
fn a_deleted_server_leaves_no_files_but_those_of_disks_that_stay() {
    let room = Room::new();
    let mut driver = room.driver();
    let plans: Vec<DiskPlan> = [(0x10, "/dev/vdb"), (0x11, "/dev/vdc")]
        .map(|(id, device)| DiskPlan { volume: VolumeId(id), device: device.into(), size_gib: 1 })
        .into();
    let made = |id| {
        let plan = Box::new(Provision { disks: plans.clone(), ..plan(id) });
        Verb::Provision { server: S, plan }
    };
    let left = || {
        let entries = std::fs::read_dir(room.data.path().join("disks")).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    // One that cannot be made leaves nothing.
    room.ask(&mut driver, made(regiment_core::model::ImageId(99))).unwrap_err();
    room.ask(&mut driver, made(IMAGE)).unwrap();
    assert_eq!(left().len(), 2);
    let removed = Verb::Remove { server: S, disks: vec![VolumeId(0x10)] };
    room.ask(&mut driver, removed.clone()).unwrap();
    assert_eq!(left(), [format!("{}.raw", VolumeId(0x11)).as_str()]);
    room.ask(&mut driver, removed).expect("a repeat");
    assert!(!room.run_file(S, "").exists());
    // The end of a server that an earlier daemon took away before it came to the disks.
    room.ask(&mut driver, Verb::Remove { server: S, disks: vec![VolumeId(0x11)] }).unwrap();
    assert!(left().is_empty());
}
