//! `DescribeListeners`.

use std::sync::Arc;

use regiment_core::model::{Listener, Protocol};
use serde::{Deserialize, Serialize};

use super::members::Which;
use crate::Action;
use crate::tencent::{ids, times};
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, ShownHealth, hints};
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    #[serde(flatten)]
    which: Which,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    listeners: Vec<Item>,
    total_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    listener_id: String,
    protocol: &'static str,
    port: u16,
    certificate: Option<Certificate>,
    health_check: Option<ShownHealth>,
    scheduler: Option<String>,
    session_expire_time: Option<u32>,
    sni_switch: u32,
    /// Of HTTP and HTTPS.
    rules: Option<[String; 0]>,
    listener_name: Arc<str>,
    create_time: String,
    end_port: u16,
    target_type: &'static str,
    session_type: &'static str,
    keepalive_enable: u32,
    toa: bool,
    deregister_target_rst: bool,
    attr_flags: [String; 0],
    max_conn: i32,
    max_cps: i32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Certificate {
    #[serde(rename = "SSLMode")]
    mode: &'static str,
    cert_id: Arc<str>,
    cert_ca_id: Arc<str>,
    ext_cert_ids: [String; 0],
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    wanted.which.check()?;
    let project = call.project();
    Ok(call.look(move |view| {
        let balancer = clb::find(view, project, &wanted.load_balancer_id)?;
        let found = balancer.listeners.iter().filter(|listener| wanted.which.takes(listener));
        let listeners: Vec<Item> = found.map(Item::of).collect();
        Ok(List { total_count: listeners.len(), listeners })
    }))
}

impl Item {
    fn of(listener: &Listener) -> Item {
        let web = clb::is_of_web(listener.protocol);
        let said = &listener.hints;
        Item {
            listener_id: ids::listener(listener.id),
            protocol: clb::protocol(listener.protocol),
            port: listener.port,
            certificate: certificate(listener),
            health_check: (!web)
                .then(|| ShownHealth::of(&listener.health, listener.protocol, said)),
            scheduler: (!web).then(|| listener.scheduler.to_ascii_uppercase()),
            session_expire_time: (!web).then_some(listener.session_s),
            sni_switch: clb::number(said, hints::SNI),
            rules: web.then_some([]),
            listener_name: listener.name.clone(),
            create_time: listener.created_at.map(times::beijing).unwrap_or_default(),
            end_port: 0,
            target_type: "NODE",
            session_type: "NORMAL",
            keepalive_enable: clb::number(said, hints::KEEPALIVE),
            toa: false,
            deregister_target_rst: clb::flag(said, hints::DEREGISTER_RESET),
            attr_flags: [],
            max_conn: -1,
            max_cps: -1,
        }
    }
}

fn certificate(listener: &Listener) -> Option<Certificate> {
    if listener.protocol != Protocol::Https {
        return None;
    }
    let mode = match listener.client_certificate {
        Some(_) => "MUTUAL",
        None => "UNIDIRECTIONAL",
    };
    Some(Certificate {
        mode,
        cert_id: listener.certificate.clone().unwrap_or_default(),
        cert_ca_id: listener.client_certificate.clone().unwrap_or_default(),
        ext_cert_ids: [],
    })
}
