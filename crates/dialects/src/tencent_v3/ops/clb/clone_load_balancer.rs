use std::sync::Arc;

use regiment_core::model::{Hints, LoadBalancer};
use regiment_core::ops::{CreateLoadBalancers, Operation};
use serde::Deserialize;

use super::create_load_balancers::{Internet, WantedTag, check_isp, is_room_for, some_name};
use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, hints};
use crate::tencent_v3::faults::Refusal;

/// What is not here.
const ABSENT: [&str; 10] = [
    "BandwidthPackageId",
    "ClusterIds",
    "ClusterTag",
    "EipAddressId",
    "ExclusiveCluster",
    "SlaveZoneId",
    "SnatIps",
    "SnatPro",
    "Vip",
    "Zones",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    load_balancer_name: Option<String>,
    project_id: Option<i64>,
    master_zone_id: Option<String>,
    zone_id: Option<String>,
    internet_accessible: Option<Internet>,
    vip_isp: Option<String>,
    #[serde(default)]
    tags: Vec<WantedTag>,
    sla_type: Option<String>,
}

/// `CloneLoadBalancer`: with listeners, rules and targets, and what is not said as it is of the
/// other. Which one was made is told by its task.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    if let Some(name) = call.input.asks_for(&ABSENT) {
        return Err(Refusal::not_served(name));
    }
    let wanted: Wanted = call.read()?;
    let name: Arc<str> = match &wanted.load_balancer_name {
        Some(name) => {
            clb::name("LoadBalancerName", name)?;
            name.as_str().into()
        }
        None => some_name(call),
    };
    let said = wanted.said()?;
    let tags = wanted.tags.iter().map(WantedTag::read).collect();
    let id = wanted.load_balancer_id;
    Ok(call.consult(move |view, issuer| {
        let model = clb::find_routing(view, issuer.project, &id)?;
        is_room_for(1, view, issuer.project, model.reach)?;
        let operation = CreateLoadBalancers {
            names: vec![name],
            reach: model.reach,
            routes: model.routes,
            domain_prefix: None,
            network: model.network.clone(),
            subnet: model.subnet.clone(),
            tags,
            hints: over(model, said),
            like: Some(model.id),
            bare: false,
        };
        let operation = Operation::CreateLoadBalancers(operation);
        Ok(issuer.order(issuer.command(operation, Vec::new())))
    }))
}

impl Wanted {
    fn said(&self) -> Result<Hints, Refusal> {
        check_isp(self.vip_isp.as_deref())?;
        if let Some(project) = self.project_id.filter(|id| u32::try_from(*id).is_err()) {
            return Err(Refusal::bad("InvalidParameterValue", "ProjectId", project));
        }
        let mut said = match &self.internet_accessible {
            Some(internet) => internet.hints()?,
            None => Hints::new(),
        };
        for (name, value) in [
            (hints::ISP, self.vip_isp.clone()),
            (hints::SLA_TYPE, self.sla_type.clone()),
            // The default one, unless another is said.
            (hints::PROJECT, Some(self.project_id.unwrap_or(0).to_string())),
            (hints::ZONE, self.zone_id.clone().or_else(|| self.master_zone_id.clone())),
        ] {
            said.extend(value.map(|value| (Arc::from(name), Arc::from(value))));
        }
        Ok(said)
    }
}

/// A copy can be deleted, however well the other is protected.
fn over(model: &LoadBalancer, said: Hints) -> Hints {
    let mut hints = model.hints.clone();
    hints.remove(hints::PROTECTED);
    hints.extend(said);
    hints
}
