//! What every driver must do, as checks that panic. A driver of real machines runs the same ones:
//! [`Terms`] says what it can make, and how to wait for it.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

use regiment_core::driver::{
    Adoption, DiskPlan, Done, Driver, DriverError, Finding, Login, LooseDisk, Provision, Rejection,
    StepCall, StepRef, StepReport, Verb,
};
use regiment_core::model::{
    Details, Flavor, Image, ImageId, JobId, Nic, Phase, PortId, Power, ProjectId, Server, ServerId,
    Time, VolumeId,
};
use regiment_core::ops::Force;
use regiment_core::vault::Secret;

/// Waits until a report may be ready, or time has come nearer to one, and says what time it is.
pub type Wait<'a> = dyn FnMut(&mut dyn Driver) -> Time + 'a;

/// What a driver is tried with.
#[derive(Clone, Debug)]
pub struct Terms {
    /// A zone with room for a few servers of either flavor on each of at least two hosts.
    pub zone: Arc<str>,
    pub flavor: Arc<Flavor>,
    pub other_flavor: Arc<Flavor>,
    pub image: Arc<Image>,
    pub other_image: Arc<Image>,
    /// Whether it makes images of servers and changes their keys.
    pub makes_images: bool,
}

/// Runs every check on one driver, which may have other servers.
pub fn all(driver: &mut dyn Driver, wait: &mut Wait<'_>, terms: &Terms) {
    let mut trial = Trial { driver, wait, terms, jobs: 0, servers: 0 };
    trial.hosts_have_names_and_the_zone();
    trial.a_server_is_made_once();
    trial.power_follows_orders();
    trial.a_reboot_remembers_its_token();
    trial.a_crash_remembers_its_token();
    trial.what_is_printed_can_be_read();
    trial.a_server_is_removed_once();
    trial.shapes_passwords_and_images_hold();
    trial.interfaces_are_exactly_those_named();
    trial.a_server_moves_once();
    trial.servers_stand_apart_as_far_as_hosts_go();
    trial.a_new_shape_is_a_chance_to_stand_apart();
    trial.data_disks_are_exactly_those_ordered();
    trial.a_disk_alone_is_there_until_it_is_not();
    trial.disks_go_with_their_server_as_told();
    if terms.makes_images {
        trial.an_image_is_there_until_it_is_not();
        trial.a_key_changes_nothing_else();
    }
    trial.a_missing_server_is_said();
    trial.each_call_is_answered_once();
    trial.what_was_adopted_takes_orders();
}

struct Trial<'a> {
    driver: &'a mut dyn Driver,
    wait: &'a mut Wait<'a>,
    terms: &'a Terms,
    jobs: u64,
    servers: u128,
}

/// The n-th interface of a server, in a network of its own.
fn nic(server: ServerId, number: u8) -> Nic {
    Nic {
        port: PortId(server.0 + (u128::from(number) << 32)),
        subnet: None,
        address: Ipv4Addr::new(10, 0, number, 10),
        mac: [0xfa, 0x16, 0x3e, 0, 0, number],
        security_groups: Vec::new(),
        virtual_addresses: Vec::new(),
        delete_with_server: false,
    }
}

/// What the plane knows of a server that is asked about.
pub(crate) fn record(id: ServerId) -> Server {
    Server {
        id,
        project: ProjectId(1),
        order: 1,
        name: "trial".into(),
        flavor: "trial".into(),
        image: ImageId(1),
        host: None,
        power: Power::Running,
        phase: Phase::Ready,
        busy: None,
        image_generation: 1,
        password_generation: 1,
        created_at: Time::ZERO,
        updated_at: Time::ZERO,
        launched_at: Some(Time::ZERO),
        fault: None,
        last: None,
        orders: Vec::new(),
        details: Arc::new(Details { hostname: "trial".into(), ..Details::default() }),
    }
}

fn run_apart(server: ServerId, apart_from: Vec<ServerId>) -> Verb {
    Verb::Run { server, hostname: "trial".into(), apart_from }
}

fn run(server: ServerId) -> Verb {
    run_apart(server, Vec::new())
}

/// Unlike any id that is made by chance, and kept off those of other trials.
const GOING_FROM: u128 = 0xD15C_0000_0000_4000_8000_0000_0000_0010;
const SERVERS_FROM: u128 = 0xC0F0_0000_0000_4000_8000_0000_0000_0000;

impl Trial<'_> {
    fn new_server(&mut self) -> ServerId {
        self.servers += 1;
        ServerId(SERVERS_FROM + self.servers)
    }

    fn step(&mut self) -> StepRef {
        self.jobs += 1;
        StepRef { job: JobId(self.jobs), sub: 0, step: 0, attempt: 0 }
    }

    /// Begins calls and waits until each was answered, once.
    fn calls(&mut self, verbs: Vec<Verb>) -> Vec<StepReport> {
        let calls: Vec<StepCall> =
            verbs.into_iter().map(|verb| StepCall { step: self.step(), verb }).collect();
        let steps: Vec<StepRef> = calls.iter().map(|call| call.step).collect();
        let now = (self.wait)(self.driver);
        self.driver.begin(now, calls);
        let mut reports = Vec::new();
        while reports.len() < steps.len() {
            let now = (self.wait)(self.driver);
            reports.extend(self.driver.collect(now));
        }
        let now = (self.wait)(self.driver);
        assert!(self.driver.collect(now).is_empty(), "a call was answered twice");
        let in_order = steps.iter().map(|step| {
            let of_step = |report: &&StepReport| report.step == *step;
            reports.iter().find(of_step).expect("every call is answered under its step").clone()
        });
        in_order.collect()
    }

    fn call(&mut self, verb: Verb) -> Result<Done, DriverError> {
        self.calls(vec![verb]).remove(0).result
    }

    /// Makes it true, then again: the second time finds its work done.
    fn twice(&mut self, server: ServerId, verb: &Verb) -> (Done, Option<Finding>) {
        let done = self.call(verb.clone()).expect("it can be made true");
        let found = self.driver.inspect(server);
        let again = self.call(verb.clone()).expect("what is true already can be made true");
        assert_eq!(again, done, "a repeat is answered like the first");
        assert_eq!(self.driver.inspect(server), found, "a repeat changes nothing");
        (done, found)
    }

    fn provision(&self, server: ServerId) -> Verb {
        self.provision_apart(server, &[])
    }

    fn provision_apart(&self, server: ServerId, apart_from: &[ServerId]) -> Verb {
        let plan = Box::new(Provision {
            name: "trial".into(),
            hostname: "trial".into(),
            zone: self.terms.zone.clone(),
            flavor: self.terms.flavor.clone(),
            image: self.terms.image.clone(),
            password: Some(Secret::new("Trial-1-by-fire")),
            login: Login::default(),
            nics: vec![nic(server, 0)],
            boot_gib: self.terms.image.disk_gib_min.max(1),
            disks: Vec::new(),
            apart_from: apart_from.to_vec(),
        });
        Verb::Provision { server, plan }
    }

    fn make(&mut self) -> ServerId {
        let server = self.new_server();
        let verb = self.provision(server);
        self.call(verb).expect("there is room for one more server");
        server
    }

    fn find(&self, server: ServerId) -> Finding {
        self.driver.inspect(server).expect("it is there")
    }

    fn hosts_have_names_and_the_zone(&self) {
        let hosts = self.driver.hosts();
        let names: BTreeSet<_> = hosts.iter().map(|host| &host.name).collect();
        assert_eq!(names.len(), hosts.len(), "two hosts have one name");
        assert!(hosts.iter().any(|host| host.up && host.zone == self.terms.zone));
    }

    fn a_server_is_made_once(&mut self) {
        let server = self.new_server();
        assert_eq!(self.driver.inspect(server), None);
        let verb = self.provision(server);
        let (done, found) = self.twice(server, &verb);
        let host = done.placed_on.expect("a new server was placed somewhere");
        let hosts = self.driver.hosts();
        let of = hosts.iter().find(|one| one.name == host).expect("the host is one of ours");
        assert_eq!(of.zone, self.terms.zone);
        let expected = Finding {
            server,
            power: Power::Stopped,
            host,
            image_generation: 1,
            password_generation: 1,
            nics: Some(vec![nic(server, 0).port]),
            disks: Vec::new(),
        };
        assert_eq!(found, Some(expected));
        assert_eq!(self.driver.list().iter().filter(|id| **id == server).count(), 1);
    }

    fn power_follows_orders(&mut self) {
        let server = self.make();
        for force in [Force::Soft, Force::SoftThenHard, Force::Hard] {
            self.twice(server, &run(server));
            assert_eq!(self.find(server).power, Power::Running);
            self.twice(server, &Verb::Stop { server, force });
            assert_eq!(self.find(server).power, Power::Stopped, "{force:?}");
        }
    }

    fn a_reboot_remembers_its_token(&mut self) {
        let server = self.make();
        self.twice(server, &run(server));
        for (force, token) in [(Force::Hard, 71), (Force::SoftThenHard, 72)] {
            self.twice(server, &Verb::Reboot { server, force, token });
            assert_eq!(self.find(server).power, Power::Running);
        }
        // A repeat after the server was stopped must not start it: that reboot is long done.
        self.twice(server, &Verb::Stop { server, force: Force::Hard });
        let stale = Verb::Reboot { server, force: Force::Hard, token: 72 };
        self.call(stale).expect("it was done before");
        assert_eq!(self.find(server).power, Power::Stopped);
    }

    fn a_crash_remembers_its_token(&mut self) {
        let server = self.make();
        let crash = |token| Verb::Crash { server, token };
        let refused = self.call(crash(80)).expect_err("what does not run cannot crash");
        assert!(matches!(refused, DriverError::Rejected(_)));
        self.twice(server, &run(server));
        self.twice(server, &crash(81));
        assert_eq!(self.find(server).power, Power::Running, "it starts anew by itself");
        self.twice(server, &Verb::Stop { server, force: Force::Hard });
        self.call(crash(81)).expect("it was done before");
        assert_eq!(self.find(server).power, Power::Stopped);
    }

    /// A driver may have no consoles; what it has grows with what happens, and goes with the server.
    fn what_is_printed_can_be_read(&mut self) {
        let machines = self.driver.machines();
        let server = self.make();
        let record = record(server);
        self.call(run(server)).expect("it runs");
        let before = machines.console(&record);
        self.call(Verb::Crash { server, token: 91 }).expect("it crashes");
        let after = machines.console(&record);
        if let (Some(before), Some(after)) = (&before, &after) {
            assert!(after.len() > before.len() && after.ends_with('\n'), "{after:?}");
        }
        assert_eq!(before.is_some(), after.is_some());
        self.call(Verb::Remove { server, disks: Vec::new() }).expect("it goes");
        assert_eq!(machines.console(&record), None);
        assert!(!machines.has_agent(server));
    }

    fn a_server_is_removed_once(&mut self) {
        let server = self.make();
        self.twice(server, &run(server));
        let (_, found) = self.twice(server, &Verb::Remove { server, disks: Vec::new() });
        assert_eq!(found, None);
        assert!(!self.driver.list().contains(&server));
        let never = self.new_server();
        self.call(Verb::Remove { server: never, disks: Vec::new() })
            .expect("what never was is removed already");
        // Its id may be used again by the repeat of an order; nothing of the first is left.
        let verb = self.provision(server);
        self.call(verb).expect("there is room");
        assert_eq!(self.find(server).power, Power::Stopped);
    }

    fn shapes_passwords_and_images_hold(&mut self) {
        let server = self.make();
        for flavor in [&self.terms.other_flavor, &self.terms.flavor] {
            let (done, found) = self.twice(
                server,
                &Verb::Shape { server, flavor: flavor.clone(), apart_from: Vec::new() },
            );
            let host = found.expect("it is there").host;
            assert!(done.placed_on.is_none_or(|placed_on| placed_on == host));
        }
        self.twice(server, &run(server));
        let password = Secret::new("Trial-2-by-water");
        self.twice(server, &Verb::Password { server, generation: 2, password });
        let found = self.find(server);
        assert_eq!((found.password_generation, found.image_generation), (2, 1));
        assert_eq!(found.power, Power::Running, "a password does not stop a server");
        self.twice(server, &Verb::Stop { server, force: Force::Hard });
        let images = [(2, &self.terms.other_image), (3, &self.terms.other_image)];
        for (generation, image) in images {
            let password = Some(Secret::new("Trial-3-by-earth"));
            let (image, login) = (image.clone(), Login::default());
            self.twice(server, &Verb::Image { server, generation, image, password, login });
            let found = self.find(server);
            // A fresh disk comes with a password of its own.
            let generations = (found.image_generation, found.password_generation);
            assert_eq!(generations, (generation, generation + 1));
            assert_eq!(found.power, Power::Stopped);
        }
        self.twice(server, &run(server));
        assert_eq!(self.find(server).image_generation, 3);
    }

    fn interfaces_are_exactly_those_named(&mut self) {
        let server = self.make();
        self.twice(server, &run(server));
        for wanted in [&[0, 1, 2][..], &[0, 2], &[7]] {
            let nics: Vec<Nic> = wanted.iter().map(|number| nic(server, *number)).collect();
            let ports = nics.iter().map(|nic| nic.port).collect();
            let (_, found) = self.twice(server, &Verb::Nics { server, nics });
            let found = found.expect("it is there");
            assert_eq!(found.nics, Some(ports));
            assert_eq!(found.power, Power::Running, "interfaces come and go while it runs");
        }
    }

    fn a_server_moves_once(&mut self) {
        let server = self.make();
        self.twice(server, &run(server));
        for _ in 0..2 {
            let before = self.find(server);
            let away_from = before.host.clone();
            let (done, found) =
                self.twice(server, &Verb::Place { server, away_from, apart_from: Vec::new() });
            let host = done.placed_on.expect("a move says where to");
            assert_ne!(host, before.host);
            let hosts = self.driver.hosts();
            let of = hosts.iter().find(|one| one.name == host).expect("the host is one of ours");
            assert_eq!(of.zone, self.terms.zone, "a server stays in its zone");
            // Nothing else of it changes.
            assert_eq!(found, Some(Finding { host, ..before }));
        }
    }

    fn servers_stand_apart_as_far_as_hosts_go(&mut self) {
        let full = Err(DriverError::Rejected(Rejection::NoCapacity));
        let zone = self.terms.zone.clone();
        let up = self.driver.hosts().into_iter().filter(|host| host.up && host.zone == zone);
        let hosts: BTreeSet<Arc<str>> = up.map(|host| host.name).collect();
        let mut group: Vec<ServerId> = Vec::new();
        for _ in &hosts {
            let server = self.new_server();
            let verb = self.provision_apart(server, &group);
            self.twice(server, &verb);
            group.push(server);
        }
        let stands: BTreeSet<_> = group.iter().map(|server| self.find(*server).host).collect();
        assert_eq!(stands, hosts, "each stands on a host of its own");
        let late = self.new_server();
        let verb = self.provision_apart(late, &group);
        assert_eq!(self.call(verb), full);
        assert_eq!(self.driver.inspect(late), None);

        // One that stands beside one of them and cannot go elsewhere stays, unless it must move.
        let server = self.make();
        let before = self.find(server).host;
        let place = Verb::Place { server, away_from: before.clone(), apart_from: group.clone() };
        assert_eq!(self.call(place), full);
        let (done, _) = self.twice(server, &run_apart(server, group.clone()));
        assert_eq!(done.placed_on, Some(before.clone()));
        let beside = group.iter().position(|one| self.find(*one).host == before);
        let beside = group.remove(beside.expect("one of them is on each host"));

        // As soon as there is a host for it alone, it goes there before it runs or when it must move.
        self.twice(server, &Verb::Stop { server, force: Force::Hard });
        let freed = group.pop().expect("there are at least two hosts");
        let free = self.find(freed).host;
        self.twice(freed, &Verb::Remove { server: freed, disks: Vec::new() });
        let apart_from = [group.as_slice(), &[beside]].concat();
        let (done, found) = self.twice(server, &run_apart(server, apart_from));
        assert_eq!(done.placed_on, Some(free.clone()));
        let found = found.expect("it is there");
        assert_eq!((found.host, found.power), (free.clone(), Power::Running));
        self.twice(beside, &Verb::Remove { server: beside, disks: Vec::new() });
        let place = Verb::Place { server, away_from: free, apart_from: group.clone() };
        let (done, _) = self.twice(server, &place);
        assert_eq!(done.placed_on, Some(before));
        for server in group.into_iter().chain([server]) {
            self.call(Verb::Remove { server, disks: Vec::new() }).expect("it is removed");
        }
    }

    fn a_new_shape_is_a_chance_to_stand_apart(&mut self) {
        let first = self.make();
        let host = self.find(first).host;
        let beside = loop {
            let server = self.make();
            if self.find(server).host == host {
                break server;
            }
        };
        let flavor = self.terms.other_flavor.clone();
        let shape = Verb::Shape { server: beside, flavor, apart_from: vec![first] };
        let (done, found) = self.twice(beside, &shape);
        let found = found.expect("it is there").host;
        assert_ne!(found, host);
        assert_eq!(done.placed_on, Some(found));
    }

    fn data_disks_are_exactly_those_ordered(&mut self) {
        let server = self.make();
        let disk = |number: u8| DiskPlan {
            volume: VolumeId(SERVERS_FROM + u128::from(number)),
            device: format!("/dev/vd{}", char::from(b'a' + number)).into(),
            size_gib: 10 * u32::from(number),
        };
        let grown = DiskPlan { size_gib: 50, ..disk(2) };
        let lists = [
            vec![disk(1)],
            vec![disk(1), disk(2)],
            vec![disk(1), grown.clone()],
            vec![grown, disk(3)],
            vec![],
        ];
        for disks in lists {
            let verb = Verb::Disks { server, disks: disks.clone() };
            self.twice(server, &verb);
            assert_eq!(self.find(server).disks, disks);
        }
        // Neither power nor a fresh boot disk touches them.
        let disks = vec![disk(2)];
        self.twice(server, &Verb::Disks { server, disks: disks.clone() });
        self.twice(server, &run(server));
        self.twice(server, &Verb::Stop { server, force: Force::Hard });
        let image = self.terms.image.clone();
        let login = Login::default();
        self.twice(server, &Verb::Image { server, generation: 2, image, password: None, login });
        assert_eq!(self.find(server).disks, disks);
        // A server of the same id that is made later begins without them, or with its own.
        self.twice(server, &Verb::Remove { server, disks: Vec::new() });
        let Verb::Provision { server, mut plan } = self.provision(server) else {
            unreachable!("it is one")
        };
        plan.disks = vec![disk(3)];
        self.call(Verb::Provision { server, plan }).expect("there is room");
        assert_eq!(self.find(server).disks, [disk(3)]);
    }

    fn a_disk_alone_is_there_until_it_is_not(&mut self) {
        let volume = VolumeId(SERVERS_FROM + (9 << 64));
        let zone = self.terms.zone.clone();
        let disk =
            |size_gib| LooseDisk { volume, zone: zone.clone(), size_gib, class: "fast".into() };
        assert_eq!(self.driver.inspect_disk(volume), None);
        for size_gib in [20, 20, 30] {
            self.call(Verb::Disk { disk: disk(size_gib) }).expect("there is room");
            assert_eq!(self.driver.inspect_disk(volume), Some(disk(size_gib)));
        }
        // A server that has it changes nothing of that, nor does one that lets it go.
        let server = self.make();
        let plan = DiskPlan { volume, device: "/dev/vdb".into(), size_gib: 30 };
        for disks in [vec![plan], Vec::new()] {
            self.twice(server, &Verb::Disks { server, disks });
            assert_eq!(self.driver.inspect_disk(volume), Some(disk(30)));
        }
        for _ in 0..2 {
            self.call(Verb::NoDisk { volume }).expect("it is gone, or was before");
            assert_eq!(self.driver.inspect_disk(volume), None);
        }
    }

    fn disks_go_with_their_server_as_told(&mut self) {
        let zone = self.terms.zone.clone();
        let (goes, stays) = (VolumeId(GOING_FROM), VolumeId(GOING_FROM + 1));
        let device = ["/dev/vdb", "/dev/vdc"];
        let server = self.make();
        let mut plans = Vec::new();
        for (volume, device) in [goes, stays].into_iter().zip(device) {
            let disk = LooseDisk { volume, zone: zone.clone(), size_gib: 1, class: "fast".into() };
            self.call(Verb::Disk { disk }).expect("there is room");
            plans.push(DiskPlan { volume, device: device.into(), size_gib: 1 });
        }
        self.twice(server, &Verb::Disks { server, disks: plans });
        self.twice(server, &Verb::Remove { server, disks: vec![goes] });
        assert_eq!(self.driver.inspect_disk(goes), None);
        assert!(self.driver.inspect_disk(stays).is_some());
        self.call(Verb::NoDisk { volume: stays }).expect("it is gone");
    }

    fn an_image_is_there_until_it_is_not(&mut self) {
        let [made, copy] = [7u128, 8].map(|number| ImageId(SERVERS_FROM + (number << 64)));
        assert!(!self.driver.has_image(made));
        let server = self.make();
        for power in [Power::Stopped, Power::Running] {
            self.twice(server, &Verb::Capture { server, image: made });
            assert!(self.driver.has_image(made));
            assert_eq!(self.find(server).power, power, "a server stays as it is");
            self.twice(server, &run(server));
        }
        for _ in 0..2 {
            self.call(Verb::CopyImage { from: made, to: copy }).expect("the one is there");
            assert!(self.driver.has_image(copy));
        }
        for image in [made, copy] {
            for _ in 0..2 {
                self.call(Verb::NoImage { image }).expect("it is gone, or was before");
                assert!(!self.driver.has_image(image));
            }
        }
        assert_eq!(self.find(server).power, Power::Running);
    }

    fn a_key_changes_nothing_else(&mut self) {
        let server = self.make();
        let before = self.find(server);
        for public_key in [Some("ssh-ed25519 AAAA trial".into()), None] {
            self.twice(server, &Verb::Key { server, public_key });
            assert_eq!(self.find(server), before);
        }
    }

    fn a_missing_server_is_said(&mut self) {
        let server = self.new_server();
        let flavor = self.terms.flavor.clone();
        let image = self.terms.image.clone();
        let password = Secret::new("Trial-4-by-air");
        let verbs = vec![
            run(server),
            Verb::Stop { server, force: Force::Hard },
            Verb::Reboot { server, force: Force::Hard, token: 1 },
            Verb::Crash { server, token: 1 },
            Verb::Shape { server, flavor, apart_from: Vec::new() },
            Verb::Place { server, away_from: "nowhere".into(), apart_from: Vec::new() },
            Verb::Password { server, generation: 1, password },
            Verb::Image { server, generation: 1, image, password: None, login: Login::default() },
            Verb::Nics { server, nics: vec![nic(server, 0)] },
            Verb::Disks { server, disks: Vec::new() },
            Verb::Capture { server, image: ImageId(SERVERS_FROM) },
            Verb::Key { server, public_key: None },
        ];
        for report in self.calls(verbs) {
            assert_eq!(report.result, Err(DriverError::Rejected(Rejection::Missing)));
        }
        assert_eq!(self.driver.inspect(server), None);
    }

    fn each_call_is_answered_once(&mut self) {
        let servers: Vec<ServerId> = (0..4).map(|_| self.new_server()).collect();
        let provisions = servers.iter().map(|server| self.provision(*server)).collect();
        assert!(self.calls(provisions).iter().all(|report| report.result.is_ok()));
        let runs = servers.iter().map(|server| run(*server)).collect();
        assert!(self.calls(runs).iter().all(|report| report.result.is_ok()));
        let listed: BTreeSet<ServerId> = self.driver.list().into_iter().collect();
        for server in listed {
            assert_eq!(self.find(server).server, server, "what is listed can be inspected");
        }
        assert!(servers.iter().all(|server| self.find(*server).power == Power::Running));
        let removals = servers
            .iter()
            .map(|server| Verb::Remove { server: *server, disks: Vec::new() })
            .collect();
        assert!(self.calls(removals).iter().all(|report| report.result.is_ok()));
        assert!(servers.iter().all(|server| self.driver.inspect(*server).is_none()));
    }

    /// As after a restart of the plane: the driver is told what exists, and orders go on.
    fn what_was_adopted_takes_orders(&mut self) {
        let server = self.make();
        self.twice(server, &run(server));
        let finding = self.find(server);
        let flavor = self.terms.flavor.clone();
        let before = self.driver.list().len();
        for _ in 0..2 {
            let known = Adoption { finding: finding.clone(), flavor: flavor.clone() };
            self.driver.adopt(&mut std::iter::once(known));
            assert_eq!(self.driver.list().len(), before);
            assert_eq!(self.find(server), finding);
        }
        self.twice(server, &run(server));
        assert_eq!(self.find(server), finding, "the last order before the restart, repeated");
        let verb = self.provision(server);
        let done = self.call(verb).expect("a repeat of the first order");
        assert_eq!(done.placed_on.as_ref(), Some(&finding.host));
        self.twice(server, &Verb::Stop { server, force: Force::Hard });
        self.twice(server, &Verb::Remove { server, disks: Vec::new() });
    }
}
