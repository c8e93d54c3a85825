//! The vendor's table of states: what a server shows while an order is under way, by every look.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::{Client, PROJECT, text};
use crate::support::scene::{disk_id, server_id};

/// The table: `vm_state`, the `task_state`s that it goes with (a dash is none), and `status`.
const TABLE: &[(&str, &str, &str)] = &[
    ("building", "scheduling block_device_mapping networking spawning -", "BUILD"),
    ("active", "rebooting reboot_pending reboot_started", "REBOOT"),
    ("active", "rebooting_hard reboot_pending_hard reboot_started_hard", "HARD_REBOOT"),
    ("active", "rebuilding rebuild_block_device_mapping rebuild_spawning", "REBUILD"),
    ("stopped", "rebuilding rebuild_block_device_mapping rebuild_spawning", "REBUILD"),
    ("error", "rebuilding rebuild_block_device_mapping rebuild_spawning", "REBUILD"),
    ("active", "migrating", "MIGRATING"),
    ("active", "powering-off deleting -", "ACTIVE"),
    ("stopped", "resize_prep resize_migrating resize_migrated resize_finish", "RESIZE"),
    ("stopped", "powering-on deleting -", "SHUTOFF"),
    ("resized", "resize_reverting", "REVERT_RESIZE"),
    ("resized", "-", "VERIFY_RESIZE"),
    ("error", "deleting -", "ERROR"),
    ("deleted", "-", "DELETED"),
];

/// The status that the table computes: what is not in it is unknown.
pub fn computed(vm: &str, task: Option<&str>) -> &'static str {
    let task = task.unwrap_or("-");
    let row =
        TABLE.iter().find(|(of, tasks, _)| *of == vm && tasks.split(' ').any(|one| one == task));
    row.map_or("UNKNOWN", |(_, _, status)| status)
}

/// Rows that nothing here leads to: what is deleted is gone, and what could not be made has no system
/// to make anew.
const NEVER: &[(&str, &str)] = &[("deleted", "DELETED"), ("error", "REBUILD")];

/// What is ordered of server 1, which hangs on the way, and what it shows then.
struct Case {
    given: &'static str,
    /// The machine's verb that never ends; none if nothing is ordered.
    hangs: &'static str,
    order: (&'static str, &'static str, &'static str),
    /// `vm_state`, `task_state`, `status`, `power_state`.
    shows: (&'static str, &'static str, &'static str, u8),
}

const fn case(
    given: &'static str,
    hangs: &'static str,
    order: (&'static str, &'static str, &'static str),
    shows: (&'static str, &'static str, &'static str, u8),
) -> Case {
    Case { given, hangs, order, shows }
}

const NOTHING: (&str, &str, &str) = ("", "", "");
const START: (&str, &str, &str) =
    ("POST", "v1/{p}/cloudservers/action", r#"{"os-start":{"servers":[{"id":"{id}"}]}}"#);
const STOP: (&str, &str, &str) = (
    "POST",
    "v1/{p}/cloudservers/action",
    r#"{"os-stop":{"type":"SOFT","servers":[{"id":"{id}"}]}}"#,
);
const REBOOT: (&str, &str, &str) = (
    "POST",
    "v1/{p}/cloudservers/action",
    r#"{"reboot":{"type":"SOFT","servers":[{"id":"{id}"}]}}"#,
);
const REBOOT_HARD: (&str, &str, &str) = (
    "POST",
    "v1/{p}/cloudservers/action",
    r#"{"reboot":{"type":"HARD","servers":[{"id":"{id}"}]}}"#,
);
const DELETE: (&str, &str, &str) =
    ("POST", "v1/{p}/cloudservers/delete", r#"{"servers":[{"id":"{id}"}]}"#);
const RESIZE: (&str, &str, &str) = (
    "POST",
    "v1/{p}/cloudservers/{id}/resize",
    r#"{"resize":{"flavorRef":"s6.large.2","mode":"withStopServer"}}"#,
);
const REINSTALL: (&str, &str, &str) = (
    "POST",
    "v2/{p}/cloudservers/{id}/reinstallos",
    r#"{"os-reinstall":{"adminpass":"Probe@Pass3","mode":"withStopServer"}}"#,
);
const CHANGE_OS: (&str, &str, &str) = (
    "POST",
    "v1/{p}/cloudservers/{id}/changeos",
    r#"{"os-change":{"adminpass":"Probe@Pass3","mode":"withStopServer","imageid":"1189efbf-d48b-46ad-a823-94b942e2a000"}}"#,
);
const REDEPLOY: (&str, &str, &str) = ("POST", "v1/{p}/cloudservers/{id}/actions/redeploy", "{}");
const MIGRATE: (&str, &str, &str) =
    ("POST", "v1/{p}/cloudservers/{id}/migrate", r#"{"migrate":{}}"#);
const PASSWORD: (&str, &str, &str) = (
    "PUT",
    "v1/{p}/cloudservers/os-reset-passwords",
    r#"{"new_password":"Probe@Pass2","servers":[{"id":"{id}"}]}"#,
);
const ATTACH: (&str, &str, &str) = (
    "POST",
    "v1/{p}/cloudservers/{id}/attachvolume",
    r#"{"volumeAttachment":{"volumeId":"{disk}"}}"#,
);
const ADD_NIC: (&str, &str, &str) = (
    "POST",
    "v1/{p}/cloudservers/{id}/nics",
    r#"{"nics":[{"subnet_id":"157ee789-03ea-45b1-a698-76c92660dd83"}]}"#,
);
const CREATE: (&str, &str, &str) = (
    "POST",
    "v1/{p}/cloudservers",
    r#"{"server":{"name":"made","flavorRef":"s6.small.1","imageRef":"1189efbf-d48b-46ad-a823-94b942e2a000",
        "vpcid":"0dae26c9-9a70-4392-93f3-87d53115d171","root_volume":{"volumetype":"SSD"},
        "nics":[{"subnet_id":"157ee789-03ea-45b1-a698-76c92660dd83"}]}}"#,
);
const NOVA_STOP: (&str, &str, &str) = ("POST", "v2.1/{p}/servers/{id}/action", r#"{"os-stop":{}}"#);
const NOVA_REBUILD: (&str, &str, &str) = (
    "POST",
    "v2.1/{p}/servers/{id}/action",
    r#"{"rebuild":{"imageRef":"1189efbf-d48b-46ad-a823-94b942e2a000"}}"#,
);
const NOVA_RESIZE: (&str, &str, &str) =
    ("POST", "v2.1/{p}/servers/{id}/action", r#"{"resize":{"flavorRef":"s6.large.2"}}"#);
const NOVA_REVERT: (&str, &str, &str) =
    ("POST", "v2.1/{p}/servers/{id}/action", r#"{"revertResize":null}"#);
const NOVA_DELETE: (&str, &str, &str) = ("DELETE", "v2.1/{p}/servers/{id}", "");

const REVERTING: (&str, &str, &str, u8) = ("resized", "resize_reverting", "REVERT_RESIZE", 1);

const CASES: &[Case] = &[
    case("", "", NOTHING, ("active", "-", "ACTIVE", 1)),
    case("stopped", "", NOTHING, ("stopped", "-", "SHUTOFF", 4)),
    case("broken", "", NOTHING, ("error", "-", "ERROR", 0)),
    case("foreign", "provision", CREATE, ("building", "spawning", "BUILD", 0)),
    case("", "reboot", REBOOT, ("active", "rebooting", "REBOOT", 1)),
    case("", "reboot", REBOOT_HARD, ("active", "rebooting_hard", "HARD_REBOOT", 1)),
    case("", "stop", REINSTALL, ("active", "rebuilding", "REBUILD", 1)),
    case("", "image", REINSTALL, ("stopped", "rebuilding", "REBUILD", 4)),
    case("stopped", "image", CHANGE_OS, ("stopped", "rebuilding", "REBUILD", 4)),
    case("stopped", "image", NOVA_REBUILD, ("stopped", "rebuilding", "REBUILD", 4)),
    case("", "stop", REDEPLOY, ("active", "migrating", "MIGRATING", 1)),
    case("", "place", REDEPLOY, ("active", "migrating", "MIGRATING", 4)),
    case("", "run", REDEPLOY, ("active", "migrating", "MIGRATING", 4)),
    case("stopped", "place", MIGRATE, ("active", "migrating", "MIGRATING", 4)),
    case("", "stop", STOP, ("active", "powering-off", "ACTIVE", 1)),
    case("", "stop", NOVA_STOP, ("active", "powering-off", "ACTIVE", 1)),
    case("", "stop", RESIZE, ("active", "powering-off", "ACTIVE", 1)),
    case("", "shape", RESIZE, ("stopped", "resize_migrating", "RESIZE", 4)),
    case("", "run", RESIZE, ("stopped", "resize_migrating", "RESIZE", 4)),
    case("stopped", "shape", RESIZE, ("stopped", "resize_migrating", "RESIZE", 4)),
    case("", "shape", NOVA_RESIZE, ("stopped", "resize_migrating", "RESIZE", 4)),
    case("", "run", NOVA_RESIZE, ("stopped", "resize_migrating", "RESIZE", 4)),
    case("", "", NOVA_RESIZE, ("resized", "-", "VERIFY_RESIZE", 1)),
    case("stopped", "", NOVA_RESIZE, ("resized", "-", "VERIFY_RESIZE", 4)),
    case("resized-from=s6.large.2", "disks", ATTACH, ("resized", "-", "VERIFY_RESIZE", 1)),
    case("resized-from=s6.large.2", "stop", NOVA_REVERT, REVERTING),
    case(
        "resized-from=s6.large.2",
        "run",
        NOVA_REVERT,
        ("resized", "resize_reverting", "REVERT_RESIZE", 4),
    ),
    // The one pair that the table leaves out.
    case("resized-from=s6.large.2", "remove", DELETE, ("resized", "deleting", "UNKNOWN", 1)),
    case("", "remove", DELETE, ("active", "deleting", "ACTIVE", 1)),
    case("", "remove", NOVA_DELETE, ("active", "deleting", "ACTIVE", 1)),
    case("stopped", "remove", DELETE, ("stopped", "deleting", "SHUTOFF", 4)),
    case("broken", "remove", DELETE, ("error", "deleting", "ERROR", 0)),
    case("stopped", "run", START, ("stopped", "powering-on", "SHUTOFF", 4)),
    // Of these the table has no word: the server shows what it is.
    case("", "password", PASSWORD, ("active", "-", "ACTIVE", 1)),
    case("", "disks", ATTACH, ("active", "-", "ACTIVE", 1)),
    case("stopped", "disks", ATTACH, ("stopped", "-", "SHUTOFF", 4)),
    case("", "nics", ADD_NIC, ("active", "-", "ACTIVE", 1)),
];

impl Case {
    /// The order, and the id of the server that it leads to.
    fn play(&self) -> (Client, String) {
        let server = format!("server 1 {}", self.given);
        let hangs = format!("driver {} hangs", self.hangs);
        let mut given = vec![server.as_str(), "disk 1", "networks"];
        if !self.hangs.is_empty() {
            given.push(&hangs);
        }
        let mut client = Client::of(&given);
        let mut id = server_id(1).to_string();
        let filled = |text: &str| {
            let text = text.replace("{p}", PROJECT).replace("{id}", &server_id(1).to_string());
            text.replace("{disk}", &disk_id(1).to_string())
        };
        let (method, path, body) = self.order;
        if !method.is_empty() {
            let body = filled(body);
            let body = if body.is_empty() {
                Value::Null
            } else {
                serde_json::from_str(&body).expect("an order is JSON")
            };
            let (status, answer) = client.send(method, &format!("/{}", filled(path)), &body);
            // A batch waits for its servers, and then says which of them still are at it.
            let under_way = answer["internalError"][0]["error_code"] == "Ecs.0603";
            let taken = (200..300).contains(&status) || under_way;
            assert!(taken, "{path} is answered {status} {answer}");
            if let Some(made) = answer["serverIds"][0].as_str() {
                made.clone_into(&mut id);
            }
        }
        client.plane.settle();
        (client, id)
    }
}

/// What every look says of a server: `vm_state`, `task_state`, `status`, `power_state`.
fn looks(client: &mut Client, id: &str) -> Vec<(&'static str, [Value; 4])> {
    const OF_EXTENSIONS: [&str; 4] =
        ["OS-EXT-STS:vm_state", "OS-EXT-STS:task_state", "status", "OS-EXT-STS:power_state"];
    const FLAT: [&str; 4] = ["vm_state", "task_state", "status", "power_state"];
    [
        ("v1 show", format!("/v1/{PROJECT}/cloudservers/{id}"), "/server", OF_EXTENSIONS),
        (
            "v1 list",
            format!("/v1/{PROJECT}/cloudservers/detail?server_id={id}"),
            "/servers/0",
            OF_EXTENSIONS,
        ),
        (
            "v1.1 list",
            format!("/v1.1/{PROJECT}/cloudservers/detail?id={id}&expect-fields=power_state"),
            "/servers/0",
            FLAT,
        ),
        ("Nova show", format!("/v2.1/{PROJECT}/servers/{id}"), "/server", OF_EXTENSIONS),
        (
            "Nova list",
            format!("/v2/{PROJECT}/servers/detail?uuid={id}"),
            "/servers/0",
            OF_EXTENSIONS,
        ),
    ]
    .into_iter()
    .map(|(look, path, place, keys)| {
        let (status, body) = client.get(&path);
        assert_eq!(status, 200, "{look} {body}");
        let server = body.pointer(place).unwrap_or_else(|| panic!("{look} {body}"));
        (look, keys.map(|key| server[key].clone()))
    })
    .collect()
}

#[test]
fn every_look_shows_what_is_under_way() {
    for case in CASES {
        let (mut client, id) = case.play();
        let (vm, task, status, power) = case.shows;
        let task = if task == "-" { Value::Null } else { json!(task) };
        let expected = [json!(vm), task, json!(status), json!(power)];
        for (look, found) in looks(&mut client, &id) {
            assert_eq!(found, expected, "{look} of {:?} while {} hangs", case.order, case.hangs);
        }
    }
}

#[test]
fn every_row_of_the_table_that_can_be_reached_is() {
    let mut reached = BTreeSet::new();
    for case in CASES {
        let (vm, task, status, _) = case.shows;
        assert_eq!(computed(vm, Some(task)), status, "{vm} {task}");
        let rows =
            TABLE.iter().filter(|(of, tasks, _)| *of == vm && tasks.split(' ').any(|t| t == task));
        reached.extend(rows.map(|(vm, tasks, _)| (*vm, *tasks)));
    }
    for (vm, tasks, status) in TABLE {
        assert_ne!(
            reached.contains(&(*vm, *tasks)),
            NEVER.contains(&(*vm, *status)),
            "{vm} {tasks}"
        );
    }
}

/// The filter of lists by status lets some statuses through beside the one that is named.
#[test]
fn the_filter_by_status_knows_what_is_under_way() {
    let also = |filter: &str| match filter {
        "ACTIVE" => "REBOOT HARD_REBOOT REBUILD MIGRATING RESIZE",
        "SHUTOFF" => "RESIZE REBUILD",
        "ERROR" => "REBUILD",
        "VERIFY_RESIZE" => "REVERT_RESIZE",
        _ => "",
    };
    for case in CASES {
        let (mut client, id) = case.play();
        let status = case.shows.2;
        for (_, _, filter) in TABLE {
            let expected = *filter == status || also(filter).split(' ').any(|one| one == status);
            for list in
                ["v1/{p}/cloudservers/detail", "v1.1/{p}/cloudservers/detail", "v2.1/{p}/servers"]
            {
                let path = format!("/{}?status={filter}", list.replace("{p}", PROJECT));
                let (_, body) = client.get(&path);
                let servers = body["servers"].as_array().expect("a list");
                let found = servers.iter().any(|server| text(&server["id"]) == id);
                assert_eq!(found, expected, "{list} of {filter} with a server in {status}");
            }
        }
    }
}
