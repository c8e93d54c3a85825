//! `DescribeTargetHealth`.

use std::sync::Arc;

use regiment_core::model::{ForwardingRule, HealthCheck, Listener, LoadBalancer};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::{health, ids};
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, Listed};
use crate::tencent_v3::faults::Refusal;

/// Load balancers in one call.
const BALANCERS_MAX: usize = 30;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Wanted {
    load_balancer_ids: Vec<String>,
    #[serde(default)]
    listener_ids: Vec<String>,
    #[serde(default)]
    location_ids: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    load_balancers: Vec<OfBalancer>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OfBalancer {
    load_balancer_id: String,
    load_balancer_name: Arc<str>,
    listeners: Vec<OfListener>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OfListener {
    listener_id: String,
    listener_name: Arc<str>,
    protocol: &'static str,
    port: u16,
    rules: Vec<OfRule>,
}

/// Targets of TCP and UDP have a rule without a name.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OfRule {
    location_id: String,
    domain: Option<Arc<str>>,
    url: Option<Arc<str>>,
    rule_id: &'static str,
    targets: Vec<OfTarget>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OfTarget {
    #[serde(rename = "IP")]
    ip: String,
    port: u16,
    health_status: bool,
    target_id: String,
    health_status_detail: &'static str,
    /// The vendor's slip of the pen, which its clients may read.
    health_status_detial: &'static str,
    target_group_id: &'static str,
    weight: u32,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    if !(1..=BALANCERS_MAX).contains(&wanted.load_balancer_ids.len()) {
        return Err(Refusal::bad_length("LoadBalancerIds", 1, BALANCERS_MAX));
    }
    let project = call.project();
    Ok(call.look(move |view| {
        let of = |id: &String| {
            clb::find(view, project, id).map(|balancer| of_balancer(view, balancer, &wanted))
        };
        let load_balancers = wanted.load_balancer_ids.iter().map(of).collect::<Result<_, _>>()?;
        Ok(List { load_balancers })
    }))
}

fn of_balancer(view: &View<'_>, balancer: &LoadBalancer, wanted: &Wanted) -> OfBalancer {
    let ids = &wanted.listener_ids;
    let takes = |one: &&Listener| ids.is_empty() || ids.contains(&ids::listener(one.id));
    let of_listener = |listener: &Listener| {
        let wants = |rule: &&ForwardingRule| {
            wanted.location_ids.is_empty() || wanted.location_ids.contains(&ids::rule(rule.id))
        };
        let of_rules = listener.rules.iter().filter(wants).map(|rule| OfRule {
            location_id: ids::rule(rule.id),
            domain: Some(rule.domain.clone()),
            url: Some(rule.path.clone()),
            rule_id: "",
            targets: all(&rule.health, &Listed::of_rule(view, rule)),
        });
        let targets = all(&listener.health, &Listed::of(view, balancer, listener));
        let (location_id, rule_id) = (String::new(), "");
        let rule = OfRule { location_id, domain: None, url: None, rule_id, targets };
        // Rules that have names are asked for by them.
        let own = !listener.protocol.has_rules() && wanted.location_ids.is_empty();
        OfListener {
            listener_id: ids::listener(listener.id),
            listener_name: listener.name.clone(),
            protocol: clb::protocol(listener.protocol),
            port: listener.port,
            rules: Some(rule).filter(|_| own).into_iter().chain(of_rules).collect(),
        }
    };
    OfBalancer {
        load_balancer_id: ids::balancer(balancer.id),
        load_balancer_name: balancer.name.clone(),
        listeners: balancer.listeners.iter().filter(takes).map(of_listener).collect(),
    }
}

fn all(check: &HealthCheck, targets: &[Listed<'_>]) -> Vec<OfTarget> {
    targets.iter().map(|target| of_target(check, target)).collect()
}

fn of_target(check: &HealthCheck, target: &Listed<'_>) -> OfTarget {
    let detail = if check.on { health::detail(target.server) } else { "Close" };
    OfTarget {
        ip: target.addresses().into_iter().next().unwrap_or_default(),
        port: target.port,
        // What is not looked at counts as well.
        health_status: matches!(detail, "Alive" | "Close"),
        target_id: ids::instance(target.server.id.handle()),
        health_status_detail: detail,
        health_status_detial: detail,
        target_group_id: "",
        weight: target.weight,
    }
}
