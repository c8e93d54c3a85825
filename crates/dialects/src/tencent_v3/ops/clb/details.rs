//! `DescribeLoadBalancersDetail`: a line for each load balancer, or for each listener, rule or target
//! of it, as deep as the fields go that are asked for.

use std::sync::Arc;

use regiment_core::model::{ForwardingRule, Listener, LoadBalancer, ProjectId, Reach};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::balancers::{self, Teller};
use crate::Action;
use crate::tencent::{health, ids};
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, Listed, hints};
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::filters::{self, Filter, Page};

/// Told whether asked for or not.
const ALWAYS: [&str; 4] = ["Egress", "LoadBalancerDomain", "LoadBalancerId", "LoadBalancerName"];

const OF_BALANCER: [&str; 28] = [
    "Address",
    "AddressIPVersion",
    "AddressIPv6",
    "AddressIsp",
    "AttributeFlags",
    "AvailableZoneAffinityInfo",
    "ChargeType",
    "ConfigId",
    "CreateTime",
    "Exclusive",
    "ExtraInfo",
    "IPv6Mode",
    "Isolation",
    "LoadBalancerDomain",
    "LoadBalancerId",
    "LoadBalancerName",
    "LoadBalancerPassToTarget",
    "LoadBalancerType",
    "NetworkAttributes",
    "PrepaidAttributes",
    "ProjectId",
    "SecurityGroup",
    "SlaType",
    "Status",
    "Tags",
    "VpcId",
    "Zone",
    "Zones",
];
const OF_BALANCER_TOO: [&str; 2] = ["Egress", "SlaveZone"];
const OF_LISTENER: [&str; 4] = ["ListenerId", "Port", "Protocol", "SniSwitch"];
const OF_RULE: [&str; 4] = ["Domain", "Domains", "LocationId", "Url"];
const OF_TARGET: [&str; 5] =
    ["TargetAddress", "TargetHealth", "TargetId", "TargetPort", "TargetWeight"];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    limit: Option<u64>,
    offset: Option<u64>,
    #[serde(default)]
    fields: Vec<String>,
    target_type: Option<String>,
    filters: Option<Vec<Filter>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    total_count: usize,
    load_balancer_detail_set: Vec<Map<String, Value>>,
}

const FILTERS: [&str; 9] = [
    "fuzzy-search",
    "loadbalancer-id",
    "network",
    "project-id",
    "tag-key",
    "target-ip",
    "vip",
    "vpcid",
    "zone",
];

/// How far a line goes down.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    Balancer,
    Listener,
    Rule,
    Target,
}

/// What one line is about.
struct Line<'v, 'a> {
    balancer: &'v LoadBalancer,
    listener: Option<&'v Listener>,
    rule: Option<&'v ForwardingRule>,
    target: Option<&'a Listed<'v>>,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let number = |said: Option<u64>| said.map(|said| i64::try_from(said).unwrap_or(i64::MAX));
    let page = Page::read(number(wanted.offset), number(wanted.limit))?;
    let depth = wanted.depth()?;
    let known = |name: &str| FILTERS.contains(&name) || name.starts_with("tag:");
    let filters = filters::check(wanted.filters.as_ref(), known)?;
    let (project, region) = (call.project(), call.region.clone());
    Ok(call.look(move |view| {
        let teller = Teller::of(view, project, &region);
        let (total_count, part) = page.of(lines(view, project, &teller, &filters, depth, &wanted));
        Ok(List { total_count, load_balancer_detail_set: part.collect() })
    }))
}

impl Wanted {
    fn depth(&self) -> Result<Depth, Refusal> {
        let mut depth = Depth::Balancer;
        for field in &self.fields {
            let name = field.as_str();
            depth = depth.max(match name {
                _ if OF_BALANCER.contains(&name) || OF_BALANCER_TOO.contains(&name) => {
                    Depth::Balancer
                }
                _ if OF_LISTENER.contains(&name) => Depth::Listener,
                _ if OF_RULE.contains(&name) => Depth::Rule,
                _ if OF_TARGET.contains(&name) => Depth::Target,
                _ => return Err(Refusal::bad("InvalidParameterValue", "Fields", name)),
            });
        }
        match self.target_type.as_deref() {
            Some("NODE") => Ok(depth),
            Some("GROUP") => Err(Refusal::not_served("TargetType")),
            Some(word) => Err(Refusal::bad("InvalidParameterValue", "TargetType", word)),
            None if depth > Depth::Balancer => Err(Refusal::missing("TargetType")),
            None => Ok(depth),
        }
    }
}

fn lines(
    view: &View<'_>,
    project: ProjectId,
    teller: &Teller<'_>,
    filters: &[Filter],
    depth: Depth,
    wanted: &Wanted,
) -> Vec<Map<String, Value>> {
    let mut ours: Vec<&LoadBalancer> = view
        .world
        .balancers()
        .filter(|one| {
            one.project == project && filters.iter().all(|filter| takes(teller, one, filter))
        })
        .collect();
    ours.sort_by_key(|balancer| std::cmp::Reverse(balancer.order));
    let mut lines = Vec::new();
    for balancer in ours {
        let mut put = |listener, rule, target: Option<&Listed<'_>>| {
            let line = Line { balancer, listener, rule, target };
            lines.push(line.tell(teller, wanted));
        };
        if depth == Depth::Balancer || balancer.listeners.is_empty() {
            put(None, None, None);
            continue;
        }
        for listener in &balancer.listeners {
            let own = Listed::of(view, balancer, listener);
            if depth == Depth::Listener || own.is_empty() && listener.rules.is_empty() {
                put(Some(listener), None, None);
                continue;
            }
            if depth == Depth::Target {
                own.iter().for_each(|target| put(Some(listener), None, Some(target)));
            } else if listener.rules.is_empty() {
                put(Some(listener), None, None);
            }
            for rule in &listener.rules {
                let targets = Listed::of_rule(view, rule);
                if depth == Depth::Rule || targets.is_empty() {
                    put(Some(listener), Some(rule), None);
                } else {
                    targets.iter().for_each(|one| put(Some(listener), Some(rule), Some(one)));
                }
            }
        }
    }
    lines
}

fn takes(teller: &Teller<'_>, balancer: &LoadBalancer, filter: &Filter) -> bool {
    let address = balancer.address.to_string();
    match &*filter.name {
        "fuzzy-search" => filter.is_in(&address) || filter.is_in(&balancer.name),
        "loadbalancer-id" => filter.is(&ids::balancer(balancer.id)),
        "network" => filter.is(network(balancer.reach)),
        "project-id" => filter.is(&clb::number(&balancer.hints, hints::PROJECT).to_string()),
        "tag-key" => balancer.tags.iter().any(|tag| filter.is(&tag.key)),
        "target-ip" => teller.forwards_to(balancer, &filter.values),
        "vip" => filter.is(&address),
        "vpcid" => filter.is(balancers::network(balancer)),
        "zone" => teller.zone(balancer).is_some_and(|zone| filter.is(&zone)),
        name => {
            let key = name.strip_prefix("tag:").unwrap_or_default();
            balancer.tags.iter().any(|tag| *tag.key == *key && filter.is(&tag.value))
        }
    }
}

const fn network(reach: Reach) -> &'static str {
    match reach {
        Reach::Public => "Public",
        Reach::Private => "Private",
    }
}

impl Line<'_, '_> {
    fn tell(&self, teller: &Teller<'_>, wanted: &Wanted) -> Map<String, Value> {
        let shown = serde_json::to_value(teller.tell(self.balancer)).unwrap_or_default();
        let asked =
            |name: &str| ALWAYS.contains(&name) || wanted.fields.iter().any(|field| field == name);
        let all = OF_BALANCER.iter().map(|name| (*name, self.of_balancer(name, &shown)));
        let all = all.chain(OF_BALANCER_TOO.map(|name| (name, self.of_balancer(name, &shown))));
        all.chain(self.of_listener())
            .chain(self.of_rule())
            .chain(self.of_target())
            .map(|(name, value)| (name.to_owned(), if asked(name) { value } else { Value::Null }))
            .collect()
    }

    /// What the other list tells of it, under the names and in the forms of this one.
    fn of_balancer(&self, name: &str, shown: &Value) -> Value {
        match name {
            "Address" => json!(self.balancer.address.to_string()),
            "AddressIPVersion" => json!("IPv4"),
            "AddressIsp" => match self.balancer.reach {
                Reach::Public => shown["VipIsp"].clone(),
                Reach::Private => json!("INTERNAL"),
            },
            "Egress" => json!(""),
            "Exclusive" => json!(0),
            "LoadBalancerPassToTarget" => {
                json!(u8::from(shown["LoadBalancerPassToTarget"] == true))
            }
            "LoadBalancerType" => json!(network(self.balancer.reach)),
            "SecurityGroup" => shown["SecureGroups"].clone(),
            "Zone" => shown["MasterZone"]["Zone"].clone(),
            name => shown[name].clone(),
        }
    }

    fn of_listener(&self) -> [(&'static str, Value); 4] {
        let of = |tell: fn(&Listener) -> Value| self.listener.map_or(Value::Null, tell);
        [
            ("ListenerId", of(|one| json!(ids::listener(one.id)))),
            ("Port", of(|one| json!(one.port))),
            ("Protocol", of(|one| json!(clb::protocol(one.protocol)))),
            ("SniSwitch", of(|one| json!(clb::number(&one.hints, hints::SNI)))),
        ]
    }

    fn of_rule(&self) -> [(&'static str, Value); 4] {
        let of = |tell: fn(&ForwardingRule) -> Value| self.rule.map_or(Value::Null, tell);
        let domain = |rule: &ForwardingRule| json!(Arc::clone(&rule.domain));
        [
            ("Domain", of(domain)),
            ("Domains", of(domain)),
            ("LocationId", of(|one| json!(ids::rule(one.id)))),
            ("Url", of(|one| json!(one.path))),
        ]
    }

    fn of_target(&self) -> [(&'static str, Value); 5] {
        let check = self.rule.map(|rule| &rule.health);
        let on = check.or(self.listener.map(|one| &one.health)).is_some_and(|check| check.on);
        let of = |tell: &dyn Fn(&Listed<'_>) -> Value| self.target.map_or(Value::Null, tell);
        [
            ("TargetAddress", of(&|one| json!(one.addresses().first()))),
            (
                "TargetHealth",
                of(&|one| json!(if on { health::detail(one.server) } else { "Close" })),
            ),
            ("TargetId", of(&|one| json!(ids::instance(one.server.id.handle())))),
            ("TargetPort", of(&|one| json!(one.port))),
            ("TargetWeight", of(&|one| json!(one.weight))),
        ]
    }
}
