//! Systems with cloud-init, which are told by a seed what they are to be.

use regiment_core::driver::{Driver, DriverError, Login, Provision, Rejection, Verb};
use regiment_core::model::{Power, ServerId};
use regiment_core::ops::Force;
use regiment_core::vault::Secret;
use regiment_drivers::qemu::QemuDriver;

use super::room::{IMAGE, OTHER, Room, image, plan, power, run};

const S: ServerId = ServerId(0x79);
/// What cloud-init says at the end, in base64.
const DONE: &str = "c3RhdHVzOiBkb25lCg==";
const ERROR: &str = "c3RhdHVzOiBlcnJvcgo=";
/// `#!/bin/sh` and `#cloud-config`, as clients send them.
const PROGRAM: &str = "IyEvYmluL3NoCg==";
const CONFIG: &str = "I2Nsb3VkLWNvbmZpZwo=";

fn login(user_data: &str) -> Login {
    Login { public_key: Some("ssh-ed25519 AAAA me".into()), user_data: Some(user_data.into()) }
}

/// One that was made with a password, a key and user data, and started.
fn started(room: &Room, ways: &str, user_data: &str) -> QemuDriver {
    room.image(IMAGE, ways);
    let mut driver = room.driver();
    let password = Some(Secret::new("First-1"));
    let plan = Box::new(Provision { password, login: login(user_data), ..plan(IMAGE) });
    room.ask(&mut driver, Verb::Provision { server: S, plan }).unwrap();
    room.ask(&mut driver, run(S)).unwrap();
    driver
}

fn ways(said: &str) -> String {
    format!(r#"{{"cloud_init": "{said}"}}"#)
}

/// The seed that the last start was given.
fn seed(room: &Room) -> String {
    let bytes = std::fs::read(room.run_file(S, "seen-seed.img")).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn restart(room: &Room, driver: &mut QemuDriver) {
    room.ask(driver, Verb::Stop { server: S, force: Force::Hard }).unwrap();
    room.ask(driver, run(S)).unwrap();
}

#[test]
fn a_first_boot_is_told_everything_by_its_seed_and_nothing_twice() {
    let room = Room::new();
    let mut driver = started(&room, &ways(DONE), CONFIG);
    let first = seed(&room);
    for said in ["CIDATA", "\"local-hostname\":\"one\"", "$6$", "ssh-ed25519 AAAA me"] {
        assert!(first.contains(said), "{said}");
    }
    assert!(!first.contains("First-1"));
    let disk = room.disk(S);
    assert!(disk["password"].is_null() && disk["keys"].is_null() && disk["files"].is_null());
    assert_eq!(disk["ran"][0]["arg"], serde_json::json!(["status", "--wait"]));
    assert!(!room.run_file(S, "seed.img").exists(), "its secrets are gone");
    let kept = room.record(S);
    assert!(kept["pending"]["password"].is_null() && kept["pending"]["public_key"].is_null());

    // From then on it is told by its agent; who it is and its user data are asked for again.
    let reset = Verb::Password { server: S, generation: 2, password: Secret::new("Second-2") };
    room.ask(&mut driver, Verb::Stop { server: S, force: Force::Hard }).unwrap();
    room.ask(&mut driver, reset).unwrap();
    room.ask(&mut driver, run(S)).unwrap();
    let later = seed(&room);
    assert!(!later.contains("$6$") && !later.contains("AAAA") && later.contains("one"));
    assert_eq!(later.matches("#cloud-config\n").count(), 2, "the user's and ours");
    assert!(room.disk(S)["password"].is_object());
    let id = |text: &str| text[text.find("instance-id").unwrap()..][..60].to_owned();
    assert_eq!(id(&first), id(&later), "it is the same system");
}

#[test]
fn a_fresh_disk_has_a_first_boot_of_its_own() {
    let room = Room::new();
    let mut driver = started(&room, &ways(DONE), CONFIG);
    room.image(OTHER, &ways(DONE));
    let first = seed(&room);
    let password = Some(Secret::new("Third-3"));
    let (image, login) = (image(OTHER), Login::default());
    let change = Verb::Image { server: S, generation: 2, image, password, login };
    room.ask(&mut driver, change).unwrap();
    room.ask(&mut driver, run(S)).unwrap();
    let second = seed(&room);
    assert!(second.contains("$6$") && !second.contains("AAAA"));
    let id = |text: &str| text[text.find("instance-id").unwrap()..][..60].to_owned();
    assert_ne!(id(&first), id(&second));
}

#[test]
fn what_cloud_init_did_not_do_the_agent_does() {
    // It has none, whatever the image says.
    let room = Room::new();
    let _driver = started(&room, &ways(""), PROGRAM);
    let disk = room.disk(S);
    assert!(disk["password"].is_object() && disk["keys"].is_object());
    assert_eq!(disk["files"]["/var/lib/regiment-user-data"], PROGRAM);

    // It ran and met an error: user data is not run a second time.
    let room = Room::new();
    let _driver = started(&room, &ways(ERROR), PROGRAM);
    let disk = room.disk(S);
    assert!(disk["password"].is_object() && disk["keys"].is_object());
    assert!(disk["files"]["/var/lib/regiment-user-data"].is_null());
}

#[test]
fn without_an_agent_a_seed_is_enough() {
    let room = Room::new();
    let nobody = r#"{"cloud_init": "", "no_plugin": true, "has_no_agent": true}"#;
    let mut driver = started(&room, nobody, CONFIG);
    assert_eq!(power(&driver, S), Some(Power::Running));
    assert!(seed(&room).contains("$6$"));
    // Nobody says whether it was read, so it is said again; the system knows that it knows.
    restart(&room, &mut driver);
    assert!(seed(&room).contains("$6$"));
    let reset = Verb::Password { server: S, generation: 2, password: Secret::new("Any-1") };
    let missing = Err(DriverError::Rejected(Rejection::AgentMissing));
    assert_eq!(room.ask(&mut driver, reset), missing);
    assert_eq!(driver.inspect(S).unwrap().password_generation, 1);
}
