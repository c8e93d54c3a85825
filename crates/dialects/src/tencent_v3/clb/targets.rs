//! Targets: ports of instances behind a listener, as a client names them and as they are shown.

use std::sync::Arc;

use regiment_core::model::{
    FaultKind, ForwardingRule, Listener, LoadBalancer, Member, Membership, Place, ProjectId,
    Server, ServerId, Time,
};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use super::listener;
use crate::tencent::{ids, times};
use crate::tencent_v3::call;
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::places::Zones;

/// Targets in one call that is for one listener.
const TARGETS_MAX: usize = 20;
const WEIGHT_MAX: i64 = 100;
const WEIGHT: u32 = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Wanted {
    port: i64,
    instance_id: Option<String>,
    eni_ip: Option<String>,
    weight: Option<i64>,
    #[serde(rename = "Type")]
    kind: Option<String>,
    tag: Option<String>,
}

/// Which listener, and which of its rules.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Where {
    pub load_balancer_id: String,
    listener_id: String,
    #[serde(flatten)]
    rule: WantedRule,
}

/// Which rule of a listener, by its id or its words.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct WantedRule {
    location_id: Option<String>,
    domain: Option<String>,
    url: Option<String>,
}

impl Where {
    pub fn find(&self, balancer: &LoadBalancer) -> Result<Place, Refusal> {
        self.rule.find(balancer, &self.listener_id)
    }
}

impl WantedRule {
    /// Where the targets are: at the listener, or at the rule of one that has rules.
    pub fn find(&self, balancer: &LoadBalancer, listener_id: &str) -> Result<Place, Refusal> {
        let WantedRule { location_id, domain, url } = self;
        let found = listener(balancer, listener_id)?;
        let by_words = domain.as_ref().or(url.as_ref());
        let Some(named) = location_id.as_ref().or(by_words) else {
            return if found.protocol.has_rules() {
                Err(Refusal::missing("LocationId"))
            } else {
                Ok(found.id.into())
            };
        };
        let rule = match (location_id, domain, url) {
            _ if !found.protocol.has_rules() => Err(no_rule(named)),
            (Some(id), _, _) => rule(found, id),
            (None, Some(domain), Some(url)) => rule_for(found, domain, url),
            (None, None, _) => Err(Refusal::missing("Domain")),
            (None, Some(_), None) => Err(Refusal::missing("Url")),
        };
        Ok(Place { listener: found.id, rule: Some(rule?.id) })
    }
}

fn no_rule(named: &str) -> Refusal {
    Refusal::from(FaultKind::RuleNotFound).about(named)
}

pub fn rule<'b>(listener: &'b Listener, id: &str) -> Result<&'b ForwardingRule, Refusal> {
    let read = ids::read_rule(id)
        .ok_or_else(|| Refusal::bad("InvalidParameter.FormatError", "LocationId", id))?;
    listener.rule(read).ok_or_else(|| no_rule(id))
}

pub fn rule_for<'b>(
    listener: &'b Listener,
    domain: &str,
    url: &str,
) -> Result<&'b ForwardingRule, Refusal> {
    listener.rule_for(domain, url).ok_or_else(|| no_rule(&format!("{domain}{url}")))
}

pub fn port(name: &str, said: i64) -> Result<u16, Refusal> {
    u16::try_from(said)
        .ok()
        .filter(|port| *port > 0)
        .ok_or_else(|| Refusal::bad("InvalidParameterValue", name, said))
}

pub fn weight(said: i64) -> Result<u32, Refusal> {
    u32::try_from(said)
        .ok()
        .filter(|_| said <= WEIGHT_MAX)
        .ok_or_else(|| Refusal::bad("InvalidParameterValue", "Weight", said))
}

impl Wanted {
    /// What can be said to be wrong without a look at the world.
    pub fn check(&self) -> Result<(), Refusal> {
        port("Port", self.port)?;
        self.weight.map(weight).transpose()?;
        match self.kind.as_deref() {
            None | Some("CVM" | "ENI") => {}
            Some(kind) => return Err(Refusal::bad("InvalidParameterValue", "Type", kind)),
        }
        if self.tag.as_ref().is_some_and(|tag| !tag.is_empty()) {
            return Err(Refusal::not_served("Targets.Tag"));
        }
        match (&self.instance_id, &self.eni_ip) {
            (Some(_), Some(_)) => Err(Refusal::conflict("InstanceId", "EniIp")),
            (None, None) => Err(Refusal::missing("InstanceId")),
            (Some(_), None) | (None, Some(_)) => Ok(()),
        }
    }

    /// All of one call for one listener.
    pub fn check_all(wanted: &[Wanted]) -> Result<(), Refusal> {
        if !(1..=TARGETS_MAX).contains(&wanted.len()) {
            return Err(Refusal::bad_length("Targets", 1, TARGETS_MAX));
        }
        wanted.iter().try_for_each(Wanted::check)
    }

    fn server(&self, view: &View<'_>, project: ProjectId) -> Result<ServerId, Refusal> {
        if let Some(id) = &self.instance_id {
            let named = view.world.named(project, &call::target(id)?);
            let found = named.map(|server| server.id);
            return found.ok_or_else(|| Refusal::from(FaultKind::ServerNotFound).about(id));
        }
        let address = self.eni_ip.as_deref().unwrap_or_default();
        let has = |server: &&Server| {
            server.details.nics.iter().any(|nic| nic.address.to_string() == address)
        };
        view.world
            .servers_of(project)
            .find(has)
            .map(|server| server.id)
            .ok_or_else(|| Refusal::from(FaultKind::ServerNotFound).about(address))
    }

    /// The member this is, with its own weight, another, or the usual one.
    fn member(
        &self,
        view: &View<'_>,
        project: ProjectId,
        place: Place,
        otherwise: Option<u32>,
    ) -> Result<Membership, Refusal> {
        let server = self.server(view, project)?;
        let own = self.weight.map(weight).transpose()?;
        let weight = own.or(otherwise).unwrap_or(WEIGHT);
        let member = Member { server, port: port("Port", self.port)?, weight, since: view.now };
        Ok(Membership::of(place, member))
    }

    /// The members that all of these are. One of a place named twice is refused.
    pub fn members<'w>(
        wanted: impl IntoIterator<Item = (Place, &'w Wanted)>,
        view: &View<'_>,
        project: ProjectId,
        otherwise: Option<u32>,
    ) -> Result<Vec<Membership>, Refusal> {
        let mut members: Vec<Membership> = Vec::new();
        for (place, one) in wanted {
            let made = one.member(view, project, place, otherwise)?;
            let Member { server, port, weight: _, since: _ } = made.member;
            if members.iter().any(|old| old.place() == place && old.member.is_at(server, port)) {
                let name = format!("{}:{port}", ids::instance(server.handle()));
                return Err(Refusal::bad("InvalidParameterValue.Duplicate", "Targets", name));
            }
            members.push(made);
        }
        Ok(members)
    }
}

/// One target, whether it is the listener's own or the load balancer's in API 2.0.
pub struct Listed<'v> {
    pub server: &'v Server,
    pub port: u16,
    pub weight: u32,
    since: Option<Time>,
}

impl<'v> Listed<'v> {
    /// All that a listener forwards to without a rule.
    pub fn of(view: &View<'v>, balancer: &LoadBalancer, listener: &Listener) -> Vec<Listed<'v>> {
        let world = view.world;
        let shared = balancer.backends.iter().filter(|_| listener.backend_port != 0);
        let shared = shared.filter_map(|backend| {
            let (port, weight) = (listener.backend_port, backend.weight);
            Some(Listed { server: world.server(backend.server)?, port, weight, since: None })
        });
        shared.chain(Listed::among(view, &listener.members)).collect()
    }

    /// All that a rule forwards to.
    pub fn of_rule(view: &View<'v>, rule: &ForwardingRule) -> Vec<Listed<'v>> {
        Listed::among(view, &rule.members).collect()
    }

    fn among<'m>(
        view: &View<'v>,
        members: &'m [Member],
    ) -> impl Iterator<Item = Listed<'v>> + use<'v, 'm> {
        let world = view.world;
        members.iter().filter_map(move |member| {
            let Member { server, port, weight, since } = *member;
            Some(Listed { server: world.server(server)?, port, weight, since: Some(since) })
        })
    }

    pub fn addresses(&self) -> Vec<String> {
        self.server.details.nics.iter().map(|nic| nic.address.to_string()).collect()
    }

    pub fn show(&self, zones: &Zones) -> Shown {
        Shown {
            kind: "CVM",
            instance_id: ids::instance(self.server.id.handle()),
            port: self.port,
            weight: self.weight,
            public_ip_addresses: None,
            private_ip_addresses: self.addresses(),
            instance_name: self.server.name.clone(),
            registered_time: self.since.map(times::beijing),
            eni_id: None,
            tag: "",
            zone: zones.shown(&self.server.details.zone),
        }
    }
}

/// A target in a list.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Shown {
    #[serde(rename = "Type")]
    kind: &'static str,
    instance_id: String,
    port: u16,
    weight: u32,
    public_ip_addresses: Option<[String; 0]>,
    private_ip_addresses: Vec<String>,
    instance_name: Arc<str>,
    /// Not known of those that were put there in API 2.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    registered_time: Option<String>,
    eni_id: Option<String>,
    tag: &'static str,
    zone: String,
}
