use std::io::Write;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Instant;

use regiment_core::driver::{
    Adoption, Done, Driver, DriverError, Finding, Login, Provision, Rejection, StepCall, StepRef,
    StepReport, Verb,
};
use regiment_core::model::{
    BalancerState, Flavor, Handle, Hints, Host, Image, ImageId, ImageSource, JobId, LoadBalancer,
    LoadBalancerId, OsFamily, Power, ProjectId, Reach, ServerId, Time,
};
use regiment_core::ops::Force;
use regiment_core::vault::Secret;

use super::{HostState, Pace, SimConfig, SimDriver};
use crate::conformance;

pub(super) fn flavor(vcpus: u32, ram_mib: u32) -> Arc<Flavor> {
    let name = format!("{vcpus}x{ram_mib}").into();
    Arc::new(Flavor { name, vcpus, ram_mib, class: "".into() })
}

pub(super) fn image(id: u128) -> Arc<Image> {
    Arc::new(Image {
        id: ImageId(id),
        name: "image".into(),
        family: OsFamily::Linux,
        os: "Debian 13".into(),
        disk_gib_min: 10,
        source: ImageSource::Public,
        admin_user: "root".into(),
        created_at: Time::ZERO,
    })
}

pub(super) fn provision(server: ServerId, zone: &str, flavor: Arc<Flavor>) -> Verb {
    let plan = Box::new(Provision {
        name: "one".into(),
        hostname: "one".into(),
        zone: zone.into(),
        flavor,
        image: image(1),
        password: Some(Secret::new("First-1")),
        login: Login::default(),
        nics: Vec::new(),
        boot_gib: 40,
        disks: Vec::new(),
        apart_from: Vec::new(),
    });
    Verb::Provision { server, plan }
}

pub(super) fn run(server: ServerId) -> Verb {
    Verb::Run { server, hostname: "one".into(), apart_from: Vec::new() }
}

pub(super) fn anew(server: ServerId, generation: u32, image: Arc<Image>) -> Verb {
    Verb::Image { server, generation, image, password: None, login: Login::default() }
}

pub(super) fn host(name: &str, zone: &str, vcpus: u32) -> Host {
    let ram_mib = vcpus * 1024;
    Host { name: name.into(), zone: zone.into(), vcpus, ram_mib, up: true, leaves_at: None }
}

pub(super) fn call(number: u64, verb: Verb) -> StepCall {
    StepCall { step: StepRef { job: JobId(number), sub: 0, step: 0, attempt: 0 }, verb }
}

/// Small hosts: two in the zone `a`, one in `b`.
fn small() -> SimDriver {
    let hosts = vec![host("a1", "a", 8), host("a2", "a", 8), host("b1", "b", 8)];
    SimDriver::new(SimConfig { pace: Pace::Instant, seed: 1, hosts, stubborn: None })
}

/// Carries one out on a driver that takes no time.
fn ask(driver: &mut SimDriver, verb: Verb) -> Result<Done, DriverError> {
    driver.begin(Time::ZERO, vec![call(1, verb)]);
    let mut reports = driver.collect(Time::ZERO);
    assert_eq!(reports.len(), 1);
    reports.remove(0).result
}

fn placed(driver: &mut SimDriver, id: u128, zone: &str, vcpus: u32) -> Option<String> {
    let verb = provision(ServerId(id), zone, flavor(vcpus, vcpus * 1024));
    match ask(driver, verb) {
        Ok(done) => Some(done.placed_on.expect("it was placed").to_string()),
        Err(error) => {
            assert_eq!(error, DriverError::Rejected(Rejection::NoCapacity));
            None
        }
    }
}

fn power(driver: &SimDriver, server: ServerId) -> Power {
    driver.inspect(server).expect("it is there").power
}

#[test]
fn conforms_at_every_pace() {
    for pace in Pace::ALL {
        let zones = SimConfig::for_zones(["near", "far"]);
        let mut driver = SimDriver::new(SimConfig { pace, seed: 7, ..zones });
        let terms = conformance::Terms {
            zone: "far".into(),
            flavor: flavor(1, 1024),
            other_flavor: flavor(2, 4096),
            image: image(1),
            other_image: image(2),
            makes_images: true,
        };
        let mut now = Time(1_000);
        let mut wait = |driver: &mut dyn Driver| {
            now = driver.next_due().map_or(now, |due| due.max(now));
            now
        };
        conformance::all(&mut driver, &mut wait, &terms);
    }
}

#[test]
fn the_least_loaded_host_of_the_zone_is_chosen() {
    let mut driver = small();
    assert_eq!(placed(&mut driver, 1, "a", 2).as_deref(), Some("a1"));
    assert_eq!(placed(&mut driver, 2, "a", 4).as_deref(), Some("a2"));
    assert_eq!(placed(&mut driver, 3, "a", 4).as_deref(), Some("a1"));
    assert_eq!(driver.used("a1"), Some((6, 6 * 1024)));
    // Of the room that is left only a2's is enough, then none, whatever the other zone has.
    assert_eq!(placed(&mut driver, 4, "a", 4).as_deref(), Some("a2"));
    assert_eq!(placed(&mut driver, 5, "a", 4), None);
    assert_eq!(placed(&mut driver, 5, "nowhere", 1), None);
    assert_eq!(driver.inspect(ServerId(5)), None);
    // Without a zone any will do.
    assert_eq!(placed(&mut driver, 5, "", 4).as_deref(), Some("b1"));
    ask(&mut driver, Verb::Remove { server: ServerId(2), disks: Vec::new() })
        .expect("it is removed");
    assert_eq!(placed(&mut driver, 6, "a", 4).as_deref(), Some("a2"));
}

#[test]
fn a_new_shape_moves_a_server_only_when_it_must() {
    let mut driver = small();
    let server = ServerId(1);
    placed(&mut driver, 1, "a", 2);
    placed(&mut driver, 2, "a", 2);
    placed(&mut driver, 3, "a", 4);
    assert_eq!(driver.used("a1"), Some((6, 6 * 1024)));
    let shape = |vcpus: u32| Verb::Shape {
        server,
        flavor: flavor(vcpus, vcpus * 1024),
        apart_from: Vec::new(),
    };
    let on = |host: &str| Ok(Done { placed_on: Some(host.into()) });
    assert_eq!(ask(&mut driver, shape(4)), on("a1"));
    assert_eq!(ask(&mut driver, shape(6)), on("a2"));
    assert_eq!(driver.used("a1"), Some((4, 4 * 1024)));
    assert_eq!(driver.used("a2"), Some((8, 8 * 1024)));
    let none = Err(DriverError::Rejected(Rejection::NoCapacity));
    assert_eq!(ask(&mut driver, shape(7)), none);
    assert_eq!(&*driver.inspect(server).expect("it is there").host, "a2");
    assert_eq!(driver.used("a2"), Some((8, 8 * 1024)), "a refusal changes nothing");
}

#[test]
fn a_host_that_is_down_refuses_and_a_silent_one_does_not_answer() {
    let mut driver = small();
    let server = ServerId(1);
    placed(&mut driver, 1, "b", 1);
    ask(&mut driver, run(server)).expect("it runs");
    let verbs = || {
        [
            run(server),
            Verb::Stop { server, force: Force::Hard },
            Verb::Reboot { server, force: Force::Hard, token: 1 },
            Verb::Shape { server, flavor: flavor(2, 2048), apart_from: Vec::new() },
            Verb::Password { server, generation: 2, password: Secret::new("Second-2") },
            anew(server, 2, image(2)),
            Verb::Nics { server, nics: Vec::new() },
            Verb::Remove { server, disks: Vec::new() },
            provision(server, "b", flavor(1, 1024)),
        ]
    };
    let before = driver.inspect(server);
    assert!(driver.set_host("b1", HostState::Silent));
    for verb in verbs() {
        assert_eq!(ask(&mut driver, verb), Err(DriverError::Unreachable));
    }
    assert_eq!(driver.inspect(server), before, "its servers go on");
    assert!(driver.set_host("b1", HostState::Down));
    for verb in verbs() {
        assert_eq!(ask(&mut driver, verb), Err(DriverError::Rejected(Rejection::HostDown)));
    }
    assert_eq!(power(&driver, server), Power::Stopped, "its servers lose power");
    assert!(driver.hosts().iter().all(|host| host.up == (&*host.name != "b1")));
    assert_eq!(placed(&mut driver, 2, "b", 1), None);
    assert!(driver.set_host("b1", HostState::Up));
    assert!(verbs().into_iter().all(|verb| ask(&mut driver, verb).is_ok()));
    assert!(!driver.set_host("b2", HostState::Down), "there is no such host");
}

#[test]
fn nothing_moves_to_a_host_that_leaves() {
    let leaving = |name, zone| Host { leaves_at: Some(Time(1)), ..host(name, zone, 8) };
    let hosts = vec![leaving("a1", "a"), host("a2", "a", 8), leaving("b1", "b")];
    let mut driver =
        SimDriver::new(SimConfig { pace: Pace::Instant, seed: 1, hosts, stubborn: None });
    assert!(driver.hosts().iter().all(|host| host.leaves_at.is_some() == (&*host.name != "a2")));
    for id in 1..=8 {
        assert_eq!(placed(&mut driver, id, "a", 1).as_deref(), Some("a2"));
    }
    assert_eq!(placed(&mut driver, 9, "a", 1), None);
    assert_eq!(placed(&mut driver, 9, "b", 1), None);
    let away = Verb::Place { server: ServerId(1), away_from: "a2".into(), apart_from: Vec::new() };
    assert_eq!(ask(&mut driver, away), Err(DriverError::Rejected(Rejection::NoCapacity)));
}

#[test]
fn force_decides_about_a_guest_that_does_not_comply() {
    let mut driver = small();
    let server = ServerId(1);
    placed(&mut driver, 1, "a", 1);
    ask(&mut driver, run(server)).expect("it runs");
    assert!(driver.set_complies(server, false));
    let timed_out = Err(DriverError::Rejected(Rejection::TimedOut));
    let stop = |force| Verb::Stop { server, force };
    let reboot = |force, token| Verb::Reboot { server, force, token };
    assert_eq!(ask(&mut driver, stop(Force::Soft)), timed_out);
    assert_eq!(ask(&mut driver, reboot(Force::Soft, 1)), timed_out);
    assert_eq!((power(&driver, server), driver.reboots(server)), (Power::Running, Some(0)));
    // The token of a reboot that failed is not remembered.
    ask(&mut driver, reboot(Force::SoftThenHard, 1)).expect("power is cut");
    ask(&mut driver, reboot(Force::Hard, 2)).expect("power is cut");
    ask(&mut driver, reboot(Force::Hard, 2)).expect("it was done");
    assert_eq!((power(&driver, server), driver.reboots(server)), (Power::Running, Some(2)));
    ask(&mut driver, stop(Force::SoftThenHard)).expect("power is cut");
    assert_eq!(power(&driver, server), Power::Stopped);
    ask(&mut driver, stop(Force::Soft)).expect("a stopped one need not comply");
}

#[test]
fn one_in_so_many_servers_does_not_shut_down_when_asked() {
    let hosts = vec![host("a1", "a", 8)];
    let stubborn = NonZeroU32::new(3);
    let mut driver = SimDriver::new(SimConfig { pace: Pace::Instant, seed: 1, hosts, stubborn });
    let told = (1..=6).filter(|id| {
        let server = ServerId(*id);
        placed(&mut driver, *id, "a", 1);
        ask(&mut driver, run(server)).expect("it runs");
        ask(&mut driver, Verb::Stop { server, force: Force::Soft }).is_err()
    });
    assert_eq!(told.collect::<Vec<_>>(), [3, 6]);
}

#[test]
fn a_server_lets_in_the_key_it_was_told_last() {
    let mut driver = small();
    let server = ServerId(1);
    placed(&mut driver, 1, "a", 1);
    let key = |text: Option<&str>| Verb::Key { server, public_key: text.map(Into::into) };
    for told in [Some("one"), Some("two"), None, Some("two")] {
        ask(&mut driver, key(told)).expect("it is told");
        assert_eq!(driver.public_key(server).as_deref(), told);
    }
    ask(&mut driver, Verb::Remove { server, disks: Vec::new() }).expect("it goes");
    assert_eq!(driver.public_key(server), None);
}

#[test]
fn passwords_are_set_and_not_kept() {
    let mut driver = small();
    let server = ServerId(1);
    placed(&mut driver, 1, "a", 1);
    let [first, second, third] = ["First-1", "Second-2", "Third-3"].map(Secret::new);
    let set = |generation, password: &Secret| {
        let password = password.clone();
        Verb::Password { server, generation, password }
    };
    assert!(driver.password_is(server, &first));
    ask(&mut driver, set(2, &second)).expect("it is set");
    assert!(driver.password_is(server, &second) && !driver.password_is(server, &first));
    // An order that was lost on its way back is followed by another for the same generation.
    ask(&mut driver, set(2, &third)).expect("it is set");
    assert!(driver.password_is(server, &third));
    assert!(!format!("{driver:?}").contains("Third-3"));
    assert!(driver.set_agent(server, false));
    let missing = Err(DriverError::Rejected(Rejection::AgentMissing));
    assert_eq!(ask(&mut driver, set(3, &first)), missing);
    assert!(driver.password_is(server, &third));
    assert_eq!(driver.inspect(server).expect("it is there").password_generation, 2);
    // A new image brings an agent.
    let anew = |id| anew(server, 2, image(id));
    ask(&mut driver, anew(2)).expect("it is made");
    assert!(!driver.password_is(server, &third), "a fresh disk knows no old password");
    ask(&mut driver, set(4, &first)).expect("it is set");
    ask(&mut driver, anew(2)).expect("it was made");
    assert!(driver.password_is(server, &first), "a repeat makes no fresh disk");
    ask(&mut driver, anew(3)).expect("another image under a generation that failed before");
    assert!(!driver.password_is(server, &first));
    assert!(!driver.password_is(ServerId(9), &first));
}

#[test]
fn load_balancers_are_kept_as_ordered() {
    let mut driver = small();
    let mut balancer = LoadBalancer {
        id: LoadBalancerId(Handle::fold(5)),
        project: ProjectId(1),
        order: 1,
        name: "front".into(),
        reach: Reach::Public,
        routes: false,
        domain: "".into(),
        address: [10, 0, 0, 1].into(),
        network: None,
        subnet: None,
        state: BalancerState::Creating,
        busy: None,
        created_at: Time::ZERO,
        updated_at: Time::ZERO,
        listeners: Vec::new(),
        backends: Vec::new(),
        tags: Vec::new(),
        security_groups: Vec::new(),
        hints: Hints::new(),
    };
    for name in ["front", "front", "renamed"] {
        balancer.name = name.into();
        let ordered = Box::new(balancer.clone());
        ask(&mut driver, Verb::Balance { balancer: ordered }).expect("it is kept");
        assert_eq!(driver.balancer(balancer.id).as_ref(), Some(&balancer));
    }
    for _ in 0..2 {
        ask(&mut driver, Verb::Unbalance { balancer: balancer.id }).expect("it is gone");
        assert_eq!(driver.balancer(balancer.id), None);
    }
}

#[test]
fn what_exists_is_taken_in_wherever_it_is() {
    let mut driver = small();
    let known = |id: u128, host: &str, vcpus: u32| Adoption {
        finding: Finding {
            server: ServerId(id),
            power: Power::Running,
            host: host.into(),
            image_generation: 3,
            password_generation: 4,
            nics: None,
            disks: Vec::new(),
        },
        flavor: flavor(vcpus, vcpus * 1024),
    };
    // More than its host holds, one from a host that is no more, one from none.
    let all = [known(1, "b1", 9), known(2, "gone", 2), known(3, "", 20)];
    driver.adopt(&mut all.clone().into_iter());
    assert_eq!(driver.list().len(), 3);
    assert_eq!(driver.inspect(ServerId(1)), Some(all[0].finding.clone()));
    assert_eq!(driver.used("b1"), Some((9, 9 * 1024)));
    let used: u64 =
        ["a1", "a2", "b1"].iter().filter_map(|host| driver.used(host)).map(|u| u.0).sum();
    assert_eq!(used, 31);
    // Told again, nothing is counted twice; and what is too large may still shrink where it is.
    driver.adopt(&mut all.into_iter());
    assert_eq!(driver.used("b1"), Some((9, 9 * 1024)));
    let shrink =
        Verb::Shape { server: ServerId(1), flavor: flavor(8, 8 * 1024), apart_from: Vec::new() };
    assert_eq!(ask(&mut driver, shrink), Ok(Done { placed_on: Some("b1".into()) }));
}

#[test]
fn reports_are_due_when_said() {
    let config = SimConfig { pace: Pace::Quick, seed: 3, ..SimConfig::for_zones(["a"]) };
    let mut driver = SimDriver::new(config);
    assert_eq!(driver.next_due(), None);
    let calls = (1..=50u64).map(|n| call(n, provision(ServerId(n.into()), "a", flavor(1, 1024))));
    let began = Time(5_000);
    driver.begin(began, calls.collect());
    assert!(driver.collect(began).is_empty());
    let mut reported = 0;
    while let Some(due) = driver.next_due() {
        assert!((200..=400).contains(&due.ms_since(began)), "{due:?}");
        assert!(driver.collect(due.after_ms(-1)).is_empty(), "a report came before it was due");
        let listed = driver.list().len();
        let reports = driver.collect(due);
        assert!(!reports.is_empty(), "no report when one was due");
        reported += reports.len();
        assert_eq!(driver.list().len(), listed + reports.len(), "work is done when it is due");
    }
    assert_eq!(reported, 50);
}

#[test]
fn without_pace_reports_come_at_once_in_the_order_of_calls() {
    let mut driver = SimDriver::new(SimConfig::for_zones(["a"]));
    let call_of = |n: u64| call(n, provision(ServerId(n.into()), "a", flavor(1, 1024)));
    driver.begin(Time(10), (1..=3).map(call_of).collect());
    driver.begin(Time(20), (4..=5).map(call_of).collect());
    assert_eq!(driver.next_due(), Some(Time(10)));
    let order: Vec<u64> = driver.collect(Time(10)).iter().map(|report| report.step.job.0).collect();
    assert_eq!(order, [1, 2, 3, 4, 5]);
    assert_eq!(driver.next_due(), None);
}

#[test]
fn a_million_small_servers_fit_in_one_zone() {
    let zone: Vec<Host> = SimConfig::for_zones(["a"]).hosts;
    let fit = |host: &Host| u64::from(host.vcpus / 4).min(u64::from(host.ram_mib / 8192));
    assert!(zone.iter().map(fit).sum::<u64>() >= 1_000_000);
    assert_eq!(SimConfig::for_zones(["a", "b", "c"]).hosts.len(), 60);
}

#[test]
fn a_pace_is_read_by_its_name() {
    for pace in Pace::ALL {
        assert_eq!(pace.to_string().parse(), Ok(pace));
    }
    assert!("fast".parse::<Pace>().is_err());
}

/// `cargo test --release -p regiment-drivers -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn calls_a_second_without_pace() {
    const SERVERS: u64 = 1_000_000;
    const TURN: usize = 10_000;
    let mut driver = SimDriver::new(SimConfig::for_zones(["a", "b", "c"]));
    let small = flavor(1, 1024);
    let secret = Secret::new("Measured-1");
    let ids: Vec<ServerId> = {
        let mut chance = regiment_core::chance::Chance::new(1);
        (0..SERVERS).map(|_| ServerId(chance.uuid())).collect()
    };
    let kinds: [(&str, &dyn Fn(ServerId) -> Verb); 7] = [
        ("provision", &|server| provision(server, "a", small.clone())),
        ("run", &|server| run(server)),
        ("stop", &|server| Verb::Stop { server, force: Force::Hard }),
        ("reboot", &|server| Verb::Reboot { server, force: Force::Soft, token: 1 }),
        ("password", &|server| Verb::Password { server, generation: 2, password: secret.clone() }),
        ("remove", &|server| Verb::Remove { server, disks: Vec::new() }),
        ("provision again", &|server| provision(server, "b", small.clone())),
    ];
    for (name, verb) in kinds {
        let turns: Vec<Vec<StepCall>> = ids
            .chunks(TURN)
            .map(|turn| turn.iter().map(|server| call(1, verb(*server))).collect())
            .collect();
        let began = Instant::now();
        let mut reports = 0;
        for turn in turns {
            driver.begin(Time::ZERO, turn);
            let ready: Vec<StepReport> = driver.collect(Time::ZERO);
            assert!(ready.iter().all(|report| report.result.is_ok()));
            reports += ready.len();
        }
        assert_eq!(reports, ids.len());
        let a_second =
            SERVERS * 1_000_000 / u64::try_from(began.elapsed().as_micros()).expect("µs");
        writeln!(std::io::stderr(), "{name}: {a_second} calls a second").expect("it can be said");
    }
}

/// Does one thing at a time, a second apart.
fn tell(driver: &mut SimDriver, verbs: Vec<Verb>) {
    for (verb, number) in verbs.into_iter().zip(1..) {
        let now = Time(1_767_323_045_000 + number * 1_000);
        driver.begin(now, vec![call(number.unsigned_abs(), verb)]);
        assert!(driver.collect(now).iter().all(|report| report.result.is_ok()));
    }
}

#[test]
fn a_console_shows_what_happened() {
    let mut driver = small();
    let server = ServerId(1);
    let record = conformance::record(server);
    tell(
        &mut driver,
        vec![
            provision(server, "a", flavor(1, 1024)),
            run(server),
            run(server),
            Verb::Reboot { server, force: Force::Soft, token: 1 },
            Verb::Reboot { server, force: Force::Soft, token: 1 },
            Verb::Reboot { server, force: Force::Hard, token: 2 },
            Verb::Crash { server, token: 3 },
            Verb::Stop { server, force: Force::Soft },
            anew(server, 2, image(2)),
            run(server),
        ],
    );
    driver.set_host("a1", HostState::Down);
    let text = driver.machines().console(&record);
    let expected = "\
        2026-01-02T03:04:06.000Z machine: made, its disk written from the image\n\
        2026-01-02T03:04:07.000Z system: starting, vCPUs: 1, memory: 1024 MiB\n\
        2026-01-02T03:04:07.000Z trial login:\n\
        2026-01-02T03:04:09.000Z system: going down to start anew\n\
        2026-01-02T03:04:09.000Z system: starting, vCPUs: 1, memory: 1024 MiB\n\
        2026-01-02T03:04:09.000Z trial login:\n\
        2026-01-02T03:04:11.000Z machine: reset\n\
        2026-01-02T03:04:11.000Z system: starting, vCPUs: 1, memory: 1024 MiB\n\
        2026-01-02T03:04:11.000Z trial login:\n\
        2026-01-02T03:04:12.000Z kernel: panic: a crash dump was asked for\n\
        2026-01-02T03:04:12.000Z kernel: memory dumped\n\
        2026-01-02T03:04:12.000Z system: starting, vCPUs: 1, memory: 1024 MiB\n\
        2026-01-02T03:04:12.000Z trial login:\n\
        2026-01-02T03:04:13.000Z system: going down\n\
        2026-01-02T03:04:13.000Z machine: power off\n\
        2026-01-02T03:04:14.000Z machine: disk 2 written from the image\n\
        2026-01-02T03:04:15.000Z system: starting, vCPUs: 1, memory: 1024 MiB\n\
        2026-01-02T03:04:15.000Z trial login:\n\
        2026-01-02T03:04:15.000Z machine: power off\n";
    assert_eq!(text.as_deref(), Some(expected));
}

#[test]
fn a_console_says_what_it_does_not_know() {
    let mut first = small();
    let server = ServerId(1);
    let record = conformance::record(server);
    tell(&mut first, vec![provision(server, "a", flavor(1, 1024)), run(server)]);
    let finding = first.inspect(server).expect("it is there");
    let mut second = small();
    let adoption = Adoption { finding, flavor: flavor(1, 1024) };
    second.adopt(&mut std::iter::once(adoption.clone()));
    let text = second.machines().console(&record).expect("it has one");
    let expected = "\
        -- what was printed before is not kept --\n\
        1970-01-01T00:00:00.000Z system: starting, vCPUs: 1, memory: 1024 MiB\n\
        1970-01-01T00:00:00.000Z trial login:\n";
    assert_eq!(text, expected, "the record says since when it runs");
    let reboots = (1..=50).map(|token| Verb::Reboot { server, force: Force::Hard, token });
    tell(&mut first, reboots.collect());
    let text = first.machines().console(&record).expect("it has one");
    assert!(text.starts_with("-- what was printed before is not kept --\n"));
    assert_eq!(text.matches("login:").count(), 16, "the oldest goes first");
    // What is known already is not lost when the plane tells of the server again.
    first.adopt(&mut std::iter::once(adoption));
    assert_eq!(first.machines().console(&record), Some(text));
    assert_eq!(first.machines().console(&conformance::record(ServerId(2))), None);
}
