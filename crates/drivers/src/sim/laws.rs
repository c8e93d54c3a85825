//! What holds for any sequence of calls.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use regiment_core::driver::{Driver, StepReport, Verb};
use regiment_core::model::{Power, ServerId, Time};
use regiment_core::ops::Force;
use regiment_core::vault::Secret;

use super::tests::{anew, call, flavor, host, image, provision, run};
use super::{HostState, Pace, SimConfig, SimDriver};

const ZONES: [&str; 3] = ["a", "b", ""];
const HOSTS: [&str; 3] = ["a1", "a2", "b1"];

/// One thing that happens to the fleet.
#[derive(Clone, Debug)]
enum Event {
    Call(Verb),
    /// Time goes on by so many milliseconds and reports are collected.
    Wait(i64),
    Host(usize, HostState),
}

fn verb() -> impl Strategy<Value = Verb> {
    // Few servers and tight hosts, so that calls meet each other and room runs out.
    let server = (1..8u128).prop_map(ServerId);
    (server, 0..12u8, 1..5u32, 0..3usize).prop_map(|(server, kind, size, zone)| match kind {
        0 | 1 => provision(server, ZONES[zone], flavor(size, size * 512)),
        2 => run(server),
        3 => Verb::Stop { server, force: Force::Soft },
        4 => Verb::Reboot { server, force: Force::SoftThenHard, token: size.into() },
        5 => Verb::Remove { server, disks: Vec::new() },
        6 => {
            Verb::Shape { server, flavor: flavor(size, (5 - size) * 1024), apart_from: Vec::new() }
        }
        7 => Verb::Place { server, away_from: HOSTS[zone].into(), apart_from: Vec::new() },
        8 => Verb::Password { server, generation: size, password: Secret::new("Any-1") },
        10 => Verb::Crash { server, token: size.into() },
        9 => Verb::Nics { server, nics: Vec::new() },
        _ => anew(server, size, image(zone as u128)),
    })
}

/// The same, for a server that is to share a host with no other.
fn apart_from_all(mut verb: Verb) -> Verb {
    let others = |own: ServerId| (1..8u128).map(ServerId).filter(move |id| *id != own).collect();
    match &mut verb {
        Verb::Provision { server, plan } => plan.apart_from = others(*server),
        Verb::Run { server, hostname: _, apart_from }
        | Verb::Shape { server, flavor: _, apart_from }
        | Verb::Place { server, away_from: _, apart_from } => *apart_from = others(*server),
        Verb::Stop { .. }
        | Verb::Reboot { .. }
        | Verb::Crash { .. }
        | Verb::Remove { .. }
        | Verb::Password { .. }
        | Verb::Image { .. }
        | Verb::Nics { .. }
        | Verb::Disks { .. }
        | Verb::Disk { .. }
        | Verb::NoDisk { .. }
        | Verb::Capture { .. }
        | Verb::CopyImage { .. }
        | Verb::NoImage { .. }
        | Verb::Key { .. }
        | Verb::Balance { .. }
        | Verb::Unbalance { .. } => {}
    }
    verb
}

fn event() -> impl Strategy<Value = Event> {
    let state = prop_oneof![
        4 => Just(HostState::Up),
        1 => Just(HostState::Down),
        1 => Just(HostState::Silent),
    ];
    prop_oneof![
        12 => verb().prop_map(Event::Call),
        4 => (0..400i64).prop_map(Event::Wait),
        1 => (0..HOSTS.len(), state).prop_map(|(host, state)| Event::Host(host, state)),
    ]
}

fn driver(pace: Pace, seed: u64) -> SimDriver {
    let hosts = vec![host("a1", "a", 6), host("a2", "a", 4), host("b1", "b", 5)];
    SimDriver::new(SimConfig { pace, seed, hosts, stubborn: None })
}

/// Plays the events to their end. Gives the reports, each with the time it came at.
fn play(
    driver: &mut SimDriver,
    events: &[Event],
    check: fn(&SimDriver),
) -> Vec<(Time, StepReport)> {
    let (mut now, mut calls) = (Time(1_000), 0);
    let mut reports = Vec::new();
    for event in events {
        match event {
            Event::Call(verb) => {
                calls += 1;
                driver.begin(now, vec![call(calls, verb.clone())]);
            }
            Event::Wait(ms) => {
                now = now.after_ms(*ms);
                reports.extend(driver.collect(now).into_iter().map(|report| (now, report)));
            }
            Event::Host(host, state) => {
                driver.set_host(HOSTS[*host], *state);
            }
        }
        check(driver);
    }
    while let Some(due) = driver.next_due() {
        now = now.max(due);
        reports.extend(driver.collect(now).into_iter().map(|report| (now, report)));
        check(driver);
    }
    let answered: BTreeSet<u64> = reports.iter().map(|(_, report)| report.step.job.0).collect();
    assert_eq!((reports.len() as u64, answered.len() as u64), (calls, calls), "once each");
    reports
}

/// What hosts count is what their servers take up, and no more than they have.
fn rooms_are_exact(driver: &SimDriver) {
    let fleet = driver.fleet();
    let mut used: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    for guest in fleet.guests.values() {
        let entry = used.entry(guest.host).or_default();
        entry.0 += u64::from(guest.shape.vcpus);
        entry.1 += u64::from(guest.shape.ram_mib);
    }
    for (host, number) in fleet.hosts.list().iter().zip(0..) {
        let counted = fleet.hosts.used(number);
        assert_eq!(counted, used.get(&number).copied().unwrap_or_default(), "{}", host.name);
        assert!(counted.0 <= u64::from(host.vcpus) && counted.1 <= u64::from(host.ram_mib));
        let down = fleet.hosts.state(number) == HostState::Down;
        let runs = fleet.guests.values().any(|g| g.host == number && g.power == Power::Running);
        assert!(!(down && runs), "a server runs on {}, which is down", host.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn room_is_counted_exactly(events in prop::collection::vec(event(), 1..80), quick: bool) {
        let pace = if quick { Pace::Quick } else { Pace::Instant };
        let mut driver = driver(pace, 1);
        play(&mut driver, &events, rooms_are_exact);
        // Removing every server gives all room back.
        HOSTS.iter().for_each(|host| { driver.set_host(host, HostState::Up); });
        let removals: Vec<Event> =
            driver.list().into_iter().map(|server| Event::Call(Verb::Remove { server, disks: Vec::new() })).collect();
        play(&mut driver, &removals, rooms_are_exact);
        prop_assert!(HOSTS.iter().all(|host| driver.used(host) == Some((0, 0))));
    }

    #[test]
    fn servers_that_were_always_apart_stay_so(events in prop::collection::vec(event(), 1..80), quick: bool) {
        let apart = |event| match event {
            Event::Call(verb) => Event::Call(apart_from_all(verb)),
            Event::Wait(_) | Event::Host(..) => event,
        };
        let events: Vec<Event> = events.into_iter().map(apart).collect();
        let pace = if quick { Pace::Quick } else { Pace::Instant };
        play(&mut driver(pace, 1), &events, |driver| {
            let fleet = driver.fleet();
            let hosts: BTreeSet<u32> = fleet.guests.values().map(|guest| guest.host).collect();
            assert_eq!(hosts.len(), fleet.guests.len(), "two share a host");
        });
    }

    #[test]
    fn the_same_seed_tells_the_same_story(events in prop::collection::vec(event(), 1..60), seed: u64) {
        let told = |seed| play(&mut driver(Pace::Quick, seed), &events, |_| {});
        prop_assert_eq!(told(seed), told(seed));
    }

    #[test]
    fn a_latency_does_not_depend_on_other_calls(verbs in prop::collection::vec(verb(), 2..20), seed: u64) {
        let due_alone = |number: usize| {
            let mut alone = driver(Pace::Realistic, seed);
            alone.begin(Time::ZERO, vec![call(number as u64, verbs[number].clone())]);
            alone.next_due()
        };
        let mut together = driver(Pace::Realistic, seed);
        let calls = verbs.iter().zip(0..).map(|(verb, number)| call(number, verb.clone()));
        together.begin(Time::ZERO, calls.collect());
        while let Some(due) = together.next_due() {
            for report in together.collect(due) {
                let number = usize::try_from(report.step.job.0).expect("small");
                prop_assert_eq!(due_alone(number), Some(due));
            }
        }
    }
}

#[test]
fn another_seed_tells_another_story() {
    let story = |seed| {
        let mut driver = driver(Pace::Realistic, seed);
        let server = ServerId(1);
        driver.begin(Time::ZERO, vec![call(1, provision(server, "a", flavor(1, 512)))]);
        driver.next_due()
    };
    assert_ne!(story(1), story(2));
}
