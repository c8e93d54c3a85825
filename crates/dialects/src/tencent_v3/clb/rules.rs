//! Forwarding rules as they are shown.

use std::sync::Arc;

use regiment_core::model::{ForwardingRule, Listener, LoadBalancer, Redirection};
use serde::Serialize;

use super::{ShownCertificate, ShownHealth, flag, hint, hints};
use crate::tencent::{ids, times};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_excessive_bools, reason = "the vendor's")]
pub struct ShownRule {
    location_id: String,
    listener_id: String,
    domain: Arc<str>,
    domains: [Arc<str>; 1],
    url: Arc<str>,
    session_expire_time: u32,
    health_check: ShownHealth,
    /// The domain's own.
    certificate: Option<ShownCertificate>,
    scheduler: String,
    rewrite_target: ShownRewrite,
    http_gzip: bool,
    be_auto_created: bool,
    default_server: bool,
    http2: bool,
    forward_type: String,
    create_time: String,
    target_type: &'static str,
    target_group: Option<String>,
    target_group_list: Option<[String; 0]>,
    waf_domain_id: &'static str,
    trpc_callee: &'static str,
    trpc_func: &'static str,
    quic_status: &'static str,
    cookie_name: &'static str,
}

/// Where clients are sent; without a place when they are not.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShownRewrite {
    target_listener_id: Option<String>,
    target_location_id: Option<String>,
    rewrite_code: u16,
    take_url: bool,
    rewrite_type: &'static str,
}

impl ShownRule {
    pub fn of(balancer: &LoadBalancer, listener: &Listener, rule: &ForwardingRule) -> ShownRule {
        let rewrite = rule.redirection.as_ref().and_then(|way| ShownRewrite::of(balancer, way));
        ShownRule {
            location_id: ids::rule(rule.id),
            listener_id: ids::listener(listener.id),
            domain: rule.domain.clone(),
            domains: [rule.domain.clone()],
            url: rule.path.clone(),
            session_expire_time: rule.session_s,
            health_check: ShownHealth::of(&rule.health, listener.protocol, &rule.hints),
            certificate: rule.certificates.as_ref().map(Into::into),
            scheduler: rule.scheduler.to_ascii_uppercase(),
            rewrite_target: rewrite.unwrap_or_default(),
            http_gzip: false,
            be_auto_created: rule.automatic,
            default_server: listener.default_domain.as_ref() == Some(&rule.domain),
            http2: flag(&rule.hints, hints::HTTP2),
            forward_type: hint(&rule.hints, hints::FORWARD_TYPE).unwrap_or("HTTP").to_owned(),
            create_time: rule.created_at.map(times::beijing).unwrap_or_default(),
            target_type: "NODE",
            target_group: None,
            target_group_list: None,
            waf_domain_id: "",
            trpc_callee: "",
            trpc_func: "",
            quic_status: "QUIC_INACTIVE",
            cookie_name: "",
        }
    }
}

impl ShownRewrite {
    fn of(balancer: &LoadBalancer, way: &Redirection) -> Option<ShownRewrite> {
        let Redirection { to, code, keeps_path, automatic } = *way;
        let (listener, rule) = balancer.rule(to)?;
        Some(ShownRewrite {
            target_listener_id: Some(ids::listener(listener.id)),
            target_location_id: Some(ids::rule(rule.id)),
            rewrite_code: code,
            take_url: keeps_path,
            rewrite_type: if automatic { "Auto" } else { "Manual" },
        })
    }
}
