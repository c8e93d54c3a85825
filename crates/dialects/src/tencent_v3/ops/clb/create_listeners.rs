use std::sync::Arc;

use regiment_core::command::Receipt;
use regiment_core::model::{Certificates, Handle, Hints, Listener, ListenerId, Protocol};
use regiment_core::ops::{CreateListeners, Operation};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, WantedCertificate, WantedHealth, hints};
use crate::tencent_v3::faults::Refusal;

/// Listeners in one call: as many as a load balancer may have in all, by the vendor's quota.
const LISTENERS_MAX: usize = 50;

/// What is not here.
const ABSENT: [&str; 15] = [
    "DataCompressMode",
    "EndPort",
    "FullEndPorts",
    "H2cSwitch",
    "IdleConnectTimeout",
    "MaxConn",
    "MaxCps",
    "MultiCertInfo",
    "ProxyProtocol",
    "RescheduleExpandTarget",
    "RescheduleInterval",
    "RescheduleStartTime",
    "RescheduleTargetZeroWeight",
    "RescheduleUnhealthy",
    "SslCloseSwitch",
];

/// What a listener is told when it is made and may be told after.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Manner {
    pub health_check: Option<WantedHealth>,
    certificate: Option<WantedCertificate>,
    session_expire_time: Option<i64>,
    scheduler: Option<String>,
    sni_switch: Option<i64>,
    target_type: Option<String>,
    session_type: Option<String>,
    keepalive_enable: Option<i64>,
    deregister_target_rst: Option<bool>,
    /// Sources are kept here, always.
    snat_enable: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    ports: Vec<i64>,
    protocol: String,
    #[serde(default)]
    listener_names: Vec<String>,
    #[serde(flatten)]
    manner: Manner,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Made {
    listener_ids: Vec<String>,
}

/// `CreateListener`: one for each port.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    if let Some(name) = call.input.asks_for(&ABSENT) {
        return Err(Refusal::not_served(name));
    }
    let wanted: Wanted = call.read()?;
    let listeners = wanted.listeners()?;
    let balancer = wanted.load_balancer_id;
    Ok(call.consult(move |view, issuer| {
        let balancer = clb::find_routing(view, issuer.project, &balancer)?;
        let operation = Operation::CreateListeners(CreateListeners { listeners });
        let command = clb::command(issuer, balancer, operation);
        Ok(issuer
            .order_in_view(command, |receipt, view| Made { listener_ids: made(receipt, view) }))
    }))
}

/// The ids were chosen when the order was planned and stand in its job.
fn made(receipt: &Receipt, view: &View<'_>) -> Vec<String> {
    let Some(job) = receipt.job.and_then(|job| view.job(job)) else { return Vec::new() };
    let Operation::CreateListeners(create) = &job.operation else { return Vec::new() };
    create.listeners.iter().map(|listener| ids::listener(listener.id)).collect()
}

impl Wanted {
    fn listeners(&self) -> Result<Vec<Listener>, Refusal> {
        let Wanted { load_balancer_id: _, ports, protocol, listener_names, manner } = self;
        if !(1..=LISTENERS_MAX).contains(&ports.len()) {
            return Err(Refusal::bad_length("Ports", 1, LISTENERS_MAX));
        }
        if !listener_names.is_empty() && listener_names.len() != ports.len() {
            return Err(Refusal::bad_length("ListenerNames", ports.len(), ports.len()));
        }
        let protocol = clb::read_protocol(protocol)?;
        let certificates = manner.certificates(protocol)?;
        // With SNI each domain brings its own.
        let by_domain = protocol == Protocol::Https && manner.sni_switch == Some(1);
        if decrypts(protocol) && certificates.is_none() && !by_domain {
            return Err(Refusal::missing("Certificate"));
        }
        let (certificate, client_certificate) = match certificates {
            Some(Certificates { own, of_clients }) => (Some(own), of_clients),
            None => (None, None),
        };
        let health = match &manner.health_check {
            Some(_) if protocol.has_rules() => return Err(of_rules("HealthCheck")),
            Some(wanted) => wanted.over(&clb::usual_health(), protocol)?,
            None => clb::usual_health(),
        };
        let template = Listener {
            // Chosen when the order is planned.
            id: ListenerId(Handle::fold(0)),
            name: "".into(),
            port: 0,
            backend_port: 0,
            protocol,
            scheduler: manner.scheduler(protocol)?.unwrap_or_else(|| "wrr".into()),
            session_s: manner.session_s(protocol)?.unwrap_or(0),
            health,
            certificate,
            client_certificate,
            members: Vec::new(),
            rules: Vec::new(),
            default_domain: None,
            created_at: None,
            hints: manner.hints(protocol)?,
        };
        let mut names = listener_names.iter();
        let one = |port: &i64| {
            let port = clb::port("Ports", *port)?;
            let name: Arc<str> = match names.next() {
                Some(name) => {
                    clb::name("ListenerNames", name)?;
                    name.as_str().into()
                }
                None => "".into(),
            };
            Ok(Listener { name, port, ..template.clone() })
        };
        ports.iter().map(one).collect()
    }
}

/// What listeners of HTTP and HTTPS leave to their rules.
pub fn of_rules(name: &str) -> Refusal {
    Refusal::said_by_action(
        "InvalidParameter",
        format!("the parameter `{name}` of an HTTP or HTTPS listener is told its rules"),
        format!("HTTP 和 HTTPS 监听器的参数 `{name}` 须在转发规则中指定"),
    )
}

const fn decrypts(protocol: Protocol) -> bool {
    matches!(protocol, Protocol::Https | Protocol::Tls)
}

fn only_for(name: &str, protocol: Protocol) -> Refusal {
    let protocol = clb::protocol(protocol);
    Refusal::said_by_action(
        "InvalidParameter",
        format!("the parameter `{name}` is not for {protocol} listeners"),
        format!("{protocol} 监听器不支持参数 `{name}`"),
    )
}

impl Manner {
    pub fn scheduler(&self, protocol: Protocol) -> Result<Option<Arc<str>>, Refusal> {
        match self.scheduler.as_deref() {
            None => Ok(None),
            Some(_) if protocol.has_rules() => Err(of_rules("Scheduler")),
            Some(word @ ("WRR" | "LEAST_CONN")) => Ok(Some(word.to_ascii_lowercase().into())),
            Some(word) => Err(Refusal::bad("InvalidParameterValue", "Scheduler", word)),
        }
    }

    /// 0, or half a minute to an hour.
    pub fn session_s(&self, protocol: Protocol) -> Result<Option<u32>, Refusal> {
        match self.session_expire_time {
            None => Ok(None),
            Some(_) if protocol.has_rules() => Err(of_rules("SessionExpireTime")),
            Some(said) => match u32::try_from(said) {
                Ok(seconds @ (0 | 30..=3600)) => Ok(Some(seconds)),
                Ok(_) | Err(_) => {
                    Err(Refusal::bad("InvalidParameterValue", "SessionExpireTime", said))
                }
            },
        }
    }

    pub fn certificates(&self, protocol: Protocol) -> Result<Option<Certificates>, Refusal> {
        match &self.certificate {
            None => Ok(None),
            Some(_) if !decrypts(protocol) => Err(only_for("Certificate", protocol)),
            Some(wanted) => wanted.read().map(Some),
        }
    }

    /// What is remembered of it, each where the vendor has it.
    pub fn hints(&self, protocol: Protocol) -> Result<Hints, Refusal> {
        match self.target_type.as_deref() {
            None | Some("NODE") => {}
            Some(_) => return Err(Refusal::not_served("TargetType")),
        }
        match self.session_type.as_deref() {
            None | Some("NORMAL") => {}
            Some(_) => return Err(Refusal::not_served("SessionType")),
        }
        if self.snat_enable == Some(true) {
            return Err(Refusal::not_served("SnatEnable"));
        }
        let web = protocol.has_rules();
        let mut said = Hints::new();
        for (hint, name, value, fits) in [
            (hints::SNI, "SniSwitch", self.sni_switch, protocol == Protocol::Https),
            (hints::KEEPALIVE, "KeepaliveEnable", self.keepalive_enable, web),
        ] {
            match value {
                None => {}
                // Clients write 0 for what they leave alone.
                Some(0) if !fits => {}
                Some(_) if !fits => return Err(only_for(name, protocol)),
                Some(value @ (0 | 1)) => {
                    said.insert(hint.into(), value.to_string().into());
                }
                Some(value) => return Err(Refusal::bad("InvalidParameterValue", name, value)),
            }
        }
        match self.deregister_target_rst {
            Some(true) if protocol != Protocol::Tcp => {
                return Err(only_for("DeregisterTargetRst", protocol));
            }
            Some(on) => {
                said.insert(hints::DEREGISTER_RESET.into(), on.to_string().into());
            }
            None => {}
        }
        if let Some(check) = &self.health_check {
            said.extend(check.hints()?);
        }
        Ok(said)
    }
}
