use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use regiment_core::model::{Power, ProjectId, Role, Server, Stage};
use regiment_core::vault::Secret;
use regiment_server::data_folder::FolderError;
use regiment_server::vault::VaultError;
use regiment_server::{Config, GivenCredential, Maintenance, Pace, Running, StartError, Storage};

use crate::client::{call, get};
use crate::{config, start};

fn kept(folder: &Path) -> Config {
    Config { storage: Storage::Folder(folder.to_owned()), ..config() }
}

#[test]
fn a_restart_keeps_servers_keys_and_jobs() {
    let temp = tempfile::tempdir().unwrap();
    let config = kept(temp.path());
    let first = start(&config);
    let before = first.identity().clone();
    let servers: BTreeSet<_> = first.look(|view| view.world.servers().map(|s| s.id).collect());
    let all = get(&first, "/test/servers").body;
    let reply = call(&first, "POST", "/test/stop?wait=60000", &all);
    let job = reply.body.split(' ').next().unwrap().to_owned();
    assert!(first.shutdown());

    let second = start(&Config { fleet: 5, ..config });
    let after = second.identity();
    assert_eq!(after.access_key, before.access_key);
    assert_eq!(after.secret_key, before.secret_key);
    assert_eq!(after.project, before.project);
    let now: BTreeSet<_> = second.look(|view| view.world.servers().map(|s| s.id).collect());
    assert_eq!(now, servers);
    assert!(second.look(|view| view.world.servers().all(|s| s.power == Power::Stopped)));
    assert_eq!(get(&second, &format!("/test/job/{job}")).body, "AllSucceeded");
    assert_eq!(second.look(|view| view.world.hosts().count()), 60);
}

#[test]
fn a_host_that_leaves_keeps_its_time_until_it_stays_after_all() {
    let temp = tempfile::tempdir().unwrap();
    let leaves = |host: &str, hours| Config {
        maintain: vec![Maintenance { host: host.to_owned(), notice: Duration::from_hours(hours) }],
        ..kept(temp.path())
    };
    let told = |server: &Running| {
        server.look(|view| {
            let events = view.world.scheduled_events(server.identity().project);
            events.map(|event| (event.server, event.not_before, event.stage)).collect::<Vec<_>>()
        })
    };
    let first = start(&leaves("cn-north-4a-host-1", 72));
    let before = told(&first);
    let here = |server: &&Server| server.host.as_deref() == Some("cn-north-4a-host-1");
    assert_eq!(before.len(), first.look(|view| view.world.servers().filter(here).count()));
    assert!(before.iter().all(|(_, _, stage)| *stage == Stage::Inquiring) && !before.is_empty());
    assert!(first.shutdown());

    let second = start(&leaves("cn-north-4a-host-1", 9));
    assert_eq!(told(&second), before);
    assert!(second.shutdown());
    let third = start(&kept(temp.path()));
    assert!(told(&third).iter().all(|(_, _, stage)| *stage == Stage::Canceled));
    assert!(third.shutdown());
    let Err(refused) = regiment_server::start(&leaves("nowhere", 1)) else { panic!("it started") };
    assert!(refused.to_string().starts_with("there is no host nowhere to maintain; there are cn-"));
}

#[test]
fn a_token_of_the_first_run_is_good_in_the_second() {
    let temp = tempfile::tempdir().unwrap();
    let first = start(&kept(temp.path()));
    let token = first.identity().token.expose().to_owned();
    drop(first);
    let second = start(&kept(temp.path()));
    let request = format!("GET /test/consult HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\n\r\n");
    assert_eq!(crate::client::raw(&second, request.as_bytes()).body, "20");
}

#[test]
fn work_under_way_goes_on_after_a_restart() {
    let temp = tempfile::tempdir().unwrap();
    let slow = Config { pace: Pace::Realistic, ..kept(temp.path()) };
    let first = start(&slow);
    let all = get(&first, "/test/servers").body;
    let reply = call(&first, "POST", "/test/stop", &all);
    assert!(reply.body.ends_with("false 0"), "{}", reply.body);
    let job = reply.body.split(' ').next().unwrap().to_owned();
    first.shutdown();
    let second = start(&kept(temp.path()));
    let path = format!("/test/job/{job}");
    while get(&second, &path).body == "Running" {
        std::thread::yield_now();
    }
    assert_eq!(get(&second, &path).body, "AllSucceeded");
}

#[test]
fn a_folder_has_one_server_at_a_time() {
    let temp = tempfile::tempdir().unwrap();
    let first = start(&kept(temp.path()));
    let refused = regiment_server::start(&kept(temp.path())).unwrap_err();
    assert!(matches!(refused, StartError::Folder(FolderError::InUse { .. })), "{refused}");
    drop(first);
    start(&kept(temp.path()));
}

#[test]
fn a_lost_key_is_said_and_nothing_is_made_anew() {
    let temp = tempfile::tempdir().unwrap();
    drop(start(&kept(temp.path())));
    std::fs::remove_file(temp.path().join("key")).unwrap();
    let refused = regiment_server::start(&kept(temp.path())).unwrap_err();
    assert!(matches!(refused, StartError::Vault(VaultError::KeyMissing(_))), "{refused}");
}

#[test]
fn given_keys_are_taken_at_first_and_added_later() {
    let temp = tempfile::tempdir().unwrap();
    let given = |access_key: &str, secret_key: &str| {
        Some(GivenCredential {
            access_key: access_key.to_owned(),
            secret_key: Secret::new(secret_key),
            project: ProjectId(0xABC),
            role: Role::Admin,
        })
    };
    let with = |credential| Config { credential, ..kept(temp.path()) };
    let first = start(&with(given("AK1", "one")));
    assert_eq!(first.identity().project, ProjectId(0xABC));
    assert_eq!(first.identity().secret_key.expose(), "one");
    drop(first);
    let second = start(&with(given("AK0", "zero")));
    assert_eq!(&*second.identity().access_key, "AK0");
    assert_eq!(second.look(|view| view.world.credentials().count()), 2);
    drop(second);
    let third = start(&with(given("AK1", "other")));
    assert_eq!(third.identity().secret_key.expose(), "other");
    drop(third);
    assert_eq!(start(&with(given("AK1", "other"))).identity().secret_key.expose(), "other");
}

#[test]
fn a_project_that_comes_later_has_networks_of_its_own() {
    let temp = tempfile::tempdir().unwrap();
    let given = |access_key: &str, project| {
        let (access_key, secret_key) = (access_key.to_owned(), Secret::new("secret"));
        let project = ProjectId(project);
        Some(GivenCredential { access_key, secret_key, project, role: Role::Admin })
    };
    let with = |credential| Config { credential, seed: Some(7), ..kept(temp.path()) };
    drop(start(&with(given("AK1", 1))));
    let both = start(&with(given("AK2", 2)));
    let ids = both.look(|view| {
        let of = |project| view.world.vpcs(ProjectId(project)).map(|vpc| vpc.id);
        of(1).chain(of(2)).collect::<BTreeSet<_>>()
    });
    assert_eq!(ids.len(), 4);
    drop(both);
    let again = start(&with(given("AK2", 2)));
    assert_eq!(again.look(|view| view.world.vpcs(ProjectId(2)).count()), 2, "and not twice");
}

#[test]
fn the_same_seed_makes_the_same_fleet_and_other_keys() {
    let seeded = Config { seed: Some(7), ..config() };
    let (one, other) = (start(&seeded), start(&seeded));
    assert_eq!(get(&one, "/test/servers").body, get(&other, "/test/servers").body);
    assert_ne!(one.identity().access_key, other.identity().access_key);
    let different = start(&Config { seed: Some(8), ..config() });
    assert_ne!(get(&one, "/test/servers").body, get(&different, "/test/servers").body);
}

#[test]
fn the_first_fleet_is_whole_and_spread() {
    let server = start(&config());
    server.look(|view| {
        let world = view.world;
        assert_eq!(world.check_invariants(), Vec::<String>::new());
        let zones: BTreeSet<_> = world.servers().map(|s| s.details.zone.clone()).collect();
        assert_eq!(zones.len(), 3);
        let hosts: BTreeSet<_> = world.servers().map(|s| s.host.clone().unwrap()).collect();
        assert_eq!(hosts.len(), 6);
        let addresses: BTreeSet<_> = world.servers().map(|s| s.details.nics[0].address).collect();
        assert_eq!(addresses.len(), 20);
        for server in world.servers() {
            assert!(world.flavor(&server.flavor).is_some());
            assert!(world.image(server.image).is_some());
            assert_eq!(server.details.volumes.len(), 1);
        }
        let mut names: Vec<_> = world.servers().map(|s| s.name.to_string()).collect();
        names.sort();
        assert_eq!((names[0].as_str(), names[19].as_str()), ("server-0001", "server-0020"));
    });
}

#[test]
fn plain_http_is_not_shown_to_others_unasked() {
    let open = Config { listen: "0.0.0.0:0".parse().unwrap(), ..config() };
    let refused = regiment_server::start(&open).unwrap_err();
    assert!(matches!(refused, StartError::Exposed(_)), "{refused}");
    assert!(refused.to_string().contains("--insecure"));
    let insecure = start(&Config { insecure: true, ..open });
    assert_eq!(get(&insecure, "/healthz").status, 200);
}
