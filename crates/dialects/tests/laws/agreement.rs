//! Random sequences of orders, some of which the machines refuse; after each, every look at the
//! same thing must say the same.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::golden_file::Exchange;
use crate::support::plane::Plane;
use crate::support::scene::{Scene, server_id};

const PROJECT: &str = "0123456789abcdef0123456789abcdef";

/// Servers 1 to 6: some run, some do not, one is broken, and three have machines that refuse.
const GIVEN: &[&str] = &[
    "server 1..2",
    "server 3 stopped tag=stage:test",
    "server 4 stopped",
    "server 5",
    "server 6 broken",
    "driver run server 4 no-capacity",
    "driver stop server 2 timed-out",
    "driver shape server 5 fails",
];
const SERVERS: u32 = 6;

/// One request of a sequence.
#[derive(Clone, Debug)]
enum Ask {
    Power(&'static str, BTreeSet<u32>),
    Delete(BTreeSet<u32>),
    Rename(BTreeSet<u32>),
    Password(BTreeSet<u32>),
    Resize(BTreeSet<u32>, &'static str),
    Reinstall(u32),
    Create(usize),
    /// An action of the compute API on one server, in its own words.
    Act(u32, Value),
    /// The compute API notes something of a server.
    Note(u32),
    /// Let all work end.
    Settle,
    /// Fold the log, so that what ended is read from the archive.
    Archive,
}

/// Some servers; one of the numbers is of none.
fn some() -> impl Strategy<Value = BTreeSet<u32>> {
    proptest::collection::btree_set(1..=SERVERS + 1, 1..4)
}

fn ask() -> impl Strategy<Value = Ask> {
    let power = prop::sample::select(vec!["os-start", "os-stop", "reboot"]);
    let flavor = prop::sample::select(vec!["s6.small.1", "s6.large.2", "no.such.1"]);
    prop_oneof![
        4 => (power, some()).prop_map(|(key, on)| Ask::Power(key, on)),
        1 => some().prop_map(Ask::Delete),
        1 => some().prop_map(Ask::Rename),
        1 => some().prop_map(Ask::Password),
        2 => (some(), flavor).prop_map(|(on, to)| Ask::Resize(on, to)),
        1 => (1..=SERVERS).prop_map(Ask::Reinstall),
        1 => (1..3usize).prop_map(Ask::Create),
        4 => (1..=SERVERS, act()).prop_map(|(n, act)| Ask::Act(n, act)),
        1 => (1..=SERVERS).prop_map(Ask::Note),
        3 => Just(Ask::Settle),
        1 => Just(Ask::Archive),
    ]
}

fn act() -> impl Strategy<Value = Value> {
    let resize = |flavor: &str| json!({"resize": {"flavorRef": flavor}});
    prop::sample::select(vec![
        resize("s6.small.1"),
        resize("s6.large.2"),
        resize("s6.large.2"),
        json!({"confirmResize": null}),
        json!({"revertResize": null}),
        json!({"lock": ""}),
        json!({"unlock": ""}),
        json!({"os-stop": {}}),
        json!({"os-start": null}),
    ])
}

/// A plane, and what was heard of it so far.
struct Witness {
    plane: Plane,
    /// Jobs that were accepted, and how each ended once it had.
    jobs: BTreeMap<String, Option<String>>,
}

impl Witness {
    fn new() -> Witness {
        let given: Vec<String> = GIVEN.iter().map(|line| (*line).to_owned()).collect();
        let scene = Scene::read(&given).expect("the scene reads");
        Witness { plane: Plane::open(scene), jobs: BTreeMap::new() }
    }

    fn send(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.send_with(method, path, &[], body)
    }

    fn send_with(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> (u16, Value) {
        let json = [("content-type", "application/json")];
        let headers = json.iter().chain(headers);
        let headers = headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let exchange = Exchange {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.collect(),
            body: if body.is_null() { String::new() } else { body.to_string() },
            text: Vec::new(),
            response: String::new(),
        };
        let answer = self.plane.exchange("huawei", &exchange).expect("the dialect takes it");
        let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        (answer.status, body)
    }

    fn get(&mut self, path: &str) -> (u16, Value) {
        self.send("GET", path, &Value::Null)
    }

    fn ask(&mut self, ask: &Ask) {
        let ids = |on: &BTreeSet<u32>| -> Vec<Value> {
            on.iter().map(|n| json!({"id": server_id(*n).to_string()})).collect()
        };
        let root = format!("/v1/{PROJECT}/cloudservers");
        let (method, path, body) = match ask {
            Ask::Settle => return self.plane.settle(),
            Ask::Archive => return self.plane.turn(Vec::new(), true),
            Ask::Power(key @ "os-start", on) => {
                ("POST", format!("{root}/action"), json!({*key: {"servers": ids(on)}}))
            }
            Ask::Power(key, on) => {
                let body = json!({*key: {"servers": ids(on), "type": "SOFT"}});
                ("POST", format!("{root}/action"), body)
            }
            Ask::Delete(on) => ("POST", format!("{root}/delete"), json!({"servers": ids(on)})),
            Ask::Rename(on) => {
                let body = json!({"name": "renamed", "servers": ids(on)});
                ("PUT", format!("{root}/server-name"), body)
            }
            Ask::Password(on) => {
                let body = json!({"new_password": "Probe@Pass2", "servers": ids(on)});
                ("PUT", format!("{root}/os-reset-passwords"), body)
            }
            Ask::Resize(on, flavor) => {
                let resize = json!({"flavorRef": flavor, "servers": ids(on),
                                    "mode": "withStopServer"});
                ("POST", format!("{root}/batch-resize"), json!({"resize": resize}))
            }
            Ask::Reinstall(n) => {
                let body = json!({"os-reinstall": {"adminpass": "Probe@Pass3",
                                                   "mode": "withStopServer"}});
                let path = format!("/v2/{PROJECT}/cloudservers/{}/reinstallos", server_id(*n));
                ("POST", path, body)
            }
            Ask::Act(n, act) => {
                ("POST", format!("/v2.1/{PROJECT}/servers/{}/action", server_id(*n)), act.clone())
            }
            Ask::Note(n) => {
                let path = format!("/v2.1/{PROJECT}/servers/{}/metadata", server_id(*n));
                ("POST", path, json!({"metadata": {"note": "some"}}))
            }
            Ask::Create(count) => {
                let server = json!({
                    "name": "made", "count": count, "flavorRef": "s6.small.1",
                    "imageRef": "1189efbf-d48b-46ad-a823-94b942e2a000",
                    "vpcid": "0dae26c9-9a70-4392-93f3-87d53115d171",
                    "nics": [{"subnet_id": "157ee789-03ea-45b1-a698-76c92660dd83"}],
                    "root_volume": {"volumetype": "SSD"},
                });
                ("POST", root, json!({"server": server}))
            }
        };
        let (status, body) = self.send(method, &path, &body);
        assert!(status < 500 || status == 501, "{ask:?} is answered {status} {body}");
        if let Some(job) = body["job_id"].as_str() {
            self.jobs.insert(job.to_owned(), None);
        }
    }

    /// Every look there is, compared.
    fn compare(&mut self) {
        let (_, v1) = self.get(&format!("/v1/{PROJECT}/cloudservers/detail?limit=100"));
        let listed = v1["servers"].as_array().expect("a list").clone();
        assert_eq!(v1["count"], listed.len(), "the list counts what it shows");
        let (_, v11) = self.get(&format!("/v1.1/{PROJECT}/cloudservers/detail?limit=100"));
        let newer: BTreeMap<String, Value> = v11["servers"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|server| (text(&server["id"]), server.clone()))
            .collect();
        assert_eq!(newer.len(), listed.len(), "both lists show the same servers");
        for server in &listed {
            let id = text(&server["id"]);
            let (status, shown) = self.get(&format!("/v1/{PROJECT}/cloudservers/{id}"));
            assert_eq!(status, 200, "what is listed is shown");
            for (key, value) in shown["server"].as_object().expect("a server") {
                // The list says more than the show, never anything else.
                assert_eq!(&server[key], value, "{key} of {id} in list and show");
            }
            let other = &newer[&id];
            for key in ["name", "status", "created"] {
                assert_eq!(other[key], server[key], "{key} of {id} in both lists");
            }
            assert_eq!(other["task_state"], server["OS-EXT-STS:task_state"]);
            assert_eq!(other["vm_state"], server["OS-EXT-STS:vm_state"]);
        }
        self.compare_nova(&listed);
        let there: BTreeSet<String> = newer.into_keys().collect();
        for job in self.jobs.keys().cloned().collect::<Vec<_>>() {
            self.compare_job(&job, &there);
        }
        let wrong = self.plane.world().check_invariants();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    /// What the compute API lists and shows, against what this cloud's own API lists.
    fn compare_nova(&mut self, listed: &[Value]) {
        let root = format!("/v2.1/{PROJECT}/servers");
        let send = |witness: &mut Witness, path: &str| {
            let headers = [("openstack-api-version", "compute 2.60")];
            let (status, body) = witness.send_with("GET", path, &headers, &Value::Null);
            assert_eq!(status, 200, "{path} is answered {body}");
            body
        };
        let list = send(self, &format!("{root}/detail"));
        let list = list["servers"].as_array().expect("a list").clone();
        let ids = |list: &[Value]| list.iter().map(|one| text(&one["id"])).collect::<Vec<_>>();
        assert_eq!(ids(&list), ids(listed), "both APIs list the same servers");
        for (server, own) in list.iter().zip(listed) {
            let id = text(&server["id"]);
            let shown = send(self, &format!("{root}/{id}"));
            assert_eq!(&shown["server"], server, "{id} in list and show");
            for key in [
                "name",
                "status",
                "created",
                "updated",
                "metadata",
                "locked",
                "key_name",
                "hostId",
                "OS-EXT-STS:task_state",
                "OS-EXT-STS:vm_state",
                "OS-EXT-STS:power_state",
                "OS-SRV-USG:launched_at",
            ] {
                assert_eq!(server[key], own[key], "{key} of {id} in both APIs");
            }
            assert_eq!(server["flavor"]["original_name"], own["flavor"]["id"]);
            let noted = send(self, &format!("{root}/{id}/metadata"));
            assert_eq!(noted["metadata"], server["metadata"]);
            self.compare_actions(&format!("{root}/{id}/os-instance-actions"), server, send);
        }
    }

    fn compare_actions(
        &mut self,
        path: &str,
        server: &Value,
        send: impl Fn(&mut Witness, &str) -> Value,
    ) {
        let told = send(self, path);
        let told = told["instanceActions"].as_array().expect("a list").clone();
        let mut open = 0;
        for action in &told {
            let alone = send(self, &format!("{path}/{}", text(&action["request_id"])));
            let alone = alone["instanceAction"].as_object().expect("an action").clone();
            for (key, value) in action.as_object().expect("an action") {
                assert_eq!(&alone[key], value, "{key} of an action in list and show");
            }
            let events = alone["events"].as_array().expect("events").clone();
            open += events.iter().filter(|event| event["result"].is_null()).count();
        }
        // A reset of the password has no task to show, and a deletion ends with its server.
        if !server["OS-EXT-STS:task_state"].is_null() {
            assert_eq!(open, 1, "{} is busy with one thing: {told:?}", server["id"]);
        }
    }

    fn compare_job(&mut self, id: &str, there: &BTreeSet<String>) {
        let (status, job) = self.get(&format!("/v1/{PROJECT}/jobs/{id}"));
        assert_eq!(status, 200, "a job that was accepted is known");
        let subs = job["entities"]["sub_jobs"].as_array().expect("every job has sub-jobs").clone();
        assert_eq!(job["entities"]["sub_jobs_total"], subs.len());
        let states: Vec<String> = subs.iter().map(|sub| text(&sub["status"])).collect();
        let open = states.iter().any(|state| state == "INIT" || state == "RUNNING");
        let failed = states.iter().any(|state| state == "FAIL");
        let status = text(&job["status"]);
        let fits = match status.as_str() {
            "INIT" | "RUNNING" => open,
            "SUCCESS" => !open && !failed,
            "FAIL" => !open && failed,
            _ => false,
        };
        assert!(fits, "a job that is {status} with sub-jobs {states:?}");
        assert_eq!(job["end_time"] == "", open, "it has an end when it ended");
        assert_eq!(job["error_code"].is_null(), status != "FAIL");
        for sub in &subs {
            let (_, alone) = self.get(&format!("/v1/{PROJECT}/jobs/{}", text(&sub["job_id"])));
            assert_eq!(&alone, sub, "a sub-job is the same alone and in its job");
            let gone = sub["job_type"] == "deleteSingleServer" && sub["status"] == "SUCCESS";
            let server = text(&sub["entities"]["server_id"]);
            assert!(!(gone && there.contains(&server)), "{server} was deleted and is listed");
            if gone {
                let (status, _) = self.get(&format!("/v1/{PROJECT}/cloudservers/{server}"));
                assert_eq!(status, 404, "what was deleted is not shown");
            }
        }
        let before = self.jobs.insert(id.to_owned(), (!open).then_some(status.clone())).flatten();
        assert!(before.is_none_or(|before| before == status), "how a job ended never changes");
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn list_show_and_job_query_never_contradict_each_other(
        asks in proptest::collection::vec(ask(), 1..12),
    ) {
        let mut witness = Witness::new();
        for ask in &asks {
            witness.ask(ask);
            witness.compare();
        }
        witness.plane.settle();
        witness.compare();
        prop_assert!(witness.jobs.values().all(Option::is_some), "all work ends");
        let (_, list) = witness.get(&format!("/v1/{PROJECT}/cloudservers/detail"));
        for server in list["servers"].as_array().into_iter().flatten() {
            prop_assert!(server["OS-EXT-STS:task_state"].is_null(), "nothing is left half done");
        }
    }
}
