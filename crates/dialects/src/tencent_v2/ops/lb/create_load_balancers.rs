use std::sync::Arc;

use regiment_core::model::Reach;
use regiment_core::ops::{CreateLoadBalancers, Operation};
use serde::Serialize;

use crate::Action;
use crate::tencent::{hints, ids};
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::reply::Keyed;
use crate::tencent_v2::{names, task};

/// Load balancers in one call. The vendor's documents say none; this is its quota for an account.
const NUMBER_MAX: u32 = 100;

#[derive(Serialize)]
struct Made {
    #[serde(rename = "requestId")]
    request_id: u64,
    /// A deal is known by the number of its task.
    #[serde(rename = "dealIds")]
    deals: [String; 1],
    #[serde(rename = "unLoadBalancerIds")]
    ids: Keyed<String, Vec<String>>,
}

/// `CreateLoadBalancer`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let issuer = call.issuer();
    let reach = match fields.need_number("loadBalancerType", 2..=3)? {
        2 => Reach::Public,
        _ => Reach::Private,
    };
    let routes = fields.flag("forward")?.unwrap_or(false);
    let count = fields.number("number", 1..=NUMBER_MAX)?.unwrap_or(1);
    let project = fields.number("projectId", 0..=u32::MAX)?;
    let project = project.map(|id| (hints::BALANCER_PROJECT.into(), id.to_string().into()));
    let name: Arc<str> = match names::read(&fields, "loadBalancerName", names::BALANCER_CHARS_MAX)?
    {
        Some(name) => name.into(),
        None => format!("lb-{}", issuer.request.handle()).into(),
    };
    let operation = Operation::CreateLoadBalancers(CreateLoadBalancers {
        names: vec![name; count as usize],
        reach,
        routes,
        domain_prefix: domain_prefix(&fields, reach, routes)?,
        network: fields.text("vpcId").map(Into::into),
        subnet: fields.text("subnetId").map(Into::into),
        tags: Vec::new(),
        hints: project.into_iter().collect(),
        like: None,
        bare: false,
    });
    Ok(task::order(issuer.command(operation, Vec::new()), "", |job, receipt, _| {
        let deal = job.0.to_string();
        let made = receipt.balancers().map(ids::balancer).collect();
        Made { request_id: job.0, deals: [deal.clone()], ids: Keyed(vec![(deal, made)]) }
    }))
}

/// Only classic public load balancers have a domain.
fn domain_prefix(
    fields: &Fields<'_>,
    reach: Reach,
    routes: bool,
) -> Result<Option<Arc<str>>, Refusal> {
    let prefix = prefix(fields)?;
    if prefix.is_some() && (reach == Reach::Private || routes) {
        return Err(not_for_domain());
    }
    Ok(prefix)
}

pub fn not_for_domain() -> Refusal {
    let why = "is for classic public load balancers".to_owned();
    Refusal::Malformed { name: "domainPrefix".to_owned(), why }
}

/// How a domain is to begin.
pub fn prefix(fields: &Fields<'_>) -> Result<Option<Arc<str>>, Refusal> {
    let Some(prefix) = fields.text("domainPrefix") else { return Ok(None) };
    let fits = (1..=20).contains(&prefix.len())
        && prefix.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !fits {
        let why = "must be 1 to 20 lower-case letters, digits or hyphens";
        return Err(fields.bad("domainPrefix", why));
    }
    Ok(Some(prefix.into()))
}
