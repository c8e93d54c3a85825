//! Daemons come and go, machines stay; and machines that go are missed at once.

use regiment_core::driver::{
    Adoption, Driver, DriverError, Finding, Rejection, StepCall, StepRef, Verb,
};
use regiment_core::model::{JobId, Power, ServerId, Time};
use regiment_core::ops::Force;
use regiment_core::vault::Secret;
use regiment_drivers::qemu::QemuDriver;

use super::room::{IMAGE, OTHER, Room, flavor, power, provision, run, until};

fn s(number: u128) -> ServerId {
    ServerId(0x900 + number)
}

fn running(room: &Room, count: u128) -> QemuDriver {
    let mut driver = room.driver();
    let made = (0..count).map(|number| provision(s(number), IMAGE)).collect();
    assert!(room.ask_all(&mut driver, made).iter().all(Result::is_ok));
    let started = (0..count).map(|number| run(s(number))).collect();
    assert!(room.ask_all(&mut driver, started).iter().all(Result::is_ok));
    driver
}

#[test]
fn the_next_daemon_finds_every_machine_where_the_last_one_left_it() {
    let room = Room::new();
    let mut driver = running(&room, 3);
    room.ask(&mut driver, Verb::Stop { server: s(1), force: Force::Hard }).unwrap();
    let before: Vec<Option<Finding>> = (0..3).map(|n| driver.inspect(s(n))).collect();
    let (first, third) = (room.pid(s(0)), room.pid(s(2)));
    drop(driver);

    let mut driver = room.driver();
    let after: Vec<Option<Finding>> = (0..3).map(|n| driver.inspect(s(n))).collect();
    assert_eq!(before, after);
    assert_eq!((room.pid(s(0)), room.pid(s(2))), (first, third), "nothing was begun anew");
    // It can do with them whatever the last one could.
    let password = Secret::new("Later-1");
    room.ask(&mut driver, Verb::Password { server: s(0), generation: 2, password }).unwrap();
    assert!(room.disk(s(0))["password"].is_object());
    until(|| driver.machines().has_agent(s(2)));
    room.ask(&mut driver, Verb::Stop { server: s(2), force: Force::Soft }).unwrap();
    room.ask(&mut driver, run(s(1))).unwrap();
    room.ask(&mut driver, Verb::Remove { server: s(0), disks: Vec::new() }).unwrap();
    assert_eq!(driver.list().len(), 2);
}

#[test]
fn a_daemon_that_dies_in_the_middle_of_a_batch_leaves_what_the_next_one_can_finish() {
    let room = Room::new();
    let mut driver = room.driver();
    let made = (0..5).map(|number| provision(s(number), IMAGE)).collect();
    assert!(room.ask_all(&mut driver, made).iter().all(Result::is_ok));
    let step = |sub| StepRef { job: JobId(1), sub, step: 0, attempt: 0 };
    let calls = (0u32..5).map(|n| StepCall { step: step(n), verb: run(s(n.into())) }).collect();
    driver.begin(Time::ZERO, calls);
    // Some are up, some are starting, some wait for their turn.
    until(|| (0..5).any(|n| power(&driver, s(n)) == Some(Power::Running)));
    drop(driver);

    let mut driver = room.driver();
    let again = (0..5).map(|number| run(s(number))).collect();
    for said in room.ask_all(&mut driver, again) {
        said.expect("a repeat finds its work done or does it");
    }
    assert!((0..5).all(|n| power(&driver, s(n)) == Some(Power::Running)));
}

#[test]
fn a_machine_that_is_killed_is_missed() {
    let room = Room::new();
    let mut driver = running(&room, 2);
    room.kill(s(0));
    room.news_of(&mut driver, s(0));
    assert_eq!(power(&driver, s(0)), Some(Power::Stopped));
    assert_eq!(power(&driver, s(1)), Some(Power::Running));
    room.ask(&mut driver, run(s(0))).expect("it can be started again");
}

#[test]
fn one_that_was_killed_while_no_daemon_ran_is_shown_as_it_is() {
    let room = Room::new();
    let driver = running(&room, 2);
    let told: Vec<Finding> = (0..2).filter_map(|n| driver.inspect(s(n))).collect();
    drop(driver);
    room.kill(s(0));
    until(|| !std::path::Path::new(&format!("/proc/{}/exe", room.pid(s(0)))).exists());
    let mut driver = room.driver();
    let known = |finding| Adoption { finding, flavor: flavor(1) };
    let gone = Finding { server: s(9), ..told[0].clone() };
    driver.adopt(&mut told.into_iter().chain([gone]).map(known));
    // Told when it is found out, which takes a busy machine a while.
    let mut changed = Vec::new();
    until(|| {
        changed.extend(driver.changed());
        changed.contains(&s(0)) && changed.contains(&s(9))
    });
    assert_eq!(power(&driver, s(0)), Some(Power::Stopped));
    assert_eq!(power(&driver, s(1)), Some(Power::Running));
    assert_eq!(power(&driver, s(9)), None);
}

#[test]
fn a_guest_that_switches_itself_off_or_breaks_is_shown_stopped() {
    let room = Room::new();
    let mut driver = running(&room, 2);
    for (number, line) in [(0, "poweroff"), (1, "break")] {
        room.type_at(s(number), line);
        room.news_of(&mut driver, s(number));
        assert_eq!(power(&driver, s(number)), Some(Power::Stopped));
        assert!(room.record(s(number))["process"].is_null(), "its process was ended");
    }
}

#[test]
fn what_a_guest_does_while_no_daemon_runs_is_seen_by_the_next() {
    let room = Room::new();
    let driver = running(&room, 1);
    drop(driver);
    room.type_at(s(0), "poweroff");
    let mut driver = room.driver();
    room.news_of(&mut driver, s(0));
    assert_eq!(power(&driver, s(0)), Some(Power::Stopped));
}

#[test]
fn a_machine_that_dies_under_an_order_fails_that_order_alone() {
    let room = Room::hasty();
    room.image(OTHER, r#"{"ignores_shutdown": true}"#);
    let mut driver = running(&room, 1);
    room.ask(&mut driver, provision(s(7), OTHER)).unwrap();
    room.ask(&mut driver, run(s(7))).unwrap();
    room.kill(s(7));
    room.news_of(&mut driver, s(7));
    let set = |server| Verb::Password { server, generation: 2, password: Secret::new("Any-1") };
    let reboot = |server| Verb::Reboot { server, force: Force::Hard, token: 1 };
    let said = room.ask_all(&mut driver, vec![set(s(0)), reboot(s(0))]);
    assert!(said.iter().all(Result::is_ok), "{said:?}");
    let crash = Verb::Crash { server: s(7), token: 2 };
    let said = room.ask(&mut driver, crash);
    assert!(matches!(said, Err(DriverError::Rejected(Rejection::Failed(_)))), "{said:?}");
}

#[test]
fn a_machine_that_was_being_made_is_no_machine() {
    let room = Room::new();
    std::fs::create_dir_all(room.run_file(s(0), "")).unwrap();
    let mut driver = room.driver();
    assert!(driver.list().is_empty());
    room.ask(&mut driver, provision(s(0), IMAGE)).unwrap();
}

#[test]
fn a_process_that_nobody_wrote_down_is_found_by_its_socket() {
    let room = Room::new();
    let driver = running(&room, 1);
    let pid = room.pid(s(0));
    drop(driver);
    let mut record = room.record(s(0));
    record["process"] = serde_json::Value::Null;
    let path = room.data.path().join("machines").join(s(0).to_string()).join("machine.json");
    std::fs::write(path, record.to_string()).unwrap();
    let mut driver = room.driver();
    room.news_of(&mut driver, s(0));
    assert_eq!(power(&driver, s(0)), Some(Power::Running));
    assert_eq!(room.pid(s(0)), pid);
}
