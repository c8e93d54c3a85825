//! Lists: filters by a thing's own fields, then a page after a marker.

use serde_json::{Map, Value, json};

use super::Kind;
use crate::Answer;
use crate::huawei::answer::Reply;
use crate::huawei::faults::Row;
use crate::huawei::filter::Query;

/// Which of the three APIs is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Style {
    V1,
    V3,
    Neutron,
}

/// The most that one page shows, and what it shows when nothing is said.
const PAGE_MAX: usize = 2000;

/// The fields that lists can be filtered by: those of any kind of thing.
const FILTERS: [&str; 14] = [
    "id",
    "name",
    "description",
    "cidr",
    "vpc_id",
    "network_id",
    "device_id",
    "device_owner",
    "mac_address",
    "status",
    "gateway_ip",
    "tenant_id",
    "project_id",
    "enterprise_project_id",
];

pub(super) struct Page {
    kind: Kind,
    style: Style,
    limit: usize,
    marker: Option<String>,
    filters: Vec<(&'static str, Vec<String>)>,
    /// Ports: an address they have.
    address: Option<String>,
    /// Ports: a group they are in.
    groups: Vec<String>,
}

/// What the body of a list and of one thing is called.
const fn names(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Vpcs => ("vpcs", "vpc"),
        Kind::Networks => ("networks", "network"),
        Kind::Subnets => ("subnets", "subnet"),
        Kind::Ports => ("ports", "port"),
        Kind::SecurityGroups => ("security_groups", "security_group"),
    }
}

impl Page {
    pub fn of(query: &Query, kind: Kind, style: Style) -> Result<Page, Row> {
        let owned = |values: Vec<&str>| values.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let filters = FILTERS.iter().filter_map(|key| {
            let mut wanted = owned(query.all(key).collect());
            // All projects of an enterprise are what every caller sees.
            wanted.retain(|value| value != "all_granted_eps");
            (!wanted.is_empty()).then_some((*key, wanted))
        });
        let address = query.all("fixed_ips").find_map(|text| text.strip_prefix("ip_address="));
        Ok(Page {
            kind,
            style,
            limit: query.number("limit", 0..=PAGE_MAX, PAGE_MAX)?,
            marker: query.get("marker").map(str::to_owned),
            filters: filters.collect(),
            address: address.map(str::to_owned),
            groups: owned(query.all("security_groups").collect()),
        })
    }

    fn wants(&self, thing: &Value) -> bool {
        let own = |(key, wanted): &(&str, Vec<String>)| match thing.get(key) {
            Some(Value::String(text)) => wanted.contains(text),
            // A field that a kind does not have filters nothing.
            Some(_) | None => true,
        };
        let has = |list: &str, wanted: &str, of: fn(&Value) -> &Value| {
            thing[list].as_array().is_some_and(|all| all.iter().any(|one| *of(one) == *wanted))
        };
        let addressed = |wanted: &String| has("fixed_ips", wanted, |one| &one["ip_address"]);
        let grouped = |wanted: &String| has("security_groups", wanted, |one| one);
        self.filters.iter().all(own)
            && self.address.as_ref().is_none_or(addressed)
            && self.groups.iter().all(grouped)
    }

    pub fn answer(&self, reply: Reply, all: impl Iterator<Item = Value>) -> Answer {
        let mut before = self.marker.as_deref();
        let after_marker = all.filter(|thing| match before {
            Some(marker) => {
                if thing["id"] == *marker {
                    before = None;
                }
                false
            }
            None => true,
        });
        let mut wanted = after_marker.filter(|thing| self.wants(thing));
        let things: Vec<Value> = wanted.by_ref().take(self.limit).collect();
        let more = self.limit > 0 && wanted.next().is_some();
        let mut body = Map::new();
        if self.style == Style::V3 {
            let mut info = json!({"current_count": things.len()});
            if let (Some(first), Some(last)) = (things.first(), things.last()) {
                info["previous_marker"] = first["id"].clone();
                if more {
                    info["next_marker"] = last["id"].clone();
                }
            }
            body.insert("request_id".to_owned(), reply.request.plain().into());
            body.insert("page_info".to_owned(), info);
        }
        body.insert(names(self.kind).0.to_owned(), Value::Array(things));
        reply.json(200, &body)
    }
}

pub(super) fn one(reply: Reply, kind: Kind, style: Style, thing: Value) -> Answer {
    let mut body = Map::new();
    if style == Style::V3 {
        body.insert("request_id".to_owned(), reply.request.plain().into());
    }
    body.insert(names(kind).1.to_owned(), thing);
    reply.json(200, &body)
}
