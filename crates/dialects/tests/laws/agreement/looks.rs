//! Every look there is at the same thing, compared with all others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::client::{Client, PROJECT, text};
use super::super::states::computed;

/// Everything that v1.1 tells only when asked.
const FIELDS: &str = "launched_at,key_name,enterprise_project_id,tags,metadata,addresses,\
                      security_groups,volumes_attached,image,power_state,market_info,locked,\
                      root_device_name,tenancy,dedicated_host_id";
const NEWEST: &[(&str, &str)] = &[("openstack-api-version", "compute 2.60")];

/// What the lists say, by server.
pub struct Lists {
    v1: BTreeMap<String, Value>,
    v11: BTreeMap<String, Value>,
    nova: BTreeMap<String, Value>,
    /// Those in the recycle bin, which are nowhere else.
    bin: BTreeMap<String, Value>,
    groups: BTreeMap<String, Value>,
    /// What the disk service and the network service say of each disk and port.
    disks: BTreeMap<String, Value>,
    ports: Vec<Value>,
}

fn by_id(body: &Value, key: &str) -> BTreeMap<String, Value> {
    let things = body[key].as_array().unwrap_or_else(|| panic!("a list of {key}: {body}"));
    let named: BTreeMap<String, Value> =
        things.iter().map(|thing| (text(&thing["id"]), thing.clone())).collect();
    assert_eq!(named.len(), things.len(), "nothing is listed twice");
    named
}

fn array<'a>(value: &'a Value, what: &str) -> &'a Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{what} is a list and not {value}"))
}

fn sorted(mut values: Vec<Value>) -> Vec<String> {
    let mut texts: Vec<String> = values.drain(..).map(|value| value.to_string()).collect();
    texts.sort();
    texts
}

impl Lists {
    pub fn take(client: &mut Client) -> Lists {
        let mut ask = |path: &str| {
            let (status, body) = client.send_with("GET", path, NEWEST, &Value::Null);
            assert_eq!(status, 200, "{path} {body}");
            body
        };
        let v1 = ask(&format!("/v1/{PROJECT}/cloudservers/detail?limit=100"));
        let v11 =
            ask(&format!("/v1.1/{PROJECT}/cloudservers/detail?limit=100&expect-fields={FIELDS}"));
        let nova = ask(&format!("/v2.1/{PROJECT}/servers/detail?limit=100"));
        let short = ask(&format!("/v2/{PROJECT}/servers?limit=100"));
        let disks = ask(&format!("/v2/{PROJECT}/cloudvolumes/detail"));
        let ports = ask(&format!("/v1/{PROJECT}/ports"));
        let limits = ask(&format!("/v1/{PROJECT}/cloudservers/limits"));
        let tags = ask(&format!("/v1/{PROJECT}/cloudservers/tags"));
        let bin = ask(&format!("/v1/{PROJECT}/recycle-bin/cloudservers?limit=100"));
        let kept =
            ask(&format!("/v1.1/{PROJECT}/cloudservers/detail?limit=100&in_recycle_bin=true"));
        let groups = ask(&format!("/v1/{PROJECT}/cloudservers/os-server-groups"));
        let lists = Lists {
            bin: by_id(&bin, "servers"),
            groups: by_id(&groups, "server_groups"),
            v1: by_id(&v1, "servers"),
            v11: by_id(&v11, "servers"),
            nova: by_id(&nova, "servers"),
            disks: by_id(&disks, "volumes"),
            ports: array(&ports["ports"], "ports").clone(),
        };
        assert_eq!(v1["count"], lists.v1.len(), "the list counts what it shows");
        assert_eq!(disks["count"], lists.disks.len(), "the list counts what it shows");
        let ids: Vec<&String> = lists.v1.keys().collect();
        assert_eq!(lists.v11.keys().collect::<Vec<_>>(), ids, "both lists show the same servers");
        assert_eq!(lists.nova.keys().collect::<Vec<_>>(), ids, "Nova shows the same servers");
        assert_eq!(by_id(&short, "servers").keys().collect::<Vec<_>>(), ids);
        let kept: Vec<String> = by_id(&kept, "servers").into_keys().collect();
        assert_eq!(kept, lists.bin.keys().cloned().collect::<Vec<_>>(), "the bin in both versions");
        assert!(lists.bin.keys().all(|id| !lists.v1.contains_key(id)), "in the bin and out of it");
        let order = |body: &Value| -> Vec<String> {
            array(&body["servers"], "servers").iter().map(|one| text(&one["id"])).collect()
        };
        assert_eq!(order(&v1), order(&v11), "lists are in one order");
        assert_eq!(order(&v1), order(&nova), "lists are in one order");
        lists.compare_limits(&limits["absolute"]);
        lists.compare_tags_of_project(&tags);
        lists
    }

    pub fn ids(&self) -> BTreeSet<String> {
        self.v1.keys().cloned().collect()
    }

    pub fn compare(&self) {
        for (id, v1) in &self.v1 {
            compare_versions(id, v1, &self.v11[id], &self.nova[id]);
            self.compare_disks(id, v1);
            self.compare_ports(id, v1);
        }
        self.compare_disks_with_servers();
        self.compare_groups();
        self.addresses_are_given_once();
    }

    fn compare_limits(&self, limits: &Value) {
        let sum = |key: &str| -> u64 {
            let each = self.v1.values().map(|server| text(&server["flavor"][key]));
            each.map(|number| number.parse::<u64>().expect("a number in text")).sum()
        };
        assert_eq!(limits["totalInstancesUsed"], self.v1.len());
        assert_eq!(limits["totalCoresUsed"], sum("vcpus"));
        assert_eq!(limits["totalRAMUsed"], sum("ram"));
    }

    fn compare_tags_of_project(&self, tags: &Value) {
        let mut of_servers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for server in self.v1.values() {
            for tag in array(&server["tags"], "tags").iter().map(text) {
                let (key, value) = tag.split_once('=').unwrap_or((&tag, ""));
                of_servers.entry(key.to_owned()).or_default().insert(value.to_owned());
            }
        }
        let of_project: BTreeMap<String, BTreeSet<String>> = array(&tags["tags"], "tags")
            .iter()
            .map(|tag| {
                let values = array(&tag["values"], "values").iter().map(text);
                (text(&tag["key"]), values.collect())
            })
            .collect();
        assert_eq!(of_project, of_servers, "tags of the project and of its servers");
    }

    /// A server's disks as the server, the disk service and Nova tell them.
    fn compare_disks(&self, id: &str, v1: &Value) {
        for disk in array(&v1["os-extended-volumes:volumes_attached"], "disks") {
            let disk_id = text(&disk["id"]);
            let there = self.disks.get(&disk_id);
            let there = there.unwrap_or_else(|| panic!("{disk_id} of {id} is no disk"));
            // What is not made yet, or could not be, is nowhere.
            let not_made = match there["status"].as_str() {
                Some("creating") => Some("BUILD"),
                Some("error") => Some("ERROR"),
                _ => None,
            };
            if let Some(status) = not_made {
                assert_eq!(v1["status"], status, "{disk_id} of {id}");
                continue;
            }
            let attachment = array(&there["attachments"], "attachments")
                .iter()
                .find(|one| one["server_id"] == id)
                .unwrap_or_else(|| panic!("{disk_id} knows nothing of {id}: {there}"));
            assert_eq!(attachment["device"], disk["device"], "{disk_id} in {id}");
            let boots = json!(if disk["bootIndex"] == "0" { "true" } else { "false" });
            assert_eq!(there["bootable"], boots, "{disk_id} of {id}");
        }
    }

    fn compare_disks_with_servers(&self) {
        for (disk_id, disk) in &self.disks {
            let attachments = array(&disk["attachments"], "attachments");
            let status = text(&disk["status"]);
            assert_eq!(
                matches!(status.as_str(), "in-use" | "detaching"),
                !attachments.is_empty(),
                "{disk_id} is {status} with {attachments:?}"
            );
            let shared = disk["multiattach"] == true;
            assert!(shared || attachments.len() < 2, "{disk_id} is in {}", attachments.len());
            for attachment in attachments {
                let server = text(&attachment["server_id"]);
                let v1 = self.v1.get(&server).or_else(|| self.bin.get(&server));
                let v1 = v1.unwrap_or_else(|| panic!("{disk_id} is in {server}, which is gone"));
                let has = array(&v1["os-extended-volumes:volumes_attached"], "disks");
                assert!(has.iter().any(|one| one["id"] == **disk_id), "{disk_id} in {server}");
            }
        }
    }

    /// The members of each group, and the group that each server names.
    fn compare_groups(&self) {
        for (group, told) in &self.groups {
            let members = array(&told["members"], "members").iter().map(text);
            let mut members: Vec<String> = members.collect();
            members.sort();
            let all = self.v1.iter().chain(&self.bin);
            let named = all.filter(|(_, server)| {
                let groups = server["os:scheduler_hints"]["group"].as_array();
                groups.is_some_and(|groups| groups.contains(&json!(group)))
            });
            let mut named: Vec<String> = named.map(|(id, _)| id.clone()).collect();
            named.sort();
            assert_eq!(members, named, "members of {group}");
        }
    }

    /// A server's addresses and its ports.
    fn compare_ports(&self, id: &str, v1: &Value) {
        let own = self.ports.iter().filter(|port| port["device_id"] == id);
        let ports = own.map(|port| {
            json!([port["id"], port["mac_address"], port["fixed_ips"][0]["ip_address"]])
        });
        let shown = addresses(v1).map(|address| {
            json!([
                address["OS-EXT-IPS:port_id"],
                address["OS-EXT-IPS-MAC:mac_addr"],
                address["addr"]
            ])
        });
        assert_eq!(sorted(ports.collect()), sorted(shown.collect()), "addresses of {id}");
    }

    fn addresses_are_given_once(&self) {
        let all: Vec<String> = self
            .v1
            .values()
            .chain(self.bin.values())
            .flat_map(addresses)
            .map(|address| text(&address["addr"]))
            .collect();
        let different: BTreeSet<&String> = all.iter().collect();
        assert_eq!(different.len(), all.len(), "an address is given once: {all:?}");
    }

    /// One server by every look at it alone.
    pub fn compare_alone(&self, client: &mut Client, id: &str) {
        let root = format!("/v1/{PROJECT}/cloudservers/{id}");
        let Some(v1) = self.v1.get(id) else {
            for path in [root.clone(), format!("{root}/block_device"), format!("{root}/tags")] {
                let (status, body) = client.get(&path);
                assert_eq!(status, 404, "{path} of what is not listed: {body}");
            }
            let (status, body) =
                client.get(&format!("/v1/{PROJECT}/recycle-bin/cloudservers/{id}"));
            let kept = self.bin.get(id);
            assert_eq!(status == 200, kept.is_some(), "{id} in the bin: {body}");
            for (key, value) in body["server"].as_object().into_iter().flatten() {
                assert_eq!(&kept.expect("it is there")[key], value, "{key} of {id} in the bin");
            }
            return;
        };
        let mut ask = |path: &str| {
            let (status, body) = client.send_with("GET", path, NEWEST, &Value::Null);
            assert_eq!(status, 200, "{path} of what is listed: {body}");
            body
        };
        let shown = ask(&root);
        for (key, value) in shown["server"].as_object().expect("a server") {
            // The list says more than the show, never anything else.
            assert_eq!(&v1[key], value, "{key} of {id} in list and show");
        }
        let nova = ask(&format!("/v2.1/{PROJECT}/servers/{id}"));
        for (key, value) in nova["server"].as_object().expect("a server") {
            assert_eq!(&self.nova[id][key], value, "{key} of {id} in Nova's list and show");
        }
        let tags = ask(&format!("{root}/tags"));
        let tags = array(&tags["tags"], "tags").iter().map(|tag| {
            let (key, value) = (text(&tag["key"]), text(&tag["value"]));
            json!(if value.is_empty() { key } else { format!("{key}={value}") })
        });
        assert_eq!(sorted(tags.collect()), sorted(array(&v1["tags"], "tags").clone()));
        let noted = ask(&format!("/v2.1/{PROJECT}/servers/{id}/metadata"));
        assert_eq!(noted["metadata"], v1["metadata"], "metadata of {id} alone and with it");
        compare_actions(&mut ask, id, v1);
        let bin = format!("/v1/{PROJECT}/recycle-bin/cloudservers/{id}");
        compare_devices(&mut ask, &root, v1);
        compare_interfaces(&mut ask, &root, v1);
        compare_with_nova(&mut ask, id, v1);
        assert_eq!(client.get(&bin).0, 404, "{id} is listed and in the bin");
    }
}

fn addresses(server: &Value) -> impl Iterator<Item = &Value> {
    let networks = server["addresses"].as_object().expect("networks").values();
    networks.flat_map(|one| array(one, "addresses"))
}

fn compare_devices(ask: &mut impl FnMut(&str) -> Value, root: &str, v1: &Value) {
    let disks = array(&v1["os-extended-volumes:volumes_attached"], "disks");
    let expected: Vec<Value> = disks.iter().map(|one| json!([one["id"], one["device"]])).collect();
    let devices = ask(&format!("{root}/block_device"));
    let told = |body: &Value| -> Vec<Value> {
        let told = array(&body["volumeAttachments"], "attachments");
        told.iter().map(|one| json!([one["volumeId"], one["device"]])).collect()
    };
    assert_eq!(told(&devices), expected, "block devices of {root}");
    let attachments = ask(&format!("{root}/os-volume_attachments"));
    assert_eq!(told(&attachments), expected, "attachments of {root}");
    for one in array(&devices["volumeAttachments"], "attachments") {
        let alone = ask(&format!("{root}/block_device/{}", text(&one["volumeId"])));
        assert_eq!(&alone["volumeAttachment"], one, "a device alone and in the list");
    }
    let quota = ask(&format!("{root}/appendvolumequota"));
    assert_eq!(quota["free_blk"], devices["attachableQuantity"]["free_blk"]);
    assert_eq!(quota["free_blk"], 24 - expected.len());
}

/// What was done to a server, in the list and alone, and what it is busy with.
fn compare_actions(ask: &mut impl FnMut(&str) -> Value, id: &str, v1: &Value) {
    let root = format!("/v2.1/{PROJECT}/servers/{id}/os-instance-actions");
    let all = ask(&root);
    let mut open = Vec::new();
    for told in array(&all["instanceActions"], "actions") {
        let alone = ask(&format!("{root}/{}", text(&told["request_id"])));
        let alone = &alone["instanceAction"];
        for (key, value) in told.as_object().expect("an action") {
            assert_eq!(&alone[key], value, "{key} of an action of {id} in list and show");
        }
        let events = array(&alone["events"], "events");
        open.extend(events.iter().filter(|one| one["result"].is_null()).cloned());
        let failed = events.iter().any(|one| one["result"] == "Error");
        assert_eq!(told["message"] == "Error", failed, "{told} and {events:?}");
    }
    if !v1["OS-EXT-STS:task_state"].is_null() {
        assert_eq!(open.len(), 1, "{id} is busy with one thing: {all}");
    }
}

/// Disks and interfaces as Nova tells them alone.
fn compare_with_nova(ask: &mut impl FnMut(&str) -> Value, id: &str, v1: &Value) {
    let root = format!("/v2.1/{PROJECT}/servers/{id}");
    let volumes = ask(&format!("{root}/os-volume_attachments"));
    let told = array(&volumes["volumeAttachments"], "attachments");
    let told: Vec<Value> = told.iter().map(|one| json!([one["volumeId"], one["device"]])).collect();
    let disks = array(&v1["os-extended-volumes:volumes_attached"], "disks");
    let expected: Vec<Value> = disks.iter().map(|one| json!([one["id"], one["device"]])).collect();
    assert_eq!(told, expected, "volumes of {id} in Nova");
    let interfaces = ask(&format!("{root}/os-interface"));
    let told = array(&interfaces["interfaceAttachments"], "interfaces");
    let told: Vec<Value> = told
        .iter()
        .map(|one| json!([one["port_id"], one["mac_addr"], one["fixed_ips"][0]["ip_address"]]))
        .collect();
    let expected: Vec<Value> = addresses(v1)
        .map(|one| json!([one["OS-EXT-IPS:port_id"], one["OS-EXT-IPS-MAC:mac_addr"], one["addr"]]))
        .collect();
    assert_eq!(told, expected, "interfaces of {id} in Nova");
}

fn compare_interfaces(ask: &mut impl FnMut(&str) -> Value, root: &str, v1: &Value) {
    let interfaces = ask(&format!("{root}/os-interface"));
    let told = array(&interfaces["interfaceAttachments"], "interfaces");
    let told: Vec<Value> = told
        .iter()
        .map(|one| json!([one["port_id"], one["mac_addr"], one["fixed_ips"][0]["ip_address"]]))
        .collect();
    let expected: Vec<Value> = addresses(v1)
        .map(|one| json!([one["OS-EXT-IPS:port_id"], one["OS-EXT-IPS-MAC:mac_addr"], one["addr"]]))
        .collect();
    assert_eq!(told, expected, "interfaces of {root}");
    assert_eq!(interfaces["attachableQuantity"]["free_nic"], 12 - expected.len());
}

/// One server as the three APIs list it.
fn compare_versions(id: &str, v1: &Value, v11: &Value, nova: &Value) {
    let same = |what: &str, one: &Value, other: &Value| {
        assert_eq!(one, other, "{what} of {id}");
    };
    for key in ["name", "status", "created", "updated", "tenant_id", "user_id", "metadata"] {
        same(key, &v1[key], &v11[key]);
        same(key, &v1[key], &nova[key]);
    }
    for key in ["description", "key_name", "locked"] {
        same(key, &v1[key], &v11[key]);
        same(key, &v1[key], &nova[key]);
    }
    for (long, short) in [
        ("OS-EXT-STS:task_state", "task_state"),
        ("OS-EXT-STS:vm_state", "vm_state"),
        ("OS-EXT-STS:power_state", "power_state"),
        ("OS-EXT-AZ:availability_zone", "availability_zone"),
        ("OS-SRV-USG:launched_at", "launched_at"),
    ] {
        same(long, &v1[long], &v11[short]);
        same(long, &v1[long], &nova[long]);
    }
    let (vm, task) = (text(&v1["OS-EXT-STS:vm_state"]), v1["OS-EXT-STS:task_state"].as_str());
    assert_eq!(v1["status"], computed(&vm, task), "{vm} {task:?} of {id}");
    for key in [
        "hostId",
        "OS-EXT-SRV-ATTR:host",
        "OS-EXT-SRV-ATTR:hostname",
        "OS-EXT-SRV-ATTR:reservation_id",
        "OS-EXT-SRV-ATTR:root_device_name",
    ] {
        same(key, &v1[key], &nova[key]);
    }
    same("image", &v1["image"]["id"], &v11["image"]["id"]);
    same("image", &v1["image"]["id"], &nova["image"]["id"]);
    same("flavor", &v1["flavor"]["id"], &v11["flavor"]["id"]);
    same("flavor", &v1["flavor"]["id"], &nova["flavor"]["original_name"]);
    for key in ["ram", "vcpus"] {
        same(key, &v1["flavor"][key], &json!(v11["flavor"][key].to_string()));
        same(key, &v1["flavor"][key], &json!(nova["flavor"][key].to_string()));
    }
    let tags = |server: &Value| sorted(array(&server["tags"], "tags").clone());
    assert_eq!(tags(v1), tags(v11), "tags of {id}");
    assert_eq!(tags(v1), tags(nova), "tags of {id}");
    let mode = match v11["market_info"]["charge_mode"].as_str() {
        Some("postpaid") => "0",
        Some("prepaid") => "1",
        _ => "2",
    };
    same("charging_mode", &v1["metadata"]["charging_mode"], &json!(mode));
    compare_parts(id, v1, v11, nova);
}

/// Disks, addresses and groups as the three APIs list them.
fn compare_parts(id: &str, v1: &Value, v11: &Value, nova: &Value) {
    let key = "os-extended-volumes:volumes_attached";
    let (one, newer, other) = (
        array(&v1[key], "disks"),
        array(&v11["volumes_attached"], "disks"),
        array(&nova[key], "disks"),
    );
    let plain = one.iter().map(|disk| {
        json!([disk["id"], disk["device"], disk["bootIndex"], disk["delete_on_termination"]])
    });
    let typed = newer.iter().map(|disk| {
        let goes = disk["delete_on_termination"].to_string();
        json!([disk["id"], disk["device"], disk["bootIndex"], goes])
    });
    assert_eq!(plain.collect::<Vec<_>>(), typed.collect::<Vec<_>>(), "disks of {id}");
    let plain = one.iter().map(|disk| json!([disk["id"], disk["delete_on_termination"]]));
    let typed =
        other.iter().map(|disk| json!([disk["id"], disk["delete_on_termination"].to_string()]));
    assert_eq!(plain.collect::<Vec<_>>(), typed.collect::<Vec<_>>(), "disks of {id} in Nova");

    let told = |server: &Value| -> Vec<Value> {
        let one = |address: &Value| json!([address["addr"], address["OS-EXT-IPS-MAC:mac_addr"]]);
        addresses(server).map(one).collect()
    };
    assert_eq!(told(v1), told(nova), "addresses of {id} in Nova");
    let bare = |server: &Value| -> Vec<Value> {
        addresses(server).map(|address| address["addr"].clone()).collect()
    };
    assert_eq!(bare(v1), bare(v11), "addresses of {id} in both lists");
    let names = |server: &Value| -> Vec<Value> {
        let groups = array(&server["security_groups"], "groups");
        groups.iter().map(|group| group["name"].clone()).collect()
    };
    assert_eq!(names(v1), names(v11), "groups of {id}");
    assert_eq!(names(v1), names(nova), "groups of {id}");
}
