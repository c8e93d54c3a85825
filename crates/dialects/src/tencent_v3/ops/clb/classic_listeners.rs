//! `DescribeClassicalLBListeners`.

use std::sync::Arc;

use regiment_core::model::Listener;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    #[serde(default)]
    listener_ids: Vec<String>,
    protocol: Option<String>,
    listener_port: Option<i64>,
    status: Option<i64>,
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
    listener_port: u16,
    instance_port: u16,
    listener_name: Arc<str>,
    protocol: &'static str,
    session_expire: u32,
    health_switch: u8,
    time_out: u32,
    interval_time: u32,
    health_num: u32,
    unhealth_num: u32,
    http_hash: Arc<str>,
    /// Of HTTP and HTTPS.
    #[serde(skip_serializing_if = "Option::is_none")]
    http_code: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_check_path: Option<Arc<str>>,
    #[serde(rename = "SSLMode")]
    mode: &'static str,
    cert_id: Arc<str>,
    cert_ca_id: Arc<str>,
    status: i64,
}

/// What is listed is made already.
const RUNNING: i64 = 1;

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    wanted.protocol.as_deref().map(clb::read_protocol).transpose()?;
    if let Some(status) = wanted.status.filter(|said| !(0..=1).contains(said)) {
        return Err(Refusal::bad("InvalidParameterValue", "Status", status));
    }
    let project = call.project();
    Ok(call.look(move |view| {
        let balancer = clb::find_classic(view, project, &wanted.load_balancer_id)?;
        let found = balancer.listeners.iter().filter(|listener| wanted.takes(listener));
        Ok(List { listeners: found.map(Item::of).collect() })
    }))
}

impl Wanted {
    fn takes(&self, listener: &Listener) -> bool {
        let Wanted { load_balancer_id: _, listener_ids, protocol, listener_port, status } = self;
        (listener_ids.is_empty() || listener_ids.contains(&ids::listener(listener.id)))
            && protocol.as_ref().is_none_or(|word| **word == *clb::protocol(listener.protocol))
            && listener_port.is_none_or(|port| port == i64::from(listener.port))
            && status.is_none_or(|status| status == RUNNING)
    }
}

impl Item {
    fn of(listener: &Listener) -> Item {
        let check = &listener.health;
        let web = listener.protocol.has_rules();
        Item {
            listener_id: ids::listener(listener.id),
            listener_port: listener.port,
            instance_port: listener.backend_port,
            listener_name: listener.name.clone(),
            protocol: clb::protocol(listener.protocol),
            session_expire: listener.session_s,
            health_switch: u8::from(check.on),
            time_out: check.timeout_s,
            interval_time: check.interval_s,
            health_num: check.healthy_after,
            unhealth_num: check.unhealthy_after,
            http_hash: listener.scheduler.clone(),
            http_code: web.then_some(check.http_codes),
            http_check_path: web.then(|| check.http_path.clone()),
            mode: match (&listener.certificate, &listener.client_certificate) {
                (None, _) => "",
                (Some(_), None) => "unidirectional",
                (Some(_), Some(_)) => "mutual",
            },
            cert_id: listener.certificate.clone().unwrap_or_default(),
            cert_ca_id: listener.client_certificate.clone().unwrap_or_default(),
            status: RUNNING,
        }
    }
}
