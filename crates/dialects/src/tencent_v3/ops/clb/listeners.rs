//! `DescribeListeners`.

use std::sync::Arc;

use regiment_core::model::{Certificates, Listener, LoadBalancer};
use serde::{Deserialize, Serialize};

use super::members::Which;
use crate::Action;
use crate::tencent::{ids, times};
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, ShownCertificate, ShownHealth, ShownRule, hints};
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
    certificate: Option<ShownCertificate>,
    health_check: Option<ShownHealth>,
    scheduler: Option<String>,
    session_expire_time: Option<u32>,
    sni_switch: u32,
    /// Of HTTP and HTTPS.
    rules: Option<Vec<ShownRule>>,
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

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    wanted.which.check()?;
    let project = call.project();
    Ok(call.look(move |view| {
        let balancer = clb::find(view, project, &wanted.load_balancer_id)?;
        let found = balancer.listeners.iter().filter(|listener| wanted.which.takes(listener));
        let listeners: Vec<Item> = found.map(|listener| Item::of(balancer, listener)).collect();
        Ok(List { total_count: listeners.len(), listeners })
    }))
}

impl Item {
    fn of(balancer: &LoadBalancer, listener: &Listener) -> Item {
        let web = listener.protocol.has_rules();
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
            rules: web.then(|| {
                listener.rules.iter().map(|rule| ShownRule::of(balancer, listener, rule)).collect()
            }),
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

/// Those that decrypt have one, unless their domains have their own.
fn certificate(listener: &Listener) -> Option<ShownCertificate> {
    let own = listener.certificate.clone()?;
    let certificates = Certificates { own, of_clients: listener.client_certificate.clone() };
    Some((&certificates).into())
}
