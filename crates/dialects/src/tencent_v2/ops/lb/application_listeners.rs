//! `DescribeForwardLBListeners`.

use std::sync::Arc;

use regiment_core::model::{ForwardingRule, Listener, Protocol};
use serde::Serialize;

use super::listeners::Secure;
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb;
use crate::tencent_v2::ops::servers;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::task;

/// Which listeners of a load balancer are wanted; empty and absent are any.
pub struct Which {
    pub balancer: String,
    ids: Vec<String>,
    protocol: Option<Protocol>,
    port: Option<u32>,
}

impl Which {
    pub fn read(fields: &Fields<'_>) -> Result<Which, Refusal> {
        Ok(Which {
            balancer: fields.need("loadBalancerId")?.to_owned(),
            ids: servers::values(fields, "listenerIds")?,
            protocol: fields.number("protocol", 1..=4)?.map(lb::protocol),
            port: fields.number("loadBalancerPort", 1..=65_535)?,
        })
    }

    pub fn takes(&self, listener: &Listener) -> bool {
        (self.ids.is_empty() || self.ids.contains(&ids::listener(listener.id)))
            && self.protocol.is_none_or(|protocol| protocol == listener.protocol)
            && self.port.is_none_or(|port| port == u32::from(listener.port))
    }
}

#[derive(Serialize)]
struct List {
    #[serde(rename = "listenerSet")]
    listeners: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    listener_id: String,
    load_balancer_port: u16,
    protocol: u32,
    protocol_type: &'static str,
    listener_name: Arc<str>,
    #[serde(flatten)]
    plain: Option<Plain>,
    #[serde(flatten)]
    secure: Option<Secure>,
    /// Of HTTP and HTTPS.
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    location_id: String,
    domain: Arc<str>,
    url: Arc<str>,
    http_hash: Arc<str>,
    session_expire: u32,
    health_switch: u32,
    time_out: u32,
    interval_time: u32,
    health_num: u32,
    unhealth_num: u32,
    http_code: u32,
    http_check_path: Arc<str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_check_method: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_check_domain: Option<Arc<str>>,
}

/// Of TCP and UDP.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Plain {
    session_expire: u32,
    health_switch: u32,
    time_out: u32,
    interval_time: u32,
    health_num: u32,
    unhealth_num: u32,
    scheduler: Arc<str>,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let which = Which::read(&call.fields())?;
    let project = call.project();
    Ok(Action::look(move |view| {
        let found = lb::find_application(view.world, project, &which.balancer);
        task::shown(found.map(|balancer| {
            let found = balancer.listeners.iter().filter(|listener| which.takes(listener));
            List { listeners: found.map(Item::of).collect() }
        }))
    }))
}

impl Item {
    fn of(listener: &Listener) -> Item {
        let health = &listener.health;
        Item {
            listener_id: ids::listener(listener.id),
            load_balancer_port: listener.port,
            protocol: lb::protocol_number(listener.protocol),
            protocol_type: lb::protocol_word(listener.protocol),
            listener_name: listener.name.clone(),
            plain: (!listener.protocol.has_rules()).then(|| Plain {
                session_expire: listener.session_s,
                health_switch: u32::from(health.on),
                time_out: health.timeout_s,
                interval_time: health.interval_s,
                health_num: health.healthy_after,
                unhealth_num: health.unhealthy_after,
                scheduler: listener.scheduler.clone(),
            }),
            secure: Secure::of(listener),
            rules: listener.rules.iter().map(Rule::of).collect(),
        }
    }
}

impl Rule {
    fn of(rule: &ForwardingRule) -> Rule {
        let health = &rule.health;
        Rule {
            location_id: ids::rule(rule.id),
            domain: rule.domain.clone(),
            url: rule.path.clone(),
            http_hash: rule.scheduler.clone(),
            session_expire: rule.session_s,
            health_switch: u32::from(health.on),
            time_out: health.timeout_s,
            interval_time: health.interval_s,
            health_num: health.healthy_after,
            unhealth_num: health.unhealthy_after,
            http_code: health.http_codes,
            http_check_path: health.http_path.clone(),
            http_check_method: health.probe.http_method.clone(),
            http_check_domain: health.probe.http_domain.clone(),
        }
    }
}
