//! `DescribeTargets`.

use std::sync::Arc;

use regiment_core::model::{ForwardingRule, Listener, ProjectId};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, Listed, ShownTarget};
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::filters::{self, Filter};
use crate::tencent_v3::places::Zones;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    filters: Option<Vec<Filter>>,
    #[serde(flatten)]
    which: Which,
}

/// Which listeners are wanted; empty and absent are any.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Which {
    #[serde(default)]
    listener_ids: Vec<String>,
    protocol: Option<String>,
    port: Option<i64>,
}

impl Which {
    pub fn check(&self) -> Result<(), Refusal> {
        self.protocol.as_deref().map(clb::read_protocol).transpose()?;
        self.port.map(|port| clb::port("Port", port)).transpose()?;
        Ok(())
    }

    pub fn takes(&self, listener: &Listener) -> bool {
        let Which { listener_ids, protocol, port } = self;
        (listener_ids.is_empty() || listener_ids.contains(&ids::listener(listener.id)))
            && protocol.as_ref().is_none_or(|word| **word == *clb::protocol(listener.protocol))
            && port.is_none_or(|port| port == i64::from(listener.port))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    listeners: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    listener_id: String,
    protocol: &'static str,
    port: u16,
    /// Of HTTP and HTTPS.
    rules: Vec<OfRule>,
    targets: Vec<ShownTarget>,
    end_port: u16,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OfRule {
    location_id: String,
    domain: Arc<str>,
    url: Arc<str>,
    targets: Vec<ShownTarget>,
}

/// Filters by name. No target has a tag.
const BY_RULE: &str = "location-id";
const FILTERS: [&str; 3] = [BY_RULE, "private-ip-address", "tag"];

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    wanted.which.check()?;
    let filters = filters::check(wanted.filters.as_ref(), |name| FILTERS.contains(&name))?;
    let (project, region) = (call.project(), call.region.clone());
    Ok(call.look(move |view| {
        let zones = Zones::of(view.world, &region);
        list(view, project, &wanted, &filters, &zones)
    }))
}

fn list(
    view: &View<'_>,
    project: ProjectId,
    wanted: &Wanted,
    filters: &[Filter],
    zones: &Zones,
) -> Result<List, Refusal> {
    let balancer = clb::find(view, project, &wanted.load_balancer_id)?;
    let of_target = |target: &Listed<'_>| {
        filters.iter().all(|filter| match &*filter.name {
            "private-ip-address" => target.addresses().iter().any(|address| filter.is(address)),
            name => name == BY_RULE,
        })
    };
    let by_rule: Vec<&Filter> = filters.iter().filter(|filter| filter.name == BY_RULE).collect();
    let show = |found: Vec<Listed<'_>>| {
        found.iter().filter(|one| of_target(one)).map(|target| target.show(zones)).collect()
    };
    let of_rule = |rule: &ForwardingRule| OfRule {
        location_id: ids::rule(rule.id),
        domain: rule.domain.clone(),
        url: rule.path.clone(),
        targets: show(Listed::of_rule(view, rule)),
    };
    let show_listener = |listener: &Listener| {
        let takes = |rule: &&ForwardingRule| by_rule.iter().all(|one| one.is(&ids::rule(rule.id)));
        // What is behind no rule is not behind the one that is asked for.
        let own = by_rule.is_empty().then(|| show(Listed::of(view, balancer, listener)));
        Item {
            listener_id: ids::listener(listener.id),
            protocol: clb::protocol(listener.protocol),
            port: listener.port,
            rules: listener.rules.iter().filter(takes).map(of_rule).collect(),
            targets: own.unwrap_or_default(),
            end_port: 0,
        }
    };
    let listeners = balancer.listeners.iter().filter(|listener| wanted.which.takes(listener));
    Ok(List { listeners: listeners.map(show_listener).collect() })
}
