//! A health check as a client asks for it and as it is shown.

use std::sync::Arc;

use regiment_core::model::{HealthCheck, Hints, Protocol};
use serde::{Deserialize, Serialize};

use crate::tencent_v3::faults::Refusal;

#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wanted {
    health_switch: Option<i64>,
    time_out: Option<i64>,
    interval_time: Option<i64>,
    health_num: Option<i64>,
    un_health_num: Option<i64>,
    http_code: Option<i64>,
    http_check_path: Option<String>,
    http_check_domain: Option<String>,
    http_check_method: Option<String>,
    check_port: Option<i64>,
    context_type: Option<String>,
    send_context: Option<String>,
    recv_context: Option<String>,
    check_type: Option<String>,
    http_version: Option<String>,
    source_ip_type: Option<i64>,
    extended_code: Option<String>,
}

fn number(said: Option<i64>, name: &str, least: i64, most: i64) -> Result<Option<u32>, Refusal> {
    let Some(said) = said else { return Ok(None) };
    let number = u32::try_from(said).ok().filter(|_| (least..=most).contains(&said));
    number
        .map(Some)
        .ok_or_else(|| Refusal::bad("InvalidParameterValue", &format!("HealthCheck.{name}"), said))
}

fn word(said: Option<&String>, name: &str, known: &[&str]) -> Result<Option<Arc<str>>, Refusal> {
    match said {
        Some(said) if !known.contains(&&**said) => {
            Err(Refusal::bad("InvalidParameterValue", &format!("HealthCheck.{name}"), said))
        }
        said => Ok(said.map(|said| said.as_str().into())),
    }
}

const METHODS: [&str; 2] = ["HEAD", "GET"];
const VERSIONS: [&str; 2] = ["HTTP/1.0", "HTTP/1.1"];
const CONTEXTS: [&str; 2] = ["HEX", "TEXT"];

/// The ways a protocol's members can be checked. The first is taken when nobody says.
const fn kinds(protocol: Protocol) -> &'static [&'static str] {
    match protocol {
        Protocol::Tcp | Protocol::Tls => &["TCP", "HTTP", "CUSTOM"],
        Protocol::Udp => &["PING", "CUSTOM"],
        Protocol::Http | Protocol::Https => &["HTTP", "TCP"],
    }
}

impl Wanted {
    /// The check as it will be: what is said, over what there was.
    pub fn over(&self, before: &HealthCheck, protocol: Protocol) -> Result<HealthCheck, Refusal> {
        if self.extended_code.is_some() {
            return Err(Refusal::not_served("HealthCheck.ExtendedCode"));
        }
        let mut check = before.clone();
        let put = |place: &mut u32, said: Option<u32>| {
            if let Some(said) = said {
                *place = said;
            }
        };
        check.on = number(self.health_switch, "HealthSwitch", 0, 1)?.map_or(check.on, |on| on == 1);
        put(&mut check.timeout_s, number(self.time_out, "TimeOut", 2, 60)?);
        put(&mut check.interval_s, number(self.interval_time, "IntervalTime", 2, 300)?);
        put(&mut check.healthy_after, number(self.health_num, "HealthNum", 2, 10)?);
        put(&mut check.unhealthy_after, number(self.un_health_num, "UnHealthNum", 2, 10)?);
        put(&mut check.http_codes, number(self.http_code, "HttpCode", 1, 31)?);
        if let Some(path) = &self.http_check_path {
            check.http_path = path.as_str().into();
        }
        let probe = &mut check.probe;
        let kind = word(self.check_type.as_ref(), "CheckType", kinds(protocol))?;
        let method = word(self.http_check_method.as_ref(), "HttpCheckMethod", &METHODS)?;
        let version = word(self.http_version.as_ref(), "HttpVersion", &VERSIONS)?;
        let context = word(self.context_type.as_ref(), "ContextType", &CONTEXTS)?;
        let text = |said: &Option<String>| said.as_deref().map(Into::into);
        for (place, said) in [
            (&mut probe.kind, kind),
            (&mut probe.http_method, method),
            (&mut probe.http_version, version),
            (&mut probe.context, context),
            (&mut probe.http_domain, text(&self.http_check_domain)),
            (&mut probe.send, text(&self.send_context)),
            (&mut probe.expect, text(&self.recv_context)),
        ] {
            *place = said.or_else(|| place.clone());
        }
        // -1 is the word for the member's own port.
        match self.check_port {
            Some(-1) => probe.port = None,
            Some(port) => probe.port = Some(super::targets::port("HealthCheck.CheckPort", port)?),
            None => {}
        }
        Ok(check)
    }

    /// What of it is only remembered.
    pub fn hints(&self) -> Result<Hints, Refusal> {
        let source = number(self.source_ip_type, "SourceIpType", 0, 1)?;
        let name = super::hints::SOURCE_IP_TYPE;
        Ok(source.map(|source| (name.into(), source.to_string().into())).into_iter().collect())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Shown {
    health_switch: u8,
    time_out: u32,
    interval_time: u32,
    health_num: u32,
    un_health_num: u32,
    http_code: Option<u32>,
    http_check_path: Option<Arc<str>>,
    http_check_domain: Option<Arc<str>>,
    http_check_method: Option<Arc<str>>,
    check_port: Option<u16>,
    context_type: Option<Arc<str>>,
    send_context: Option<Arc<str>>,
    recv_context: Option<Arc<str>>,
    check_type: Arc<str>,
    http_version: Option<Arc<str>>,
    source_ip_type: u32,
}

impl Shown {
    pub fn of(check: &HealthCheck, protocol: Protocol, hints: &Hints) -> Shown {
        let probe = &check.probe;
        let kind = probe.kind.clone().unwrap_or_else(|| kinds(protocol)[0].into());
        let web = *kind == *"HTTP";
        let method = || Some(probe.http_method.clone().unwrap_or_else(|| METHODS[0].into()));
        let version = || probe.http_version.clone().filter(|_| !protocol.has_rules());
        Shown {
            health_switch: u8::from(check.on),
            time_out: check.timeout_s,
            interval_time: check.interval_s,
            health_num: check.healthy_after,
            un_health_num: check.unhealthy_after,
            http_code: web.then_some(check.http_codes),
            http_check_path: web.then(|| check.http_path.clone()),
            http_check_domain: probe.http_domain.clone().filter(|_| web),
            http_check_method: web.then(method).flatten(),
            check_port: probe.port,
            context_type: probe.context.clone(),
            send_context: probe.send.clone(),
            recv_context: probe.expect.clone(),
            check_type: kind,
            http_version: web.then(version).flatten(),
            source_ip_type: super::number(hints, super::hints::SOURCE_IP_TYPE),
        }
    }
}
