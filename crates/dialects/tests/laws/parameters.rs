//! Every query parameter that the vendor defines for a look: what it does here is seen in what is
//! listed, or it is written down that it does nothing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::{Client, PROJECT, text};
use crate::support::definitions;
use crate::support::scene::server_id;

/// Six servers, listed newest first, that differ in everything a list can be asked for; and three
/// that are in the recycle bin.
const GIVEN: &[&str] = &[
    "server 1 tag=env:test hours=7",
    "server 2 stopped flavor=s6.large.2 name=db-2 hours=1 hint=user_id=ffff",
    "server 3 windows zone=zone-b host=host-b1 key=probe",
    "server 4 broken",
    "server 5 hint=charging_mode=1 hint=enterprise_project_id=ep-5 tag=env:test tag=team:a",
    "server 6 hint=reservation_id=r-six",
    "server 7 tag=env:test",
    "server 8 zone=zone-b host=host-b1 tag=team:a",
    "server 9 name=old-9",
];

/// A parameter and its value, and what is listed then, by the last digits of ids or by names.
type Row = (&'static str, &'static str);

/// A list: its operation, its path, where in the answer its things are, and what each is called.
struct List {
    operation: &'static str,
    path: &'static str,
    things: &'static str,
    name: &'static str,
    /// Without parameters.
    all: &'static str,
    rows: &'static [Row],
    /// Parameters that change nothing, whatever they are.
    idle: &'static [&'static str],
    /// Refused with 400.
    refused: &'static [&'static str],
}

const V1: List = List {
    operation: "ListServersDetails",
    path: "v1/{project}/cloudservers/detail",
    things: "/servers",
    name: "id",
    all: "6 5 4 3 2 1",
    rows: &[
        ("enterprise_project_id=ep-5", "5"),
        ("enterprise_project_id=0", "6 4 3 2 1"),
        ("flavor=s6.large.2", "2"),
        ("ip=168.0.4", "4"),
        ("ip_eq=192.168.0.4", "4"),
        ("limit=2", "6 5"),
        ("name=b-2", "2"),
        ("name=WEB", "6 5 4 3 1"),
        ("not-tags=team", "6 4 3 2 1"),
        ("not-tags=env,team", "6 4 3 2 1"),
        ("offset=2&limit=4", "2 1"),
        ("reservation_id=r-six", "6"),
        ("server_id={id}0002,{id}0005", "2 5"),
        ("server_id={id}0002&server_id={id}0005&name=web", "2 5"),
        ("status=SHUTOFF", "2"),
        ("status=ERROR", "4"),
        ("status=DELETED", ""),
        ("tags=env", "5 1"),
        ("tags=env=test,team=a", "5"),
        ("tags=env.test", "5 1"),
        ("marker={id}0004", "3 2 1"),
        ("marker={id}0004&name=web", "3 1"),
    ],
    idle: &[],
    refused: &[
        "limit=0",
        "limit=1001",
        "limit=x",
        "offset=-1",
        "offset=x",
        "ip_eq=x",
        "marker=x",
        "marker={id}0009",
    ],
};

const V11: List = List {
    operation: "ListCloudServers",
    path: "v1.1/{project}/cloudservers/detail",
    things: "/servers",
    name: "id",
    all: "6 5 4 3 2 1",
    rows: &[
        ("id={id}0003", "3"),
        ("name=b-2", "2"),
        ("status=SHUTOFF", "2"),
        ("in_recycle_bin=true", "9 8 7"),
        ("spod_id=pod", ""),
        ("flavor_name=s6.large.2", "2"),
        ("image_id=2289efbf-d48b-46ad-a823-94b942e2a000", "3"),
        ("metadata=stage=test", "5"),
        ("metadata=stage=live", ""),
        ("metadata-key=stage", "5"),
        ("tags=team", "5"),
        ("not-tags=env", "6 4 3 2"),
        ("availability_zone=B", "3"),
        ("availability_zone_eq=zone-b", "3"),
        ("availability_zone_eq=b", ""),
        ("charging_mode=1", "5"),
        ("key_name=probe", "3"),
        ("launched_since=2026-01-02T03:04:00Z", "1"),
        ("enterprise_project_id=ep-5", "5"),
        ("limit=2", "6 5"),
        ("limit=0", ""),
        ("marker={id}0003", "2 1"),
    ],
    idle: &[],
    refused: &[
        "limit=101",
        "limit=-1",
        "marker=x",
        "marker={id}0009",
        "launched_since=x",
        "image_id=x",
    ],
};

const NOVA_ROWS: &[Row] = &[
    ("changes-since=2026-01-02T03:06:00Z", "5"),
    ("flavor=s6.large.2", "2"),
    ("host=host-b1", "3"),
    ("image=2289efbf-d48b-46ad-a823-94b942e2a000", "3"),
    ("ip=168.0.4", "4"),
    ("limit=2", "6 5"),
    ("marker={id}0003", "2 1"),
    ("name=b-2", "2"),
    ("not-tags=env", "6 4 3 2"),
    ("reservation_id=r-six", "6"),
    ("sort_key=availability_zone", "3 6 5 4 2 1"),
    ("sort_key=created_at", "2 1 6 5 4 3"),
    ("sort_key=display_name", "6 5 4 3 1 2"),
    ("sort_key=host", "3 6 5 4 2 1"),
    ("sort_key=instance_type_id", "6 5 4 3 1 2"),
    ("sort_key=key_name", "3 6 5 4 2 1"),
    ("sort_key=updated_at", "5 1 6 4 3 2"),
    ("sort_key=user_id", "2 6 5 4 3 1"),
    ("sort_key=uuid&sort_dir=asc", "1 2 3 4 5 6"),
    ("sort_key=vm_state", "2 4 6 5 3 1"),
    ("sort_key=host&marker={id}0005", "4 2 1"),
    ("status=SHUTOFF", "2"),
    ("status=DELETED", ""),
    ("tags=team", "5"),
];
const NOVA_REFUSED: &[&str] = &[
    "limit=0",
    "limit=x",
    "marker=x",
    "marker={id}0009",
    "changes-since=x",
    "image=x",
    "sort_key=colour",
    "sort_dir=up",
];

const NOVA: List = List {
    operation: "NovaListServers",
    path: "v2.1/{project}/servers",
    things: "/servers",
    name: "id",
    all: "6 5 4 3 2 1",
    rows: NOVA_ROWS,
    // There is one project in a list.
    idle: &["sort_key=project_id"],
    refused: NOVA_REFUSED,
};
const NOVA_DETAIL: List =
    List { operation: "NovaListServersDetails", path: "v2.1/{project}/servers/detail", ..NOVA };

const FLAVORS: List = List {
    operation: "ListFlavors",
    path: "v1/{project}/cloudservers/flavors",
    things: "/flavors",
    name: "id",
    all: "s6.large.2 s6.medium.2 s6.small.1",
    rows: &[
        ("availability_zone=zone-x", ""),
        ("flavor_id=s6.medium.2", "s6.medium.2"),
        ("limit=1", "s6.large.2"),
        ("marker=s6.large.2", "s6.medium.2 s6.small.1"),
    ],
    idle: &["availability_zone=zone-a"],
    refused: &["limit=0", "limit=x"],
};

const NOVA_FLAVOR_ROWS: &[Row] = &[
    ("minRam=2048", "s6.large.2 s6.medium.2"),
    ("minDisk=1", ""),
    ("sort_dir=desc", "s6.small.1 s6.medium.2 s6.large.2"),
    ("sort_key=memory_mb", "s6.small.1 s6.medium.2 s6.large.2"),
    ("sort_key=vcpus", "s6.medium.2 s6.small.1 s6.large.2"),
    ("limit=1", "s6.large.2"),
    ("marker=s6.large.2", "s6.medium.2 s6.small.1"),
];
const NOVA_FLAVORS: List = List {
    operation: "NovaListFlavors",
    path: "v2.1/{project}/flavors",
    things: "/flavors",
    name: "id",
    all: "s6.large.2 s6.medium.2 s6.small.1",
    rows: NOVA_FLAVOR_ROWS,
    // The order it is in; and no flavor brings a disk.
    idle: &["sort_key=name", "sort_key=flavorid", "sort_key=root_gb"],
    refused: &["limit=0", "sort_key=colour", "sort_dir=up", "minRam=x", "marker=none"],
};
const NOVA_FLAVORS_DETAIL: List = List {
    operation: "NovaListFlavorsDetails",
    path: "v2.1/{project}/flavors/detail",
    ..NOVA_FLAVORS
};

const RESIZE_FLAVORS: List = List {
    operation: "ListResizeFlavors",
    path: "v1/{project}/cloudservers/resize_flavors?source_flavor_name=s6.small.1",
    things: "/flavors",
    name: "id",
    all: "s6.large.2 s6.medium.2",
    rows: &[
        ("instance_uuid={id}0002", "s6.medium.2"),
        ("limit=1", "s6.large.2"),
        ("marker=s6.large.2", "s6.medium.2"),
        ("sort_dir=desc", "s6.medium.2 s6.large.2"),
        ("sort_key=memory_mb", "s6.medium.2 s6.large.2"),
        ("sort_key=vcpus", "s6.medium.2 s6.large.2"),
        ("source_flavor_id=s6.large.2", "s6.medium.2 s6.small.1"),
        ("source_flavor_name=s6.large.2", "s6.medium.2 s6.small.1"),
    ],
    idle: &["sort_key=name", "sort_key=flavorid", "sort_key=sort_key", "sort_key=root_gb"],
    refused: &["limit=0", "marker=none", "sort_key=colour", "sort_dir=up"],
};

const POLICIES: List = List {
    operation: "ListFlavorSellPolicies",
    path: "v1/{project}/cloudservers/flavor-sell-policies",
    things: "/sell_policies",
    name: "id",
    all: "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18",
    rows: &[
        ("flavor_id=s6.medium.2", "7 8 9 10 11 12"),
        ("sell_status=sellout", ""),
        ("sell_mode=spot", "3 6 9 12 15 18"),
        ("availability_zone_id=zone-b", "4 5 6 10 11 12 16 17 18"),
        ("longest_spot_duration_hours_gt=1", ""),
        ("largest_spot_duration_count_gt=1", ""),
        ("longest_spot_duration_hours=1", ""),
        ("largest_spot_duration_count=1", ""),
        ("interruption_policy=immediate", "3 6 9 12 15 18"),
        ("limit=2", "1 2"),
        ("marker=16", "17 18"),
    ],
    idle: &["sell_status=available"],
    refused: &["limit=0", "sell_mode=free", "sell_status=no", "interruption_policy=no", "marker=x"],
};

const RECYCLE_BIN: List = List {
    operation: "ListRecycleBinServers",
    path: "v1/{project}/recycle-bin/cloudservers",
    things: "/servers",
    name: "id",
    all: "9 8 7",
    rows: &[
        ("availability_zone=zone-b", "8"),
        ("ip_address=168.0.9", "9"),
        ("limit=1", "9"),
        ("limit=0", ""),
        ("marker={id}0009", "8 7"),
        ("name=OLD", "9"),
        ("offset=2", "7"),
        ("tags=env=test", "7"),
        ("tags_key=team", "8"),
    ],
    // Everything is told unasked, and there is one tenant in a list.
    idle: &["all_tenants=true", "expect-fields=tags"],
    refused: &["limit=101", "limit=x", "offset=x", "marker=x", "marker={id}0006"],
};

const TEMPLATES: List = List {
    operation: "ListTemplates",
    path: "v3/{project}/launch-templates",
    things: "/launch_templates",
    name: "name",
    all: "c b a",
    rows: &[
        ("launch_template_id={id of b}", "b"),
        ("launch_template_id={id of b},{id of a}", "b a"),
        ("limit=2", "c b"),
        ("marker={id of c}", "b a"),
        ("name=a", "a"),
        ("name=a&name=c", "c a"),
    ],
    idle: &[],
    refused: &["limit=0", "limit=x", "marker=x"],
};

const TEMPLATE_VERSIONS: List = List {
    operation: "ListLaunchTemplateVersions",
    path: "v3/{project}/launch-template-versions",
    things: "/launch_template_versions",
    name: "version_description",
    all: "c b a",
    rows: &[
        ("flavor_id=s6.large.2", "b"),
        ("image_id=2289efbf-d48b-46ad-a823-94b942e2a000", "c"),
        ("launch_template_id={launch_template_id of a}", "a"),
        ("limit=2", "c b"),
        ("marker={version_id of b}", "a"),
        ("version=2", ""),
    ],
    idle: &["version=1"],
    refused: &["limit=0", "limit=x", "marker=x", "version=x"],
};

const LISTS: &[List] = &[
    RECYCLE_BIN,
    TEMPLATES,
    TEMPLATE_VERSIONS,
    V1,
    V11,
    NOVA,
    NOVA_DETAIL,
    FLAVORS,
    NOVA_FLAVORS,
    NOVA_FLAVORS_DETAIL,
    RESIZE_FLAVORS,
    POLICIES,
];

/// Fields that `expect-fields` adds have a test of their own, and goldens turn the pages of groups,
/// whose order is by chance, and of key pairs, and filter scheduled events.
const ELSEWHERE: &[(&str, &[&str])] = &[
    ("ListCloudServers", &["expect-fields"]),
    (
        "ListScheduledEvents",
        &[
            "id",
            "instance_id",
            "limit",
            "marker",
            "publish_since",
            "publish_until",
            "state",
            "type",
        ],
    ),
    ("ListServerGroups", &["limit", "marker"]),
    ("NovaListServerGroups", &["all_projects", "limit", "marker"]),
    ("NovaListKeypairs", &["limit", "marker"]),
];

/// The six, of which the first has been started anew and the fifth been told something since.
fn fleet() -> Client {
    let mut client = Client::of(GIVEN);
    client.plane.wait(60_000);
    let servers = json!([{"id": server_id(1).to_string()}]);
    let path = format!("/v1/{PROJECT}/cloudservers/action");
    let body = json!({"reboot": {"type": "HARD", "servers": servers}});
    assert_eq!(client.send("POST", &path, &body).0, 200);
    client.plane.settle();
    client.plane.wait(60_000);
    let path = format!("/v1/{PROJECT}/cloudservers/{}/metadata", server_id(5));
    assert_eq!(client.send("POST", &path, &json!({"metadata": {"stage": "test"}})).0, 200);
    let bin = format!("/v1/{PROJECT}/recycle-bin");
    let body = json!({"recycle_bin": {"switch": "on"}});
    assert_eq!(client.send("PUT", &bin, &body).0, 204);
    let servers = [7, 8, 9].map(|n| json!({"id": server_id(n).to_string()}));
    let path = format!("/v1/{PROJECT}/cloudservers/delete");
    assert_eq!(client.send("POST", &path, &json!({"servers": servers})).0, 200);
    client.plane.settle();
    for (name, flavor, image) in [
        ("a", "s6.small.1", "1189efbf-d48b-46ad-a823-94b942e2a000"),
        ("b", "s6.large.2", "1189efbf-d48b-46ad-a823-94b942e2a000"),
        ("c", "s6.small.1", "2289efbf-d48b-46ad-a823-94b942e2a000"),
    ] {
        let disk = json!({"source_type": "image", "source_id": image});
        let data = json!({"flavor_id": flavor, "block_device_mappings": [disk]});
        let template = json!({"name": name, "version_description": name, "template_data": data});
        let path = format!("/v3/{PROJECT}/launch-templates");
        assert_eq!(client.send("POST", &path, &json!({"launch_template": template})).0, 200);
        client.plane.wait(1_000);
    }
    client
}

impl List {
    fn ask(&self, client: &mut Client, query: &str) -> (u16, Value) {
        let id = server_id(0).to_string();
        let query = query.replace("{id}", id.strip_suffix("0000").expect("the last digits"));
        let query = self.filled(client, query);
        let path = self.path.replace("{project}", PROJECT);
        // What is asked beside always stands behind, since the first of a key counts.
        let (path, always) = path.split_once('?').unwrap_or((&path, ""));
        client.get(&format!("/{path}?{query}&{always}"))
    }

    /// With what `{FIELD of NAME}` stands for.
    fn filled(&self, client: &mut Client, mut query: String) -> String {
        while let Some((before, rest)) = query.split_once('{') {
            let (asked, after) = rest.split_once('}').expect("a brace is closed");
            let (field, name) = asked.split_once(" of ").expect("a field of something");
            let (_, body) = self.ask(client, "");
            let things = body.pointer(self.things).and_then(Value::as_array).expect("a list");
            let thing = things.iter().find(|thing| thing[self.name] == name).expect("it is there");
            query = format!("{before}{}{after}", text(&thing[field]));
        }
        query
    }

    /// What is listed, in short.
    fn listed(&self, client: &mut Client, query: &str) -> String {
        let (status, body) = self.ask(client, query);
        assert_eq!(status, 200, "{} {query}: {body}", self.operation);
        let things = body.pointer(self.things).and_then(Value::as_array).expect("a list");
        let name = |thing: &Value| match &thing[self.name] {
            Value::String(id) if id.len() == 36 => id[35..].to_owned(),
            Value::String(name) => name.clone(),
            other => other.to_string(),
        };
        things.iter().map(name).collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn a_query_parameter_does_what_it_says() {
    let mut wrong = Vec::new();
    let mut client = fleet();
    for list in LISTS {
        let operation = list.operation;
        let mut expect = |query: &str, expected: &str| {
            let found = list.listed(&mut client, query);
            if found != expected {
                wrong.push(format!("{operation} {query}: {found:?} and not {expected:?}"));
            }
        };
        expect("", list.all);
        for (query, expected) in list.rows {
            assert_ne!(*expected, list.all, "{operation} {query} would show nothing");
            expect(query, expected);
        }
        for query in list.idle {
            expect(query, list.all);
        }
        for query in list.refused {
            let (status, body) = list.ask(&mut client, query);
            if status != 400 {
                wrong.push(format!("{operation} {query}: {status} {body} and not 400"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_defined_parameter_has_a_row() {
    let mut missing = Vec::new();
    // What does nothing is told to whoever reads.
    let told = include_str!("../../../../docs/compatibility.md");
    for definition in definitions::load() {
        let name = definition.name.as_str();
        if definition.queries.is_empty() {
            continue;
        }
        let of_lists = LISTS.iter().filter(|list| list.operation == name);
        let of_lists: Vec<&List> = of_lists.collect();
        let rows = of_lists.iter().flat_map(|list| list.rows.iter());
        let rows = rows.filter_map(|(query, _)| key(query));
        let idle = of_lists.iter().flat_map(|list| list.idle.iter());
        let idle = idle.filter_map(|query| key(query));
        let idle = idle.filter(|key| told.contains(&format!("`{key}`")));
        let elsewhere = ELSEWHERE.iter().filter(|(operation, _)| *operation == name);
        let elsewhere = elsewhere.flat_map(|(_, queries)| queries.iter().copied());
        let shown: BTreeSet<&str> = rows.chain(idle).chain(elsewhere).collect();
        let unseen = definition.queries.iter().filter(|query| !shown.contains(query.as_str()));
        missing.extend(unseen.map(|query| format!("{name}: {query}")));
    }
    assert!(missing.is_empty(), "no row shows\n{}", missing.join("\n"));
}

fn key(query: &str) -> Option<&str> {
    Some(query.split_once('=')?.0)
}

/// Nova's lists tell too large a page apart from one that is no number.
#[test]
fn a_page_of_nova_larger_than_the_largest_is_forbidden() {
    let mut client = fleet();
    for list in [NOVA, NOVA_DETAIL, NOVA_FLAVORS, NOVA_FLAVORS_DETAIL] {
        let (status, body) = list.ask(&mut client, "limit=1001");
        assert_eq!((status, &body["forbidden"]["code"]), (403, &json!(403)), "{body}");
    }
}

/// A server without an order that is known has one of its own.
#[test]
fn a_reservation_that_is_shown_can_be_asked_for() {
    let mut client = fleet();
    let (_, body) = V1.ask(&mut client, "");
    for server in body["servers"].as_array().expect("a list") {
        let shown = server["OS-EXT-SRV-ATTR:reservation_id"].as_str().expect("each has one");
        let id = server["id"].as_str().expect("each has one");
        for list in [V1, NOVA, NOVA_DETAIL] {
            let query = format!("reservation_id={shown}");
            assert_eq!(list.listed(&mut client, &query), id[35..], "{}", list.operation);
        }
    }
}

#[test]
fn resize_targets_are_of_something() {
    let path = format!("/v1/{PROJECT}/cloudservers/resize_flavors");
    let (status, body) = fleet().get(&path);
    assert_eq!((status, &body["error"]["code"]), (400, &json!("Ecs.0005")), "{body}");
}

#[test]
fn every_status_can_be_asked_for() {
    let mut client = fleet();
    for status in [
        "ACTIVE",
        "BUILD",
        "DELETED",
        "ERROR",
        "HARD_REBOOT",
        "MIGRATING",
        "REBOOT",
        "RESIZE",
        "REVERT_RESIZE",
        "SHELVED",
        "SHELVED_OFFLOADED",
        "SHUTOFF",
        "UNKNOWN",
        "VERIFY_RESIZE",
    ] {
        let found: Vec<String> = [V1, V11, NOVA, NOVA_DETAIL]
            .iter()
            .map(|list| list.listed(&mut client, &format!("status={status}")))
            .collect();
        let expected = match status {
            "ACTIVE" => "6 5 3 1",
            "SHUTOFF" => "2",
            "ERROR" => "4",
            _ => "",
        };
        assert_eq!(found, [expected; 4], "{status}");
    }
}

/// The same number is text in one list and a number in the other, as the vendor writes them.
#[test]
fn what_is_a_number_is_one_only_where_the_vendor_has_it_so() {
    let mut client = fleet();
    let v11 = "expect-fields=addresses,volumes_attached,power_state&limit=1";
    let nova = "limit=1";
    let network = "/servers/0/addresses/0dae26c9-9a70-4392-93f3-87d53115d171/0/version";
    let v1_disk = "/servers/0/os-extended-volumes:volumes_attached/0";
    for (list, query, place, expected) in [
        (V1, nova, "/count", json!(6)),
        (V1, nova, "/servers/0/flavor/ram", json!("1024")),
        (V1, nova, "/servers/0/flavor/vcpus", json!("1")),
        (V1, nova, "/servers/0/flavor/disk", json!("0")),
        (V1, nova, network, json!("4")),
        (V1, nova, &format!("{v1_disk}/bootIndex"), json!("0")),
        (V1, nova, &format!("{v1_disk}/delete_on_termination"), json!("true")),
        (V1, nova, "/servers/0/OS-EXT-STS:power_state", json!(1)),
        (V1, nova, "/servers/0/locked", json!(false)),
        (V11, v11, "/servers/0/flavor/ram", json!(1024)),
        (V11, v11, "/servers/0/flavor/vcpus", json!(1)),
        (V11, v11, "/servers/0/flavor/disk", json!(0)),
        (V11, v11, network, json!(4)),
        (V11, v11, "/servers/0/volumes_attached/0/bootIndex", json!("0")),
        (V11, v11, "/servers/0/volumes_attached/0/delete_on_termination", json!(true)),
        (V11, v11, "/servers/0/volumes_attached/0/size", json!(40)),
        (V11, v11, "/servers/0/power_state", json!(1)),
        (V11, v11, "/servers/0/in_recycle_bin", json!(false)),
        (NOVA_DETAIL, nova, network, json!(4)),
        (NOVA_DETAIL, nova, "/servers/0/OS-EXT-STS:power_state", json!(1)),
        (FLAVORS, nova, "/flavors/0/vcpus", json!("2")),
        (FLAVORS, nova, "/flavors/0/ram", json!(4096)),
        (FLAVORS, nova, "/flavors/0/disk", json!("0")),
        (NOVA_FLAVORS_DETAIL, nova, "/flavors/0/vcpus", json!(2)),
        (NOVA_FLAVORS_DETAIL, nova, "/flavors/0/ram", json!(4096)),
        (NOVA_FLAVORS_DETAIL, nova, "/flavors/0/disk", json!(0)),
    ] {
        let (_, body) = list.ask(&mut client, query);
        assert_eq!(body.pointer(place), Some(&expected), "{} {place}", list.operation);
    }
}

/// Each field that v1.1 only tells when asked for it, alone and with all others.
#[test]
fn expected_fields_are_those_of_the_definition() {
    const FIELDS: [&str; 16] = [
        "launched_at",
        "key_name",
        "locked",
        "root_device_name",
        "tenancy",
        "dedicated_host_id",
        "enterprise_project_id",
        "tags",
        "metadata",
        "addresses",
        "security_groups",
        "volumes_attached",
        "image",
        "power_state",
        "cpu_options",
        "market_info",
    ];
    let mut client = fleet();
    let mut fields = |query: &str| -> BTreeSet<String> {
        let (_, body) = V11.ask(&mut client, query);
        body["servers"][0].as_object().expect("a server").keys().cloned().collect()
    };
    let plain = fields("");
    for field in FIELDS {
        assert!(!plain.contains(field), "{field} is there unasked");
        let mut more = plain.clone();
        more.insert(field.to_owned());
        assert_eq!(fields(&format!("expect-fields={field}")), more);
    }
    let all: Vec<String> = FIELDS.iter().map(|field| format!("expect-fields={field}")).collect();
    let mut everything = plain.clone();
    everything.extend(FIELDS.map(str::to_owned));
    assert_eq!(fields(&all.join("&")), everything);
    assert_eq!(fields(&format!("expect-fields={}", FIELDS.join(","))), everything);
}
