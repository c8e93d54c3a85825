//! How a listener works, as a client says it: when it is made, and when it is changed.

use std::sync::Arc;

use regiment_core::model::{Certificates, HealthCheck, Listener, Protocol};

use crate::tencent::health;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::names;
use crate::tencent_v2::params::Fields;

/// What was said; absent is what was not.
pub struct Manner {
    pub name: Option<Arc<str>>,
    pub session_s: Option<u32>,
    check: Check,
    /// Of TCP and UDP.
    scheduler: Option<Arc<str>>,
    /// Of HTTP and HTTPS.
    http_hash: Option<Arc<str>>,
}

struct Check {
    on: Option<bool>,
    timeout_s: Option<u32>,
    interval_s: Option<u32>,
    healthy_after: Option<u32>,
    unhealthy_after: Option<u32>,
    http_codes: Option<u32>,
    http_path: Option<Arc<str>>,
    http_method: Option<Arc<str>>,
    http_domain: Option<Arc<str>>,
}

const METHODS: [&str; 2] = ["HEAD", "GET"];
const SCHEDULERS: [&str; 2] = ["wrr", "least_conn"];
const HTTP_HASHES: [&str; 3] = ["wrr", "ip_hash", "least_conn"];

/// What everything is when nobody says.
const USUAL: &str = "wrr";

pub fn name(fields: &Fields<'_>) -> Result<Option<Arc<str>>, Refusal> {
    Ok(names::read(fields, "listenerName", names::LISTENER_CHARS_MAX)?.map(Into::into))
}

pub fn port(fields: &Fields<'_>, name: &str) -> Result<u16, Refusal> {
    let number = fields.need_number(name, 1..=65_535)?;
    Ok(u16::try_from(number).expect("in range"))
}

impl Manner {
    pub fn read(fields: &Fields<'_>) -> Result<Manner, Refusal> {
        Ok(Manner {
            name: name(fields)?,
            session_s: session_s(fields)?,
            check: Check::read(fields)?,
            scheduler: word(fields, "scheduler", &SCHEDULERS)?,
            http_hash: word(fields, "httpHash", &HTTP_HASHES)?,
        })
    }

    /// The check of a listener that is made.
    pub fn health(&self) -> HealthCheck {
        self.check.over(&health::usual())
    }

    /// The check of a listener that has one already, if anything is said of it.
    pub fn health_over(&self, before: &HealthCheck) -> Option<HealthCheck> {
        let after = self.check.over(before);
        (after != *before).then_some(after)
    }

    /// How a new listener chooses a backend: each protocol has a field of its own for it.
    pub fn scheduler(&self, protocol: Protocol) -> Arc<str> {
        let said = if protocol.has_rules() { &self.http_hash } else { &self.scheduler };
        said.clone().unwrap_or_else(|| USUAL.into())
    }

    /// How a listener is to choose a backend from now on. The other protocols' field is refused.
    pub fn scheduler_over(&self, before: &Listener) -> Result<Option<Arc<str>>, Refusal> {
        let (said, other, name, of) = if before.protocol.has_rules() {
            (&self.http_hash, &self.scheduler, "scheduler", "TCP and UDP")
        } else {
            (&self.scheduler, &self.http_hash, "httpHash", "HTTP and HTTPS")
        };
        if other.is_some() {
            let why = format!("is for listeners of {of}");
            return Err(Refusal::Malformed { name: name.to_owned(), why });
        }
        Ok(said.clone())
    }
}

fn word(fields: &Fields<'_>, name: &str, known: &[&str]) -> Result<Option<Arc<str>>, Refusal> {
    match fields.text(name) {
        Some(word) if !known.contains(&word) => {
            Err(fields.bad(name, format!("must be one of {}", known.join(", "))))
        }
        said => Ok(said.map(Into::into)),
    }
}

/// 0, or half a minute to an hour.
fn session_s(fields: &Fields<'_>) -> Result<Option<u32>, Refusal> {
    let seconds = fields.number("sessionExpire", 0..=3600)?;
    if seconds.is_some_and(|seconds| (1..30).contains(&seconds)) {
        return Err(fields.bad("sessionExpire", "must be 0, or an integer from 30 to 3600"));
    }
    Ok(seconds)
}

impl Check {
    fn read(fields: &Fields<'_>) -> Result<Check, Refusal> {
        let http_path = fields.text("httpCheckPath");
        if http_path.is_some_and(|path| !path.starts_with('/')) {
            return Err(fields.bad("httpCheckPath", "must begin with /"));
        }
        Ok(Check {
            on: fields.flag("healthSwitch")?,
            timeout_s: fields.number("timeOut", 2..=60)?,
            interval_s: fields.number("intervalTime", 5..=300)?,
            healthy_after: fields.number("healthNum", 2..=10)?,
            unhealthy_after: fields.number("unhealthNum", 2..=10)?,
            http_codes: fields.number("httpCode", 1..=31)?,
            http_path: http_path.map(Into::into),
            http_method: word(fields, "httpCheckMethod", &METHODS)?,
            http_domain: fields.text("httpCheckDomain").map(Into::into),
        })
    }

    fn over(&self, before: &HealthCheck) -> HealthCheck {
        let Check {
            on,
            timeout_s,
            interval_s,
            healthy_after,
            unhealthy_after,
            http_codes,
            http_path,
            http_method,
            http_domain,
        } = self;
        let mut probe = before.probe.clone();
        for (place, said) in
            [(&mut probe.http_method, http_method), (&mut probe.http_domain, http_domain)]
        {
            *place = said.clone().or_else(|| place.clone());
        }
        HealthCheck {
            on: on.unwrap_or(before.on),
            timeout_s: timeout_s.unwrap_or(before.timeout_s),
            interval_s: interval_s.unwrap_or(before.interval_s),
            healthy_after: healthy_after.unwrap_or(before.healthy_after),
            unhealthy_after: unhealthy_after.unwrap_or(before.unhealthy_after),
            http_codes: http_codes.unwrap_or(before.http_codes),
            http_path: http_path.as_ref().unwrap_or(&before.http_path).clone(),
            probe,
        }
    }
}

/// What was said of certificates; they are named, not sent, since there is no store of them here.
pub struct SaidOfCertificates {
    mutual: Option<bool>,
    own: Option<Arc<str>>,
    of_clients: Option<Arc<str>>,
}

/// Refuses the fields in which a certificate would be sent.
pub fn certificates_are_named(fields: &Fields<'_>, sent: &[&str]) -> Result<(), Refusal> {
    match sent.iter().find(|name| fields.text(name).is_some()) {
        Some(sent) => Err(fields.bad(sent, "cannot be sent here: name a certificate by its id")),
        None => Ok(()),
    }
}

pub fn certificates(fields: &Fields<'_>) -> Result<SaidOfCertificates, Refusal> {
    certificates_are_named(fields, &["certContent", "certKey", "certCaContent"])?;
    let mutual = match fields.text("SSLMode") {
        None => None,
        Some("unidirectional") => Some(false),
        Some("mutual") => Some(true),
        Some(_) => return Err(fields.bad("SSLMode", "must be unidirectional or mutual")),
    };
    let text = |name| fields.text(name).map(Into::into);
    Ok(SaidOfCertificates { mutual, own: text("certId"), of_clients: text("certCaId") })
}

impl SaidOfCertificates {
    /// Those of a new listener of HTTPS.
    pub fn of_new(self, fields: &Fields<'_>) -> Result<Certificates, Refusal> {
        let missing = |name| Refusal::Missing(fields.full(name));
        let mutual = self.mutual.ok_or_else(|| missing("SSLMode"))?;
        let own = self.own.ok_or_else(|| missing("certId"))?;
        let of_clients =
            if mutual { Some(self.of_clients.ok_or_else(|| missing("certCaId"))?) } else { None };
        Ok(Certificates { own, of_clients })
    }

    /// Those of a listener from now on, if anything is said of them. Only HTTPS has any.
    pub fn over(&self, before: &Listener) -> Result<Option<Certificates>, Refusal> {
        let SaidOfCertificates { mutual, own, of_clients } = self;
        if mutual.is_none() && own.is_none() && of_clients.is_none() {
            return Ok(None);
        }
        let Some(own) = own.as_ref().or(before.certificate.as_ref()) else {
            let why = "is for listeners of HTTPS".to_owned();
            let name = if mutual.is_some() { "SSLMode" } else { "certId" };
            return Err(Refusal::Malformed { name: name.to_owned(), why });
        };
        if before.protocol != Protocol::Https {
            let why = "is for listeners of HTTPS".to_owned();
            return Err(Refusal::Malformed { name: "certId".to_owned(), why });
        }
        let of_clients = of_clients.as_ref().or(before.client_certificate.as_ref());
        let of_clients = if mutual.unwrap_or(before.client_certificate.is_some()) {
            Some(of_clients.ok_or_else(|| Refusal::Missing("certCaId".to_owned()))?.clone())
        } else {
            None
        };
        Ok(Some(Certificates { own: own.clone(), of_clients }))
    }
}
