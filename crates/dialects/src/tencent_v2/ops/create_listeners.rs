use regiment_core::command::{Admission, TargetRef};
use regiment_core::model::{
    Handle, HealthCheck, Hints, JobId, Listener, ListenerId, LoadBalancer, Probe, Protocol, Reach,
};
use regiment_core::ops::{CreateListeners, Operation};
use regiment_core::view::View;
use serde::Serialize;

use super::{balancers, listeners};
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{names, task};

/// Listeners in one call: as many as a load balancer may have in all, by the vendor's quota.
const LISTENERS_MAX: usize = 50;

#[derive(Serialize)]
struct Made {
    #[serde(rename = "requestId")]
    request_id: u64,
    #[serde(rename = "listenerIds")]
    ids: Vec<String>,
}

/// `CreateLoadBalancerListeners`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let balancer = fields.need("loadBalancerId")?.to_owned();
    let wanted = fields.objects("listeners");
    if wanted.is_empty() {
        return Err(Refusal::Missing("listeners.0.loadBalancerPort".to_owned()));
    }
    if wanted.len() > LISTENERS_MAX {
        return Err(fields.bad("listeners", format!("must be at most {LISTENERS_MAX}")));
    }
    let several = wanted.len() > 1;
    let made = wanted.iter().map(|one| read(one, several)).collect::<Result<Vec<_>, _>>()?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        task::settled(
            balancers::find(view.world, issuer.project, &balancer)
                .and_then(|balancer| order(balancer, made, &issuer)),
        )
    }))
}

fn order(balancer: &LoadBalancer, made: Vec<Listener>, issuer: &Issuer) -> Result<Action, Refusal> {
    let of_web = |protocol| matches!(protocol, Protocol::Http | Protocol::Https);
    if balancer.reach == Reach::Private && made.iter().any(|one| of_web(one.protocol)) {
        return Err(Refusal::Malformed {
            name: "protocol".to_owned(),
            why: "must be 2 or 3: a private load balancer has only TCP and UDP".to_owned(),
        });
    }
    let operation = Operation::CreateListeners(CreateListeners { listeners: made });
    let mut command = issuer.command(operation, vec![TargetRef::Balancer(balancer.id)]);
    command.admission = Admission::AllOrNothing;
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

fn read(fields: &Fields<'_>, several: bool) -> Result<Listener, Refusal> {
    let protocol = listeners::protocol(fields.need_number("protocol", 1..=4)?);
    let port = |name| -> Result<u16, Refusal> {
        let number = fields.need_number(name, 1..=65_535)?;
        Ok(u16::try_from(number).expect("in range"))
    };
    let (certificate, client_certificate) = certificates(fields, protocol, several)?;
    Ok(Listener {
        // Chosen when the order is planned.
        id: ListenerId(Handle::fold(0)),
        name: names::read(fields, "listenerName", names::LISTENER_CHARS_MAX)?
            .unwrap_or_default()
            .into(),
        port: port("loadBalancerPort")?,
        backend_port: port("instancePort")?,
        protocol,
        scheduler: scheduler(fields, protocol)?.into(),
        session_s: session_s(fields)?,
        health: HealthCheck {
            on: fields.flag("healthSwitch")?.unwrap_or(true),
            timeout_s: fields.number("timeOut", 2..=60)?.unwrap_or(2),
            interval_s: fields.number("intervalTime", 5..=300)?.unwrap_or(5),
            healthy_after: fields.number("healthNum", 2..=10)?.unwrap_or(3),
            unhealthy_after: fields.number("unhealthNum", 2..=10)?.unwrap_or(3),
            http_codes: fields.number("httpCode", 1..=31)?.unwrap_or(31),
            http_path: fields.text("httpCheckPath").unwrap_or("/").into(),
            probe: Probe::default(),
        },
        certificate,
        client_certificate,
        members: Vec::new(),
        rules: Vec::new(),
        default_domain: None,
        created_at: None,
        hints: Hints::default(),
    })
}

/// 0, or half a minute to an hour.
fn session_s(fields: &Fields<'_>) -> Result<u32, Refusal> {
    let seconds = fields.number("sessionExpire", 0..=3600)?.unwrap_or(0);
    if (1..30).contains(&seconds) {
        return Err(fields.bad("sessionExpire", "must be 0, or an integer from 30 to 3600"));
    }
    Ok(seconds)
}

/// Two fields, by the protocol, and the words each knows.
fn scheduler<'a>(fields: &Fields<'a>, protocol: Protocol) -> Result<&'a str, Refusal> {
    let (field, words): (&str, &[&str]) = match protocol {
        Protocol::Http | Protocol::Https => ("httpHash", &["wrr", "ip_hash", "least_conn"]),
        Protocol::Tcp | Protocol::Udp | Protocol::Tls => ("scheduler", &["wrr", "least_conn"]),
    };
    match fields.text(field) {
        None => Ok("wrr"),
        Some(word) if words.contains(&word) => Ok(word),
        Some(_) => Err(fields.bad(field, format!("must be one of {}", words.join(", ")))),
    }
}

type Certificate = Option<std::sync::Arc<str>>;

/// The server's certificate and the clients', for HTTPS. They are named, not sent: there is no store
/// of certificates here.
fn certificates(
    fields: &Fields<'_>,
    protocol: Protocol,
    several: bool,
) -> Result<(Certificate, Certificate), Refusal> {
    if protocol != Protocol::Https {
        return Ok((None, None));
    }
    if several {
        return Err(fields.bad("protocol", "4 (HTTPS) must be the only listener of its request"));
    }
    let sent = ["certContent", "certKey", "certCaContent"];
    if let Some(sent) = sent.into_iter().find(|name| fields.text(name).is_some()) {
        return Err(fields.bad(sent, "cannot be sent here: name a certificate by its id"));
    }
    let mutual = match fields.need("SSLMode")? {
        "unidirectional" => false,
        "mutual" => true,
        _ => return Err(fields.bad("SSLMode", "must be unidirectional or mutual")),
    };
    let certificate = fields.need("certId")?.into();
    let of_clients = if mutual { Some(fields.need("certCaId")?.into()) } else { None };
    Ok((Some(certificate), of_clients))
}
