//! `ModifyDomain` and `ModifyDomainAttributes`: a domain of a listener, in all its rules.

use std::sync::Arc;

use regiment_core::model::{FaultKind, Hints, Listener};
use regiment_core::ops::{ChangeDomain, Operation};
use serde::Deserialize;

use super::create_rules::{domain, http2, of_domains};
use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, WantedCertificate};
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Renamed {
    load_balancer_id: String,
    listener_id: String,
    domain: String,
    new_domain: String,
}

pub fn rename(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Renamed = call.read()?;
    let new_name = domain("NewDomain", &wanted.new_domain)?;
    let ids = [wanted.load_balancer_id.clone(), wanted.listener_id.clone()];
    Ok(clb::order_on_listener(call, ids, move |listener| {
        let change = ChangeDomain {
            listener: listener.id,
            domain: named(listener, &wanted.domain)?,
            new_name: Some(new_name),
            certificates: None,
            default_domain: None,
            hints: Hints::new(),
        };
        Ok(Operation::ChangeDomain(change))
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    listener_id: String,
    domain: String,
    new_domain: Option<String>,
    #[serde(default)]
    new_domains: Vec<String>,
    certificate: Option<WantedCertificate>,
    http2: Option<bool>,
    default_server: Option<bool>,
    new_default_server_domain: Option<String>,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    if let Some(name) = call.input.asks_for(&["MultiCertInfo", "Quic"]) {
        return Err(Refusal::not_served(name));
    }
    let wanted: Wanted = call.read()?;
    let new_name = match (&wanted.new_domain, wanted.new_domains.as_slice()) {
        (Some(_), [_, ..]) => return Err(Refusal::conflict("NewDomain", "NewDomains")),
        (Some(one), []) | (None, [one]) => Some(domain("NewDomain", one)?),
        (None, []) => None,
        (None, [_, _, ..]) => return Err(Refusal::not_served("NewDomains")),
    };
    let ids = [wanted.load_balancer_id.clone(), wanted.listener_id.clone()];
    Ok(clb::order_on_listener(call, ids, move |listener| {
        let domain = named(listener, &wanted.domain)?;
        let certificate = wanted.certificate.as_ref();
        let change = ChangeDomain {
            listener: listener.id,
            default_domain: wanted.default_domain(
                listener,
                &domain,
                new_name.as_ref().unwrap_or(&domain),
            )?,
            domain,
            new_name,
            certificates: certificate
                .map(|wanted| of_domains(listener, "Certificate", wanted))
                .transpose()?,
            hints: http2("Http2", wanted.http2, listener.protocol)?,
        };
        Ok(Operation::ChangeDomain(change))
    }))
}

/// A domain that the listener has.
fn named(listener: &Listener, said: &str) -> Result<Arc<str>, Refusal> {
    if listener.has_domain(said) {
        return Ok(said.into());
    }
    Err(Refusal::from(FaultKind::RuleNotFound).about(said))
}

impl Wanted {
    /// A listener has a default always: who takes it from one domain must give it to another.
    fn default_domain(
        &self,
        listener: &Listener,
        domain: &Arc<str>,
        name: &Arc<str>,
    ) -> Result<Option<Arc<str>>, Refusal> {
        let was = listener.default_domain.as_ref() == Some(domain);
        let other = self.new_default_server_domain.as_deref().map(Arc::from);
        match (self.default_server, other) {
            (Some(true), Some(_)) => {
                Err(Refusal::conflict("DefaultServer", "NewDefaultServerDomain"))
            }
            (Some(true), None) => Ok(Some(name.clone())),
            (Some(false), None) if was => Err(Refusal::missing("NewDefaultServerDomain")),
            (Some(false), Some(other)) if other == *name => {
                Err(Refusal::bad("InvalidParameterValue", "NewDefaultServerDomain", other))
            }
            (Some(false) | None, other) => Ok(other),
        }
    }
}
