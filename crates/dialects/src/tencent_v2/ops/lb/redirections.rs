//! `DescribeRewrite`: the rules that send their clients on.

use std::sync::Arc;

use regiment_core::model::{
    ForwardingRule, HealthCheck, Listener, LoadBalancer, ProjectId, Redirection,
};
use regiment_core::world::World;
use serde::Serialize;

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::ops::servers;
use crate::tencent_v2::{lb, task};

#[derive(Serialize)]
struct Body {
    data: List,
}

#[derive(Serialize)]
struct List {
    #[serde(rename = "RewriteSet")]
    rewrites: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    #[serde(rename = "uListenerId")]
    listener: String,
    #[serde(rename = "uLocationId")]
    rule: String,
    domain: Arc<str>,
    url: Arc<str>,
    #[serde(rename = "httpGzip")]
    gzip: bool,
    #[serde(rename = "httpHash")]
    scheduler: Arc<str>,
    keep_time: u32,
    #[serde(rename = "targetuListenerId")]
    target_listener: String,
    #[serde(rename = "targetuLocationId")]
    target_rule: String,
    #[serde(rename = "bAutoCreated")]
    automatic: u32,
    health: Check,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    health_num: u32,
    http_check_path: Arc<str>,
    http_code: u32,
    interval_time: u32,
    switch: u32,
    time_out: u32,
    unhealth_num: u32,
}

struct Wanted {
    balancers: Vec<String>,
    listeners: Vec<String>,
    rules: Vec<String>,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let wanted = Wanted {
        balancers: servers::values(&fields, "loadBalancerIds")?,
        listeners: servers::values(&fields, "listenerIds")?,
        rules: servers::values(&fields, "locationIds")?,
    };
    let project = call.project();
    Ok(Action::look(move |view| task::shown(wanted.list(view.world, project))))
}

impl Wanted {
    /// With no load balancer named, those of the whole project.
    fn list(&self, world: &World, project: ProjectId) -> Result<Body, Refusal> {
        let balancers: Vec<&LoadBalancer> = if self.balancers.is_empty() {
            world.balancers().filter(|one| one.project == project && one.routes).collect()
        } else {
            let find = |id: &String| lb::find_application(world, project, id);
            self.balancers.iter().map(find).collect::<Result<_, _>>()?
        };
        let rules = balancers.iter().flat_map(|balancer| {
            balancer.rules().filter_map(|(listener, rule)| Item::of(balancer, listener, rule))
        });
        Ok(Body { data: List { rewrites: rules.filter(|item| self.takes(item)).collect() } })
    }

    fn takes(&self, item: &Item) -> bool {
        (self.listeners.is_empty() || self.listeners.contains(&item.listener))
            && (self.rules.is_empty() || self.rules.contains(&item.rule))
    }
}

impl Item {
    fn of(balancer: &LoadBalancer, listener: &Listener, rule: &ForwardingRule) -> Option<Item> {
        let Redirection { to, code: _, keeps_path: _, automatic } = *rule.redirection.as_ref()?;
        let (target, end) = balancer.rule(to)?;
        Some(Item {
            listener: ids::listener(listener.id),
            rule: ids::rule(rule.id),
            domain: rule.domain.clone(),
            url: rule.path.clone(),
            gzip: false,
            scheduler: rule.scheduler.clone(),
            keep_time: rule.session_s,
            target_listener: ids::listener(target.id),
            target_rule: ids::rule(end.id),
            automatic: u32::from(automatic),
            health: Check::of(&rule.health),
        })
    }
}

impl Check {
    fn of(check: &HealthCheck) -> Check {
        Check {
            health_num: check.healthy_after,
            http_check_path: check.http_path.clone(),
            http_code: check.http_codes,
            interval_time: check.interval_s,
            switch: u32::from(check.on),
            time_out: check.timeout_s,
            unhealth_num: check.unhealthy_after,
        }
    }
}
