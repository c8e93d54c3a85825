use std::sync::Arc;

use regiment_core::command::Receipt;
use regiment_core::model::{
    Certificates, FaultKind, ForwardingRule, Handle, Hints, Listener, Protocol, RuleId,
};
use regiment_core::ops::{CreateRules, Operation};
use regiment_core::view::View;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, WantedCertificate, WantedHealth, hints};
use crate::tencent_v3::faults::Refusal;

/// Rules in one call: as many as a listener may have in all, by the vendor's quota.
const RULES_MAX: usize = 50;

const DOMAIN_CHARS_MAX: usize = 120;
const PATH_CHARS_MAX: usize = 200;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    listener_id: String,
    rules: Vec<WantedRule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WantedRule {
    url: String,
    domain: Option<String>,
    #[serde(default)]
    domains: Vec<String>,
    certificate: Option<WantedCertificate>,
    default_server: Option<bool>,
    http2: Option<bool>,
    target_type: Option<String>,
    quic: Option<bool>,
    multi_cert_info: Option<IgnoredAny>,
    #[serde(flatten)]
    manner: Manner,
}

/// How a rule forwards: what it is told when it is made and may be told after.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Manner {
    pub health_check: Option<WantedHealth>,
    session_expire_time: Option<i64>,
    scheduler: Option<String>,
    forward_type: Option<String>,
    trpc_callee: Option<String>,
    trpc_func: Option<String>,
    cookie_name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Made {
    location_ids: Vec<String>,
}

/// `CreateRule`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    if !(1..=RULES_MAX).contains(&wanted.rules.len()) {
        return Err(Refusal::bad_length("Rules", 1, RULES_MAX));
    }
    Ok(call.consult(move |view, issuer| {
        let balancer = clb::find_routing(view, issuer.project, &wanted.load_balancer_id)?;
        let listener = clb::listener(balancer, &wanted.listener_id)?;
        if !listener.protocol.has_rules() {
            return Err(Refusal::from(FaultKind::ListenerUnfit).about(&wanted.listener_id));
        }
        let operation = Operation::CreateRules(wanted.rules_of(listener)?);
        let command = clb::command(issuer, balancer, operation);
        Ok(issuer
            .order_in_view(command, |receipt, view| Made { location_ids: made(receipt, view) }))
    }))
}

/// The ids were chosen when the order was planned and stand in its job.
fn made(receipt: &Receipt, view: &View<'_>) -> Vec<String> {
    let Some(job) = receipt.job.and_then(|job| view.job(job)) else { return Vec::new() };
    let Operation::CreateRules(create) = &job.operation else { return Vec::new() };
    create.rules.iter().map(|rule| ids::rule(rule.id)).collect()
}

impl Wanted {
    fn rules_of(&self, listener: &Listener) -> Result<CreateRules, Refusal> {
        let mut create =
            CreateRules { listener: listener.id, rules: Vec::new(), default_domain: None };
        for wanted in &self.rules {
            let rule = wanted.read(listener)?;
            if wanted.default_server == Some(true) {
                match &create.default_domain {
                    Some(other) if *other != rule.domain => {
                        let name = "Rules.DefaultServer";
                        return Err(Refusal::bad("InvalidParameterValue.Duplicate", name, true));
                    }
                    Some(_) | None => create.default_domain = Some(rule.domain.clone()),
                }
            }
            create.rules.push(rule);
        }
        Ok(create)
    }
}

impl WantedRule {
    fn read(&self, listener: &Listener) -> Result<ForwardingRule, Refusal> {
        let protocol = listener.protocol;
        if self.multi_cert_info.is_some() {
            return Err(Refusal::not_served("Rules.MultiCertInfo"));
        }
        if self.quic == Some(true) {
            return Err(Refusal::not_served("Rules.Quic"));
        }
        match self.target_type.as_deref() {
            None | Some("NODE") => {}
            Some(_) => return Err(Refusal::not_served("Rules.TargetType")),
        }
        let domain = match (&self.domain, self.domains.as_slice()) {
            (Some(_), [_, ..]) => return Err(Refusal::conflict("Domain", "Domains")),
            (Some(one), []) | (None, [one]) => domain("Rules.Domain", one)?,
            (None, []) => return Err(Refusal::missing("Rules.Domain")),
            (None, [_, _, ..]) => return Err(Refusal::not_served("Rules.Domains")),
        };
        let health = match &self.manner.health_check {
            Some(wanted) => wanted.over(&clb::usual_health(), protocol)?,
            None => clb::usual_health(),
        };
        let mut hints = self.manner.hints(protocol)?;
        hints.extend(http2("Rules.Http2", self.http2, protocol)?);
        Ok(ForwardingRule {
            // Chosen when the order is planned.
            id: RuleId(Handle::fold(0)),
            certificates: self.certificates(listener, &domain)?,
            domain,
            path: path("Rules.Url", &self.url)?,
            scheduler: self.manner.scheduler()?.unwrap_or_else(|| "wrr".into()),
            session_s: self.manner.session_s()?.unwrap_or(0),
            health,
            members: Vec::new(),
            redirection: None,
            automatic: false,
            created_at: None,
            hints,
        })
    }

    /// A domain that is new to a listener where each has its own needs one.
    fn certificates(
        &self,
        listener: &Listener,
        domain: &str,
    ) -> Result<Option<Certificates>, Refusal> {
        match &self.certificate {
            Some(wanted) => of_domains(listener, "Rules.Certificate", wanted).map(Some),
            None if has_sni(listener) && !listener.has_domain(domain) => {
                Err(Refusal::missing("Rules.Certificate"))
            }
            None => Ok(None),
        }
    }
}

/// Whether each domain of a listener has a certificate of its own.
fn has_sni(listener: &Listener) -> bool {
    clb::number(&listener.hints, hints::SNI) == 1
}

pub fn of_domains(
    listener: &Listener,
    name: &str,
    wanted: &WantedCertificate,
) -> Result<Certificates, Refusal> {
    if listener.protocol == Protocol::Https && has_sni(listener) {
        return wanted.read();
    }
    Err(Refusal::said_by_action(
        "InvalidParameter",
        format!("the parameter `{name}` is only for HTTPS listeners with SNI"),
        format!("仅开启 SNI 的 HTTPS 监听器支持参数 `{name}`"),
    ))
}

/// Only who speaks HTTPS can speak HTTP/2.
pub fn http2(name: &str, said: Option<bool>, protocol: Protocol) -> Result<Hints, Refusal> {
    match said {
        Some(true) if protocol != Protocol::Https => Err(only_https(name)),
        Some(on) => Ok([(hints::HTTP2.into(), on.to_string().into())].into()),
        None => Ok(Hints::new()),
    }
}

fn only_https(name: &str) -> Refusal {
    Refusal::said_by_action(
        "InvalidParameter",
        format!("the parameter `{name}` is only for HTTPS listeners"),
        format!("仅 HTTPS 监听器支持参数 `{name}`"),
    )
}

/// A name, a name with an asterisk at one end, or a pattern after a tilde.
pub fn domain(name: &str, said: &str) -> Result<Arc<str>, Refusal> {
    if !(1..=DOMAIN_CHARS_MAX).contains(&said.chars().count()) {
        return Err(Refusal::bad_length(name, 1, DOMAIN_CHARS_MAX));
    }
    let plain = said.strip_prefix('*').or_else(|| said.strip_suffix('*')).unwrap_or(said);
    let is_name = plain.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '-' | '.'));
    let is_pattern = said.len() > 1 && said.starts_with('~') && !said.chars().any(char::is_control);
    if is_name || is_pattern {
        return Ok(said.into());
    }
    Err(Refusal::bad("InvalidParameter.FormatError", name, said))
}

/// A path, or a pattern after a tilde.
pub fn path(name: &str, said: &str) -> Result<Arc<str>, Refusal> {
    if !(1..=PATH_CHARS_MAX).contains(&said.chars().count()) {
        return Err(Refusal::bad_length(name, 1, PATH_CHARS_MAX));
    }
    let bare = !said.chars().any(|one| one.is_control() || one.is_whitespace());
    if said.starts_with('/') && bare || said.starts_with('~') && said.len() > 1 {
        return Ok(said.into());
    }
    Err(Refusal::bad("InvalidParameter.FormatError", name, said))
}

impl Manner {
    pub fn scheduler(&self) -> Result<Option<Arc<str>>, Refusal> {
        match self.scheduler.as_deref() {
            None => Ok(None),
            Some(word @ ("WRR" | "LEAST_CONN" | "IP_HASH")) => {
                Ok(Some(word.to_ascii_lowercase().into()))
            }
            Some(word) => Err(Refusal::bad("InvalidParameterValue", "Scheduler", word)),
        }
    }

    /// 0, or half a minute to a day.
    pub fn session_s(&self) -> Result<Option<u32>, Refusal> {
        match self.session_expire_time.map(|said| (said, u32::try_from(said))) {
            None => Ok(None),
            Some((_, Ok(seconds @ (0 | 30..=86_400)))) => Ok(Some(seconds)),
            Some((said, Ok(_) | Err(_))) => {
                Err(Refusal::bad("InvalidParameterValue", "SessionExpireTime", said))
            }
        }
    }

    /// What is remembered of it.
    pub fn hints(&self, protocol: Protocol) -> Result<Hints, Refusal> {
        for (name, said) in [
            ("TrpcCallee", &self.trpc_callee),
            ("TrpcFunc", &self.trpc_func),
            ("CookieName", &self.cookie_name),
        ] {
            if said.as_ref().is_some_and(|said| !said.is_empty()) {
                return Err(Refusal::not_served(name));
            }
        }
        let mut said = match &self.health_check {
            Some(check) => check.hints()?,
            None => Hints::new(),
        };
        match self.forward_type.as_deref() {
            None => {}
            Some("HTTPS" | "GRPC" | "GRPCS") if protocol != Protocol::Https => {
                return Err(only_https("ForwardType"));
            }
            Some(word @ ("HTTP" | "HTTPS" | "GRPC" | "GRPCS")) => {
                said.insert(hints::FORWARD_TYPE.into(), word.into());
            }
            Some(word) => return Err(Refusal::bad("InvalidParameterValue", "ForwardType", word)),
        }
        Ok(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_and_paths_have_the_vendors_forms() {
        for good in ["a.example", "*.example", "www.*", "~^www\\d+", "a"] {
            assert!(domain("Domain", good).is_ok(), "{good}");
        }
        for bad in ["", "a example", "a*b", "*.*", "~", "中国.example", &"a".repeat(121)] {
            assert!(domain("Domain", bad).is_err(), "{bad}");
        }
        for good in ["/", "/a/b?c=1", "~* \\.png$", "~ ^/x"] {
            assert!(path("Url", good).is_ok(), "{good}");
        }
        for bad in ["", "a", "/a b", "~", &"/".repeat(201)] {
            assert!(path("Url", bad).is_err(), "{bad}");
        }
    }
}
