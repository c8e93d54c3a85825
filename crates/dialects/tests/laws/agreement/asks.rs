//! What a sequence is made of, and the request of each.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::client::PROJECT;
use crate::support::scene::{disk_id, server_id};

pub const SERVERS: u32 = 6;
/// The second of them can be in several servers.
pub const DISKS: u32 = 3;

const SUBNET: &str = "157ee789-03ea-45b1-a698-76c92660dd83";
const OTHER_SUBNET: &str = "257ee789-03ea-45b1-a698-76c92660dd84";
const NETWORK: &str = "0dae26c9-9a70-4392-93f3-87d53115d171";
const OTHER_NETWORK: &str = "2dae26c9-9a70-4392-93f3-87d53115d172";
const IMAGE: &str = "1189efbf-d48b-46ad-a823-94b942e2a000";

/// Servers by their numbers; one of the numbers is of none.
type Some = BTreeSet<u32>;

/// One step of a sequence.
#[derive(Clone, Debug)]
pub enum Ask {
    Order(Order),
    Part(Part),
    Word(Word),
    Nova(Nova),
    Keep(Keep),
    /// Let all work end.
    Settle,
    /// Fold the log, so that what ended is read from the archive.
    Archive,
}

#[derive(Clone, Debug)]
pub enum Order {
    Power(&'static str, Some),
    Delete(Some),
    Rename(Some),
    Password(Some),
    Resize(Some, &'static str),
    Reinstall(u32),
    Create(usize),
    Migrate(u32),
    Redeploy(u32),
    Charge(Some, &'static str),
}

/// Disks and interfaces.
#[derive(Clone, Debug)]
pub enum Part {
    Attach(u32, u32),
    Detach(u32, u32),
    Share(Some),
    Unshare(Some),
    /// Whether a disk goes with its server.
    Bind(u32, u32, bool),
    AddNic(u32),
    /// The last of a server's interfaces.
    DeleteNic(u32),
    /// Whether to the other network.
    ChangeNetwork(u32, bool),
}

/// What is said of a server.
#[derive(Clone, Debug)]
pub enum Word {
    Tag(u32, &'static str, &'static str),
    Untag(u32, &'static str),
    Metadata(u32, &'static str),
    ForgetMetadata(u32),
    Describe(u32),
}

/// The recycle bin, and the one server group there is.
#[derive(Clone, Debug)]
pub enum Keep {
    /// Whether what is deleted goes into the bin.
    Switch(bool),
    Restore(u32),
    Purge(u32),
    /// Whether a server is in the group.
    Member(u32, bool),
}

#[derive(Clone, Debug)]
pub enum Nova {
    /// An action: its body's key and what stands under it.
    Act(u32, &'static str, &'static str),
    Rename(u32),
    Delete(u32),
    /// Whether what was noted before is forgotten.
    Note(u32, bool),
    Attach(u32, u32),
    Detach(u32, u32),
    AddNic(u32),
    DeleteNic(u32),
    Create,
}

fn some() -> impl Strategy<Value = Some> {
    proptest::collection::btree_set(1..=SERVERS + 1, 1..4)
}

fn one() -> impl Strategy<Value = u32> {
    1..=SERVERS
}

fn disk() -> impl Strategy<Value = u32> {
    1..=DISKS
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(words)
}

const ACTIONS: &[(&str, &str)] = &[
    ("os-start", "null"),
    ("os-stop", "{}"),
    ("reboot", r#"{"type":"HARD"}"#),
    ("resize", r#"{"flavorRef":"s6.medium.2"}"#),
    ("rebuild", r#"{"imageRef":"1189efbf-d48b-46ad-a823-94b942e2a000"}"#),
    ("changePassword", r#"{"adminPass":"Probe@Pass4"}"#),
    ("resize", r#"{"flavorRef":"s6.large.2"}"#),
    ("confirmResize", "null"),
    ("revertResize", "null"),
    ("lock", r#""""#),
    ("unlock", r#""""#),
];

pub fn ask() -> impl Strategy<Value = Ask> {
    let power = word(&["os-start", "os-stop", "reboot"]);
    let flavor = word(&["s6.small.1", "s6.large.2", "no.such.1"]);
    let orders = prop_oneof![
        4 => (power, some()).prop_map(|(key, on)| Order::Power(key, on)),
        2 => some().prop_map(Order::Delete),
        1 => some().prop_map(Order::Rename),
        1 => some().prop_map(Order::Password),
        2 => (some(), flavor).prop_map(|(on, to)| Order::Resize(on, to)),
        1 => one().prop_map(Order::Reinstall),
        1 => (1..3usize).prop_map(Order::Create),
        1 => one().prop_map(Order::Migrate),
        1 => one().prop_map(Order::Redeploy),
        1 => (some(), word(&["prePaid", "postPaid"])).prop_map(|(on, to)| Order::Charge(on, to)),
    ];
    let parts = prop_oneof![
        4 => (one(), disk()).prop_map(|(on, disk)| Part::Attach(on, disk)),
        2 => (one(), disk()).prop_map(|(on, disk)| Part::Detach(on, disk)),
        1 => some().prop_map(Part::Share),
        1 => some().prop_map(Part::Unshare),
        1 => (one(), disk(), any::<bool>()).prop_map(|(on, disk, goes)| Part::Bind(on, disk, goes)),
        2 => one().prop_map(Part::AddNic),
        1 => one().prop_map(Part::DeleteNic),
        1 => (one(), any::<bool>()).prop_map(|(on, other)| Part::ChangeNetwork(on, other)),
    ];
    let words = prop_oneof![
        2 => (one(), word(&["stage", "team"]), word(&["", "a", "b"]))
            .prop_map(|(on, key, value)| Word::Tag(on, key, value)),
        1 => (one(), word(&["stage", "team"])).prop_map(|(on, key)| Word::Untag(on, key)),
        1 => (one(), word(&["1", "2"])).prop_map(|(on, value)| Word::Metadata(on, value)),
        1 => one().prop_map(Word::ForgetMetadata),
        1 => one().prop_map(Word::Describe),
    ];
    let nova = prop_oneof![
        9 => (one(), prop::sample::select(ACTIONS)).prop_map(|(on, (key, what))| Nova::Act(on, key, what)),
        1 => (one(), any::<bool>()).prop_map(|(on, afresh)| Nova::Note(on, afresh)),
        1 => (one(), disk()).prop_map(|(on, disk)| Nova::Attach(on, disk)),
        1 => (one(), disk()).prop_map(|(on, disk)| Nova::Detach(on, disk)),
        1 => one().prop_map(Nova::AddNic),
        1 => one().prop_map(Nova::DeleteNic),
        1 => one().prop_map(Nova::Rename),
        1 => one().prop_map(Nova::Delete),
        1 => Just(Nova::Create),
    ];
    prop_oneof![
        6 => orders.prop_map(Ask::Order),
        4 => parts.prop_map(Ask::Part),
        2 => words.prop_map(Ask::Word),
        4 => nova.prop_map(Ask::Nova),
        2 => keep().prop_map(Ask::Keep),
        5 => Just(Ask::Settle),
        1 => Just(Ask::Archive),
    ]
}

fn keep() -> impl Strategy<Value = Keep> {
    prop_oneof![
        1 => any::<bool>().prop_map(Keep::Switch),
        1 => one().prop_map(Keep::Restore),
        1 => one().prop_map(Keep::Purge),
        2 => (one(), any::<bool>()).prop_map(|(on, joins)| Keep::Member(on, joins)),
    ]
}

fn ids(on: &Some) -> Vec<Value> {
    on.iter().map(|n| json!({"id": server_id(*n).to_string()})).collect()
}

fn bare_ids(on: &Some) -> Vec<String> {
    on.iter().map(|n| server_id(*n).to_string()).collect()
}

type Sent = (&'static str, String, Value);

impl Ask {
    /// The servers that it names.
    pub fn names(&self) -> Vec<u32> {
        match self {
            Ask::Order(order) => order.names(),
            Ask::Part(part) => part.names(),
            Ask::Word(word) => word.names(),
            Ask::Nova(nova) => nova.names(),
            Ask::Keep(keep) => keep.names(),
            Ask::Settle | Ask::Archive => Vec::new(),
        }
    }

    /// Its request, if it is one. `last_port` tells the last interface of a server.
    pub fn request(&self, group: &str, last_port: impl FnOnce(u32) -> String) -> Option<Sent> {
        match self {
            Ask::Order(order) => Some(order.request()),
            Ask::Part(part) => Some(part.request(last_port)),
            Ask::Word(word) => Some(word.request()),
            Ask::Nova(nova) => Some(nova.request(last_port)),
            Ask::Keep(keep) => Some(keep.request(group)),
            Ask::Settle | Ask::Archive => None,
        }
    }
}

impl Order {
    fn names(&self) -> Vec<u32> {
        match self {
            Order::Power(_, on)
            | Order::Delete(on)
            | Order::Rename(on)
            | Order::Password(on)
            | Order::Resize(on, _)
            | Order::Charge(on, _) => on.iter().copied().collect(),
            Order::Reinstall(n) | Order::Migrate(n) | Order::Redeploy(n) => vec![*n],
            Order::Create(_) => Vec::new(),
        }
    }

    fn request(&self) -> Sent {
        let root = format!("/v1/{PROJECT}/cloudservers");
        match self {
            Order::Power(key @ "os-start", on) => {
                ("POST", format!("{root}/action"), json!({*key: {"servers": ids(on)}}))
            }
            Order::Power(key, on) => {
                let body = json!({*key: {"servers": ids(on), "type": "SOFT"}});
                ("POST", format!("{root}/action"), body)
            }
            Order::Delete(on) => ("POST", format!("{root}/delete"), json!({"servers": ids(on)})),
            Order::Rename(on) => {
                let body = json!({"name": "renamed", "servers": ids(on)});
                ("PUT", format!("{root}/server-name"), body)
            }
            Order::Password(on) => {
                let body = json!({"new_password": "Probe@Pass2", "servers": ids(on)});
                ("PUT", format!("{root}/os-reset-passwords"), body)
            }
            Order::Resize(on, flavor) => {
                let resize = json!({"flavorRef": flavor, "servers": ids(on),
                                    "mode": "withStopServer"});
                ("POST", format!("{root}/batch-resize"), json!({"resize": resize}))
            }
            Order::Reinstall(n) => {
                let body = json!({"os-reinstall": {"adminpass": "Probe@Pass3",
                                                   "mode": "withStopServer"}});
                let path = format!("/v2/{PROJECT}/cloudservers/{}/reinstallos", server_id(*n));
                ("POST", path, body)
            }
            Order::Create(count) => {
                let server = json!({
                    "name": "made", "count": count, "flavorRef": "s6.small.1",
                    "imageRef": IMAGE, "vpcid": NETWORK,
                    "nics": [{"subnet_id": SUBNET}],
                    "root_volume": {"volumetype": "SSD"},
                    "data_volumes": [{"volumetype": "SAS", "size": 10}],
                });
                ("POST", root, json!({"server": server}))
            }
            Order::Migrate(n) => {
                ("POST", format!("{root}/{}/migrate", server_id(*n)), json!({"migrate": {}}))
            }
            Order::Redeploy(n) => {
                ("POST", format!("{root}/{}/actions/redeploy", server_id(*n)), json!({}))
            }
            Order::Charge(on, to) => {
                let paid = json!({"period_type": "month", "period_num": 1});
                let body = json!({"server_ids": bare_ids(on), "charge_mode": to,
                                  "prepaid_options": paid});
                ("POST", format!("{root}/actions/change-charge-mode"), body)
            }
        }
    }
}

impl Part {
    fn names(&self) -> Vec<u32> {
        match self {
            Part::Share(on) | Part::Unshare(on) => on.iter().copied().collect(),
            Part::Attach(n, _)
            | Part::Detach(n, _)
            | Part::Bind(n, _, _)
            | Part::AddNic(n)
            | Part::DeleteNic(n)
            | Part::ChangeNetwork(n, _) => vec![*n],
        }
    }

    fn request(&self, last_port: impl FnOnce(u32) -> String) -> Sent {
        let root = format!("/v1/{PROJECT}/cloudservers");
        let shared = format!("/v1/{PROJECT}/batchaction");
        match self {
            Part::Attach(n, disk) => {
                let body = json!({"volumeAttachment": {"volumeId": disk_id(*disk).to_string()}});
                ("POST", format!("{root}/{}/attachvolume", server_id(*n)), body)
            }
            Part::Detach(n, disk) => {
                let path = format!("{root}/{}/detachvolume/{}", server_id(*n), disk_id(*disk));
                ("DELETE", path, Value::Null)
            }
            Part::Share(on) => {
                let places: Vec<Value> =
                    bare_ids(on).into_iter().map(|id| json!({"server_id": id})).collect();
                let path = format!("{shared}/attachvolumes/{}", disk_id(2));
                ("POST", path, json!({"serverinfo": places}))
            }
            Part::Unshare(on) => {
                let path = format!("{shared}/detachvolumes/{}", disk_id(2));
                ("POST", path, json!({"serverinfo": bare_ids(on)}))
            }
            Part::Bind(n, disk, goes) => {
                let path = format!("{root}/{}/block_device/{}", server_id(*n), disk_id(*disk));
                ("PUT", path, json!({"block_device": {"delete_on_termination": goes}}))
            }
            Part::AddNic(n) => {
                let path = format!("{root}/{}/nics", server_id(*n));
                ("POST", path, json!({"nics": [{"subnet_id": SUBNET}]}))
            }
            Part::DeleteNic(n) => {
                let path = format!("{root}/{}/nics/delete", server_id(*n));
                ("POST", path, json!({"nics": [{"id": last_port(*n)}]}))
            }
            Part::ChangeNetwork(n, other) => {
                let (vpc, subnet) =
                    if *other { (OTHER_NETWORK, OTHER_SUBNET) } else { (NETWORK, SUBNET) };
                let path = format!("{root}/{}/changevpc", server_id(*n));
                let nic = json!({"subnet_id": subnet, "security_groups": []});
                ("POST", path, json!({"vpc_id": vpc, "nic": nic}))
            }
        }
    }
}

impl Word {
    fn names(&self) -> Vec<u32> {
        match self {
            Word::Tag(n, _, _)
            | Word::Untag(n, _)
            | Word::Metadata(n, _)
            | Word::ForgetMetadata(n)
            | Word::Describe(n) => vec![*n],
        }
    }

    fn request(&self) -> Sent {
        let root = |n: &u32| format!("/v1/{PROJECT}/cloudservers/{}", server_id(*n));
        match self {
            Word::Tag(n, key, value) => {
                let body = json!({"action": "create", "tags": [{"key": key, "value": value}]});
                ("POST", format!("{}/tags/action", root(n)), body)
            }
            Word::Untag(n, key) => {
                let body = json!({"action": "delete", "tags": [{"key": key}]});
                ("POST", format!("{}/tags/action", root(n)), body)
            }
            Word::Metadata(n, value) => {
                ("POST", format!("{}/metadata", root(n)), json!({"metadata": {"probe": value}}))
            }
            Word::ForgetMetadata(n) => {
                ("DELETE", format!("{}/metadata/probe", root(n)), Value::Null)
            }
            Word::Describe(n) => {
                let said = json!({"name": "said-anew", "description": "a probe"});
                ("PUT", root(n), json!({"server": said}))
            }
        }
    }
}

impl Nova {
    fn names(&self) -> Vec<u32> {
        match self {
            Nova::Act(n, _, _)
            | Nova::Rename(n)
            | Nova::Delete(n)
            | Nova::Note(n, _)
            | Nova::Attach(n, _)
            | Nova::Detach(n, _)
            | Nova::AddNic(n)
            | Nova::DeleteNic(n) => vec![*n],
            Nova::Create => Vec::new(),
        }
    }

    fn request(&self, last_port: impl FnOnce(u32) -> String) -> Sent {
        let root = format!("/v2.1/{PROJECT}/servers");
        match self {
            Nova::Act(n, key, what) => {
                let what: Value = serde_json::from_str(what).expect("an action is JSON");
                ("POST", format!("{root}/{}/action", server_id(*n)), json!({*key: what}))
            }
            Nova::Rename(n) => {
                let body = json!({"server": {"name": "named by nova"}});
                ("PUT", format!("{root}/{}", server_id(*n)), body)
            }
            Nova::Note(n, afresh) => {
                let method = if *afresh { "PUT" } else { "POST" };
                let body = json!({"metadata": {"noted": method}});
                (method, format!("{root}/{}/metadata", server_id(*n)), body)
            }
            Nova::Attach(n, disk) => {
                let body = json!({"volumeAttachment": {"volumeId": disk_id(*disk).to_string()}});
                ("POST", format!("{root}/{}/os-volume_attachments", server_id(*n)), body)
            }
            Nova::Detach(n, disk) => {
                let (server, disk) = (server_id(*n), disk_id(*disk));
                let path = format!("{root}/{server}/os-volume_attachments/{disk}");
                ("DELETE", path, Value::Null)
            }
            Nova::AddNic(n) => {
                let body = json!({"interfaceAttachment": {"net_id": SUBNET}});
                ("POST", format!("{root}/{}/os-interface", server_id(*n)), body)
            }
            Nova::DeleteNic(n) => {
                let path = format!("{root}/{}/os-interface/{}", server_id(*n), last_port(*n));
                ("DELETE", path, Value::Null)
            }
            Nova::Delete(n) => ("DELETE", format!("{root}/{}", server_id(*n)), Value::Null),
            Nova::Create => {
                let server = json!({"name": "made by nova", "flavorRef": "s6.small.1",
                                    "imageRef": IMAGE, "networks": [{"uuid": SUBNET}]});
                ("POST", root, json!({"server": server}))
            }
        }
    }
}

impl Keep {
    fn names(&self) -> Vec<u32> {
        match self {
            Keep::Switch(_) => Vec::new(),
            Keep::Restore(n) | Keep::Purge(n) | Keep::Member(n, _) => vec![*n],
        }
    }

    fn request(&self, group: &str) -> Sent {
        let bin = format!("/v1/{PROJECT}/recycle-bin");
        match self {
            Keep::Switch(on) => {
                let word = if *on { "on" } else { "off" };
                ("PUT", bin, json!({"recycle_bin": {"switch": word}}))
            }
            Keep::Restore(n) => {
                let path = format!("{bin}/cloudservers/{}/actions/revert", server_id(*n));
                ("POST", path, Value::Null)
            }
            Keep::Purge(n) => {
                ("DELETE", format!("{bin}/cloudservers/{}", server_id(*n)), Value::Null)
            }
            Keep::Member(n, joins) => {
                let key = if *joins { "add_member" } else { "remove_member" };
                let path = format!("/v1/{PROJECT}/cloudservers/os-server-groups/{group}/action");
                ("POST", path, json!({key: {"instance_uuid": server_id(*n).to_string()}}))
            }
        }
    }
}
