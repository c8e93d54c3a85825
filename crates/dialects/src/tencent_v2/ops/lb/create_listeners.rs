//! `CreateLoadBalancerListeners`, `CreateForwardLBFourthLayerListeners`,
//! `CreateForwardLBSeventhLayerListeners`.

use regiment_core::model::{
    Handle, Hints, JobId, Listener, ListenerId, LoadBalancer, Protocol, Reach,
};
use regiment_core::ops::{CreateListeners, Operation};
use regiment_core::view::View;
use serde::Serialize;

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb::{self, Manner};
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::task;

#[derive(Serialize)]
struct Made {
    #[serde(rename = "requestId")]
    request_id: u64,
    #[serde(rename = "listenerIds")]
    ids: Vec<String>,
}

pub fn decode_classic(call: &Call<'_>) -> Result<Action, Refusal> {
    let several = call.fields().objects("listeners").len() > 1;
    let read = |fields: &Fields<'_>| {
        let protocol = lb::protocol(fields.need_number("protocol", 1..=4)?);
        if several && protocol == Protocol::Https {
            let why = "4 (HTTPS) must be the only listener of its request";
            return Err(fields.bad("protocol", why));
        }
        let listener = read(fields, protocol)?;
        Ok(Listener { backend_port: lb::port(fields, "instancePort")?, ..listener })
    };
    make(call, lb::find_classic, read)
}

pub fn decode_fourth(call: &Call<'_>) -> Result<Action, Refusal> {
    make(call, lb::find_application, |fields| {
        let protocol = lb::protocol(fields.need_number("protocol", 2..=3)?);
        read(fields, protocol)
    })
}

pub fn decode_seventh(call: &Call<'_>) -> Result<Action, Refusal> {
    make(call, lb::find_application, |fields| {
        match lb::protocol(fields.need_number("protocol", 1..=4)?) {
            Protocol::Tcp | Protocol::Udp | Protocol::Tls => {
                Err(fields.bad("protocol", "must be 1 or 4"))
            }
            protocol @ (Protocol::Http | Protocol::Https) => read(fields, protocol),
        }
    })
}

fn make(
    call: &Call<'_>,
    find: lb::Find,
    read: impl Fn(&Fields<'_>) -> Result<Listener, Refusal>,
) -> Result<Action, Refusal> {
    let fields = call.fields();
    let balancer = fields.need("loadBalancerId")?.to_owned();
    let wanted = fields.objects("listeners");
    if wanted.is_empty() {
        return Err(Refusal::Missing("listeners.0.loadBalancerPort".to_owned()));
    }
    if wanted.len() > lb::LISTENERS_MAX {
        return Err(fields.bad("listeners", format!("must be at most {}", lb::LISTENERS_MAX)));
    }
    let made = wanted.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        task::settled(
            find(view.world, issuer.project, &balancer)
                .and_then(|balancer| order(balancer, made, &issuer)),
        )
    }))
}

fn order(balancer: &LoadBalancer, made: Vec<Listener>, issuer: &Issuer) -> Result<Action, Refusal> {
    let private = !balancer.routes && balancer.reach == Reach::Private;
    if private && made.iter().any(|one| one.protocol.has_rules()) {
        return Err(Refusal::Malformed {
            name: "protocol".to_owned(),
            why: "must be 2 or 3: a private load balancer has only TCP and UDP".to_owned(),
        });
    }
    let operation = Operation::CreateListeners(CreateListeners { listeners: made });
    let command = lb::command(issuer, balancer, operation);
    Ok(task::order(command, "", |job, _, view| Made {
        request_id: job.0,
        ids: made_ids(job, view),
    }))
}

/// The ids were chosen when the order was planned and stand in its job.
fn made_ids(job: JobId, view: &View<'_>) -> Vec<String> {
    let Some(job) = view.job(job) else { return Vec::new() };
    let Operation::CreateListeners(create) = &job.operation else { return Vec::new() };
    create.listeners.iter().map(|listener| ids::listener(listener.id)).collect()
}

/// A listener without a port for backends of the load balancer's own.
fn read(fields: &Fields<'_>, protocol: Protocol) -> Result<Listener, Refusal> {
    let manner = Manner::read(fields)?;
    let certificates = match protocol {
        Protocol::Https => Some(lb::certificates(fields)?.of_new(fields)?),
        Protocol::Http | Protocol::Tcp | Protocol::Udp | Protocol::Tls => None,
    };
    let (certificate, client_certificate) =
        certificates.map_or((None, None), |both| (Some(both.own), both.of_clients));
    Ok(Listener {
        // Chosen when the order is planned.
        id: ListenerId(Handle::fold(0)),
        port: lb::port(fields, "loadBalancerPort")?,
        backend_port: 0,
        protocol,
        scheduler: manner.scheduler(protocol),
        session_s: manner.session_s.unwrap_or(0),
        health: manner.health(),
        name: manner.name.unwrap_or_default(),
        certificate,
        client_certificate,
        members: Vec::new(),
        rules: Vec::new(),
        default_domain: None,
        created_at: None,
        hints: Hints::default(),
    })
}
