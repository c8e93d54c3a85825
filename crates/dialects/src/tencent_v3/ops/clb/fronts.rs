//! `DescribeLBListeners`: what forwards to private addresses, in whichever load balancer.

use std::sync::Arc;

use regiment_core::model::{ForwardingRule, Listener, LoadBalancer};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, Listed};
use crate::tencent_v3::faults::Refusal;

/// Addresses in one call.
const BACKENDS_MAX: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    backends: Vec<WantedBackend>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WantedBackend {
    vpc_id: String,
    private_ip: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    load_balancers: Vec<OfBalancer>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OfBalancer {
    region: Arc<str>,
    load_balancer_id: String,
    vip: String,
    listeners: Vec<OfListener>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OfListener {
    listener_id: String,
    protocol: &'static str,
    port: u16,
    end_port: u16,
    /// Of HTTP and HTTPS.
    rules: Option<Vec<OfRule>>,
    /// Of the others.
    targets: Option<Vec<Target>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OfRule {
    location_id: String,
    domain: Arc<str>,
    url: Arc<str>,
    targets: Vec<Target>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    #[serde(rename = "Type")]
    kind: &'static str,
    private_ip: String,
    port: u16,
    /// Networks have no numbers here.
    vpc_id: u64,
    weight: u32,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    if !(1..=BACKENDS_MAX).contains(&wanted.backends.len()) {
        return Err(Refusal::bad_length("Backends", 1, BACKENDS_MAX));
    }
    let (project, region) = (call.project(), call.region.clone());
    Ok(call.look(move |view| {
        let ours = view.world.balancers().filter(|balancer| balancer.project == project);
        let of = |balancer: &LoadBalancer| {
            let all = balancer.listeners.iter();
            let listeners: Vec<OfListener> =
                all.filter_map(|listener| wanted.of_listener(view, balancer, listener)).collect();
            (!listeners.is_empty()).then(|| OfBalancer {
                region: region.clone(),
                load_balancer_id: ids::balancer(balancer.id),
                vip: balancer.address.to_string(),
                listeners,
            })
        };
        Ok(List { load_balancers: ours.filter_map(of).collect() })
    }))
}

impl Wanted {
    /// The wanted addresses that a server has.
    fn among(&self, targets: &[Listed<'_>]) -> Vec<Target> {
        let mut found = Vec::new();
        for target in targets {
            let vpc = target.server.details.network.map(ids::network).unwrap_or_default();
            for address in target.addresses() {
                if self.backends.iter().any(|one| one.vpc_id == vpc && one.private_ip == address) {
                    found.push(Target {
                        kind: "cvm",
                        private_ip: address,
                        port: target.port,
                        vpc_id: 0,
                        weight: target.weight,
                    });
                }
            }
        }
        found
    }

    fn of_listener(
        &self,
        view: &View<'_>,
        balancer: &LoadBalancer,
        listener: &Listener,
    ) -> Option<OfListener> {
        let of_rule = |rule: &ForwardingRule| {
            let targets = self.among(&Listed::of_rule(view, rule));
            (!targets.is_empty()).then(|| OfRule {
                location_id: ids::rule(rule.id),
                domain: rule.domain.clone(),
                url: rule.path.clone(),
                targets,
            })
        };
        let rules: Vec<OfRule> = listener.rules.iter().filter_map(of_rule).collect();
        let targets = self.among(&Listed::of(view, balancer, listener));
        if rules.is_empty() && targets.is_empty() {
            return None;
        }
        let web = listener.protocol.has_rules();
        Some(OfListener {
            listener_id: ids::listener(listener.id),
            protocol: clb::protocol(listener.protocol),
            port: listener.port,
            end_port: 0,
            rules: web.then_some(rules),
            // A classic one forwards without rules, whatever its protocol.
            targets: (!web || !targets.is_empty()).then_some(targets),
        })
    }
}
