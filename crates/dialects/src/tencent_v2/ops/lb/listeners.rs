//! `DescribeLoadBalancerListeners`.

use std::sync::Arc;

use regiment_core::model::{Listener, LoadBalancer, ProjectId, Protocol};
use regiment_core::ops::Operation;
use regiment_core::view::View;
use serde::Serialize;

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb;
use crate::tencent_v2::ops::servers::{self, Page};
use crate::tencent_v2::task;

/// What is looked for; empty and absent are anything.
struct Filter {
    balancer: String,
    ids: Vec<String>,
    protocol: Option<u32>,
    port: Option<u32>,
    status: Option<u32>,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let filter = Filter {
        balancer: fields.need("loadBalancerId")?.to_owned(),
        ids: servers::values(&fields, "listenerIds")?,
        protocol: fields.number("protocol", 1..=4)?,
        port: fields.number("loadBalancerPort", 1..=65_535)?,
        status: fields.number("status", 0..=1)?,
    };
    let page = Page::read(&fields)?;
    let project = call.project();
    Ok(Action::look(move |view| task::shown(list(view, project, &filter, page))))
}

#[derive(Serialize)]
struct List {
    #[serde(rename = "listenerSet")]
    listeners: Vec<Item>,
    #[serde(rename = "totalCount")]
    total: usize,
}

fn list(view: &View<'_>, project: ProjectId, filter: &Filter, page: Page) -> Result<List, Refusal> {
    let balancer = lb::find_classic(view.world, project, &filter.balancer)?;
    let running = balancer.listeners.iter().map(|listener| Item::of(listener, 1));
    let coming = coming(view, balancer);
    let found: Vec<Item> = running
        .chain(coming.iter().map(|listener| Item::of(listener, 0)))
        .filter(|item| filter.takes(item))
        .collect();
    let (total, part) = page.of(found);
    Ok(List { listeners: part.collect(), total })
}

/// Listeners that are being made: the load balancer gets them when that has succeeded.
fn coming(view: &View<'_>, balancer: &LoadBalancer) -> Vec<Listener> {
    let Some((job, _)) = balancer.busy.and_then(|sub| view.sub_job(sub)) else {
        return Vec::new();
    };
    let Operation::CreateListeners(create) = &job.operation else { return Vec::new() };
    create.listeners.clone()
}

impl Filter {
    /// With ids given, the status does not matter.
    fn takes(&self, item: &Item) -> bool {
        let by_status = || self.status.is_none_or(|status| status == item.status);
        (if self.ids.is_empty() { by_status() } else { self.ids.contains(&item.un_listener_id) })
            && self.protocol.is_none_or(|protocol| protocol == item.protocol)
            && self.port.is_none_or(|port| port == u32::from(item.load_balancer_port))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    un_listener_id: String,
    listener_id: String,
    load_balancer_port: u16,
    instance_port: u16,
    protocol: u32,
    listener_name: Arc<str>,
    session_expire: u32,
    health_switch: u32,
    time_out: u32,
    interval_time: u32,
    health_num: u32,
    unhealth_num: u32,
    /// Of TCP and UDP.
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduler: Option<Arc<str>>,
    #[serde(flatten)]
    web: Option<Web>,
    #[serde(flatten)]
    secure: Option<Secure>,
    status: u32,
}

/// Of HTTP and HTTPS.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Web {
    http_hash: Arc<str>,
    http_code: u32,
    http_check_path: Arc<str>,
}

/// Of HTTPS.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Secure {
    #[serde(rename = "SSLMode")]
    ssl_mode: &'static str,
    cert_id: Arc<str>,
    cert_ca_id: Arc<str>,
}

impl Item {
    pub fn of(listener: &Listener, status: u32) -> Item {
        let health = &listener.health;
        let web = listener.protocol.has_rules();
        Item {
            un_listener_id: ids::listener(listener.id),
            listener_id: ids::listener(listener.id),
            load_balancer_port: listener.port,
            instance_port: listener.backend_port,
            protocol: lb::protocol_number(listener.protocol),
            listener_name: listener.name.clone(),
            session_expire: listener.session_s,
            health_switch: u32::from(health.on),
            time_out: health.timeout_s,
            interval_time: health.interval_s,
            health_num: health.healthy_after,
            unhealth_num: health.unhealthy_after,
            scheduler: (!web).then(|| listener.scheduler.clone()),
            web: web.then(|| Web {
                http_hash: listener.scheduler.clone(),
                http_code: health.http_codes,
                http_check_path: health.http_path.clone(),
            }),
            secure: Secure::of(listener),
            status,
        }
    }
}

impl Secure {
    /// Only HTTPS has certificates.
    pub fn of(listener: &Listener) -> Option<Secure> {
        (listener.protocol == Protocol::Https).then(|| Secure {
            ssl_mode: match listener.client_certificate {
                Some(_) => "mutual",
                None => "unidirectional",
            },
            cert_id: listener.certificate.clone().unwrap_or_default(),
            cert_ca_id: listener.client_certificate.clone().unwrap_or_default(),
        })
    }
}
