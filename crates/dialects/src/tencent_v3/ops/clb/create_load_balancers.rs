use std::sync::Arc;

use regiment_core::command::TokenClaim;
use regiment_core::model::{FaultKind, Handle, Hints, NetworkId, ProjectId, Reach, Tag};
use regiment_core::ops::{CreateLoadBalancers, Operation};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::{Call, Issuer};
use crate::tencent_v3::clb::{self, hints};
use crate::tencent_v3::faults::Refusal;

/// Load balancers in one call.
const NUMBER_MAX: u64 = 20;
/// Of each reach, by the vendor's quota.
pub const QUOTA: usize = 100;
const BANDWIDTH_MAX: i64 = 2048;
/// Mbit/s when nobody says.
pub const BANDWIDTH: i64 = 10;

/// What is not here.
const ABSENT: [&str; 14] = [
    "AccessLogTopicId",
    "AdvancedRoute",
    "AvailableZoneAffinityInfo",
    "BandwidthPackageId",
    "ClusterIds",
    "ClusterTag",
    "DynamicVip",
    "Egress",
    "EipAddressId",
    "ExclusiveCluster",
    "SlaveZoneId",
    "SnatIps",
    "SnatPro",
    "Vip",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_type: String,
    forward: Option<i64>,
    load_balancer_name: Option<String>,
    vpc_id: Option<String>,
    subnet_id: Option<String>,
    project_id: Option<i64>,
    #[serde(rename = "AddressIPVersion")]
    address_version: Option<String>,
    number: Option<u64>,
    master_zone_id: Option<String>,
    zone_id: Option<String>,
    internet_accessible: Option<Internet>,
    vip_isp: Option<String>,
    #[serde(default)]
    tags: Vec<WantedTag>,
    sla_type: Option<String>,
    client_token: Option<String>,
    load_balancer_pass_to_target: Option<bool>,
    #[serde(rename = "LBChargeType")]
    charge_type: Option<String>,
    #[serde(rename = "LBChargePrepaid")]
    prepaid: Option<Prepaid>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
pub struct Internet {
    internet_charge_type: Option<String>,
    internet_max_bandwidth_out: Option<i64>,
    bandwidthpkg_sub_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Prepaid {
    period: Option<i64>,
    renew_flag: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct WantedTag {
    tag_key: String,
    tag_value: String,
}

type Id = Option<Arc<str>>;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Made {
    load_balancer_ids: Vec<String>,
    /// A deal is known by the number of its task.
    deal_name: String,
}

/// `CreateLoadBalancer`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    if let Some(name) = call.input.asks_for(&ABSENT) {
        return Err(Refusal::not_served(name));
    }
    let wanted: Wanted = call.read()?;
    let reach = clb::read_reach(&wanted.load_balancer_type)?;
    let number = wanted.number.unwrap_or(1);
    if !(1..=NUMBER_MAX).contains(&number) {
        return Err(Refusal::out_of_range("Number", 1, 20));
    }
    if let Some(version) = wanted.address_version.as_deref().filter(|said| *said != "IPV4") {
        return Err(Refusal::bad("InvalidParameterValue", "AddressIPVersion", version));
    }
    // The older kind can no longer be bought by this version.
    if let Some(forward) = wanted.forward.filter(|said| *said != 1) {
        return Err(Refusal::bad("InvalidParameterValue", "Forward", forward));
    }
    let name: Arc<str> = match &wanted.load_balancer_name {
        Some(name) => {
            clb::name("LoadBalancerName", name)?;
            name.as_str().into()
        }
        None => some_name(call),
    };
    let names = vec![name; usize::try_from(number).unwrap_or(1)];
    let hints = wanted.hints()?;
    let tags = wanted.tags.iter().map(WantedTag::read).collect();
    let too_long = "InvalidParameter.ClientTokenLimitExceeded";
    let token = call.token(wanted.client_token.as_deref(), too_long)?;
    Ok(call.consult(move |view, issuer| {
        let (network, subnet) = wanted.network(view, issuer.project, reach)?;
        let operation = CreateLoadBalancers {
            names,
            reach,
            routes: true,
            domain_prefix: None,
            network,
            subnet,
            tags,
            hints,
            like: None,
            bare: false,
        };
        order(view, issuer, operation, token)
    }))
}

/// The quota is not asked of a call that was answered before.
fn order(
    view: &View<'_>,
    issuer: &Issuer,
    operation: CreateLoadBalancers,
    token: Option<TokenClaim>,
) -> Result<Action, Refusal> {
    let known = token
        .as_ref()
        .is_some_and(|claim| view.world.token(issuer.project, &claim.token).is_some());
    if !known {
        is_room_for(operation.names.len(), view, issuer.project, operation.reach)?;
    }
    let mut command = issuer.command(Operation::CreateLoadBalancers(operation), Vec::new());
    command.token = token;
    Ok(issuer.order_with(command, |receipt| Made {
        load_balancer_ids: receipt.balancers().map(ids::balancer).collect(),
        deal_name: receipt.job.map(|job| job.0.to_string()).unwrap_or_default(),
    }))
}

pub fn is_room_for(
    count: usize,
    view: &View<'_>,
    project: ProjectId,
    reach: Reach,
) -> Result<(), Refusal> {
    let of_kind = view.world.balancers().filter(|balancer| {
        balancer.project == project && balancer.routes && balancer.reach == reach
    });
    if of_kind.count() + count > QUOTA { Err(FaultKind::QuotaExceeded.into()) } else { Ok(()) }
}

/// A name, when none is said.
pub fn some_name(call: &Call<'_>) -> Arc<str> {
    format!("lb-{}", Handle::fold(low(call.reply.request.0))).into()
}

fn low(request: u128) -> u64 {
    u64::try_from(request & u128::from(u64::MAX)).expect("64 bits fit")
}

impl Wanted {
    fn hints(&self) -> Result<Hints, Refusal> {
        let mut said = match &self.internet_accessible {
            Some(internet) => internet.hints()?,
            None => Hints::new(),
        };
        let mut put = |name: &str, value: Option<String>| {
            said.extend(value.map(|value| (Arc::from(name), Arc::from(value))));
        };
        match self.charge_type.as_deref() {
            None | Some("POSTPAID_BY_HOUR" | "PREPAID") => {}
            Some(kind) => return Err(Refusal::bad("InvalidParameterValue", "LBChargeType", kind)),
        }
        check_isp(self.vip_isp.as_deref())?;
        if let Some(project) = self.project_id.filter(|id| u32::try_from(*id).is_err()) {
            return Err(Refusal::bad("InvalidParameterValue", "ProjectId", project));
        }
        put(hints::CHARGE_TYPE, self.charge_type.clone());
        put(hints::ISP, self.vip_isp.clone());
        put(hints::SLA_TYPE, self.sla_type.clone());
        put(hints::PROJECT, self.project_id.map(|id| id.to_string()));
        put(hints::ZONE, self.zone_id.clone().or_else(|| self.master_zone_id.clone()));
        put(hints::PASS_TO_TARGET, self.load_balancer_pass_to_target.map(|on| on.to_string()));
        if let Some(Prepaid { period, renew_flag }) = &self.prepaid {
            put(hints::PERIOD, period.map(|months| months.to_string()));
            put(hints::RENEW_FLAG, renew_flag.clone());
        }
        Ok(said)
    }

    /// The network and, of a private one, the subnet: the project's first when none is named.
    fn network(
        &self,
        view: &View<'_>,
        project: ProjectId,
        reach: Reach,
    ) -> Result<(Id, Id), Refusal> {
        let world = view.world;
        let shown = |vpc: NetworkId| Some(ids::network(vpc).into());
        let private = reach == Reach::Private;
        let Some(named) = self.vpc_id.as_deref().filter(|named| !named.is_empty()) else {
            if let Some(subnet) = &self.subnet_id {
                return Err(Refusal::bad("InvalidParameter", "SubnetId", subnet));
            }
            let first = world.subnets(project).next();
            let subnet = first.filter(|_| private).map(|subnet| ids::subnet(subnet.id).into());
            return Ok((first.and_then(|subnet| shown(subnet.vpc)), subnet));
        };
        let vpc = world
            .vpcs(project)
            .find(|vpc| ids::network(vpc.id) == named)
            .ok_or_else(|| Refusal::bad("InvalidParameter", "VpcId", named))?;
        let subnet = match self.subnet_id.as_deref() {
            None if private => return Err(Refusal::missing("SubnetId")),
            None => None,
            Some(named) => {
                let subnet = world
                    .subnets(project)
                    .find(|subnet| ids::subnet(subnet.id) == named && subnet.vpc == vpc.id)
                    .ok_or_else(|| Refusal::bad("InvalidParameter", "SubnetId", named))?;
                Some(ids::subnet(subnet.id).into())
            }
        };
        Ok((shown(vpc.id), subnet))
    }
}

impl WantedTag {
    pub fn read(&self) -> Tag {
        Tag { key: self.tag_key.as_str().into(), value: self.tag_value.as_str().into() }
    }
}

/// Whose addresses public ones have.
pub fn check_isp(said: Option<&str>) -> Result<(), Refusal> {
    match said {
        None | Some("BGP" | "CMCC" | "CTCC" | "CUCC") => Ok(()),
        Some(isp) => Err(Refusal::bad("InvalidParameterValue", "VipIsp", isp)),
    }
}

impl Internet {
    /// Whether it is paid by traffic, and for how many megabits a second.
    pub fn priced(&self) -> Result<(bool, u32), Refusal> {
        self.hints()?;
        let by_bandwidth = self
            .internet_charge_type
            .as_deref()
            .is_some_and(|kind| kind != "TRAFFIC_POSTPAID_BY_HOUR");
        let said = self.internet_max_bandwidth_out.unwrap_or(BANDWIDTH);
        Ok((!by_bandwidth, u32::try_from(said).unwrap_or(0)))
    }

    pub fn hints(&self) -> Result<Hints, Refusal> {
        if self.bandwidthpkg_sub_type.is_some() {
            return Err(Refusal::not_served("InternetAccessible.BandwidthpkgSubType"));
        }
        match self.internet_charge_type.as_deref() {
            None
            | Some(
                "TRAFFIC_POSTPAID_BY_HOUR" | "BANDWIDTH_POSTPAID_BY_HOUR" | "BANDWIDTH_PREPAID",
            ) => {}
            Some(kind) => {
                let name = "InternetAccessible.InternetChargeType";
                return Err(Refusal::bad("InvalidParameterValue", name, kind));
            }
        }
        let bandwidth = self.internet_max_bandwidth_out;
        if bandwidth.is_some_and(|said| !(0..=BANDWIDTH_MAX).contains(&said)) {
            let name = "InternetAccessible.InternetMaxBandwidthOut";
            return Err(Refusal::out_of_range(name, 0, BANDWIDTH_MAX));
        }
        let kind = self.internet_charge_type.clone();
        let said = [
            (hints::INTERNET_CHARGE_TYPE, kind),
            (hints::BANDWIDTH, bandwidth.map(|said| said.to_string())),
        ];
        let put = |(name, value): (&str, Option<String>)| Some((name.into(), value?.into()));
        Ok(said.into_iter().filter_map(put).collect())
    }
}
