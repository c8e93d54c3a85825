//! `CreateNatGateway`, `QueryNatGatewayProductionStatus`, `DescribeNatGateway`, `EipBindNatGateway`,
//! `EipUnBindNatGateway`, `DeleteNatGateway`: a whole network goes out under a few EIPs.

use std::net::Ipv4Addr;
use std::sync::Arc;

use regiment_core::edits::{AddGateway, Addresses, Edit, GatewayChange, NewWay};
use regiment_core::model::{Gateway, Hints, Way};
use regiment_core::ops::Operation;
use regiment_core::view::View;
use serde::Serialize;

use crate::Action;
use crate::tencent::{accounts, ids};
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::gateways::{self, Look, NAME_CHARS_MAX, NAT};
use crate::tencent_v2::ops::interfaces::vpc;
use crate::tencent_v2::ops::public_addresses::{BGP, UNNAMED};
use crate::tencent_v2::ops::task_results;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{names, task, times};

/// New EIPs in one call.
const NEW_MAX: u32 = 3;
/// Connections at a time, in the vendor's three sizes; the page counts them in ten thousands, its
/// sample one by one.
const SIZES: [u32; 3] = [1_000_000, 3_000_000, 10_000_000];
const PER_UNIT: u32 = 10_000;
const BANDWIDTH_MBPS: u32 = 100;
const BANDWIDTH_MAX: u32 = 5_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    bill_id: String,
    nat_gateway_id: String,
}

pub fn create(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let network = fields.need("vpcId")?.to_owned();
    fields.need("natName")?;
    let name: Arc<str> =
        names::read(&fields, "natName", NAME_CHARS_MAX)?.unwrap_or_default().into();
    let said = fields.need_number("maxConcurrent", 1..=u32::MAX)?;
    let connections_max = SIZES
        .into_iter()
        .find(|size| *size == said || *size / PER_UNIT == said)
        .ok_or_else(|| fields.bad("maxConcurrent", "must be 100, 300 or 1000"))?;
    let bandwidth_mbps = fields.number("bandwidth", 1..=BANDWIDTH_MAX)?.unwrap_or(BANDWIDTH_MBPS);
    let addresses = addresses(&fields)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        task::settled(vpc(view.world, issuer.project, &network).map(|vpc| {
            let way = NewWay::Shared { connections_max, bandwidth_mbps, addresses };
            let edit = AddGateway { vpc: Some(vpc.id), name, way, hints: Hints::new() };
            let mut command = issuer.command(Operation::from(Edit::AddGateway(edit)), Vec::new());
            command.numbered = true;
            Action::order(command, |outcome, _| {
                let made = task::accepted(outcome).map(|(job, receipt)| Made {
                    bill_id: job.0.to_string(),
                    nat_gateway_id: gateways::made(receipt)
                        .map(|id| ids::gateway_of(NAT.sort, id))
                        .unwrap_or_default(),
                });
                task::shown(made.map_err(|refusal| refusal.spelled(NAT.faults)))
            })
        }))
    }))
}

/// The EIPs that are named, and how many new ones are wanted.
fn addresses(fields: &Fields<'_>) -> Result<Addresses, Refusal> {
    let own = named(fields)?;
    let more = fields.number("autoAllocEipNum", 0..=NEW_MAX)?.unwrap_or(0);
    if own.is_empty() && more == 0 {
        return Err(Refusal::Missing("assignedEipSet.0".to_owned()));
    }
    Ok(Addresses { own, more, name: UNNAMED.into(), line: BGP.to_string().into() })
}

fn named(fields: &Fields<'_>) -> Result<Vec<Ipv4Addr>, Refusal> {
    let bad = || fields.bad("assignedEipSet", "must be IPv4 addresses");
    fields.list("assignedEipSet").into_iter().map(|text| text.parse().map_err(|_| bad())).collect()
}

/// `QueryNatGatewayProductionStatus`: how far the making of a gateway is.
pub fn production(call: &Call<'_>) -> Result<Action, Refusal> {
    #[derive(Serialize)]
    struct Found {
        data: Status,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Status {
        status: u8,
        error_code: String,
    }
    task_results::of_networks(call, "billId", |result| Found {
        data: Status {
            status: result.status(),
            error_code: result.code().unwrap_or_default().to_string(),
        },
    })
}

pub fn bind(call: &Call<'_>) -> Result<Action, Refusal> {
    let addresses = addresses(&call.fields())?;
    gateways::change(call, &NAT, NAT.faults, GatewayChange::Serve(addresses))
}

pub fn unbind(call: &Call<'_>) -> Result<Action, Refusal> {
    let named = named(&call.fields())?;
    if named.is_empty() {
        return Err(Refusal::Missing("assignedEipSet.0".to_owned()));
    }
    gateways::change(call, &NAT, NAT.faults, GatewayChange::Release(named))
}

pub fn delete(call: &Call<'_>) -> Result<Action, Refusal> {
    gateways::remove(call, &NAT)
}

pub fn list(call: &Call<'_>) -> Result<Action, Refusal> {
    let look = Look::read(&call.fields(), &NAT, "natName", true)?;
    Ok(gateways::list(call, &NAT, look, |_, _| true, Item::of))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    app_id: String,
    vpc_id: u64,
    un_vpc_id: String,
    vpc_name: Arc<str>,
    nat_id: String,
    nat_name: Arc<str>,
    /// 0: it works.
    state: u32,
    max_concurrent: u32,
    bandwidth: u32,
    eip_count: usize,
    eip_set: Vec<String>,
    blocked_eip_set: Vec<String>,
    create_time: String,
    /// 1: it is made.
    production_status: u32,
}

impl Item {
    fn of(gateway: &Gateway, view: &View<'_>) -> Item {
        let (max_concurrent, bandwidth) = match gateway.way {
            Way::Shared { connections_max, bandwidth_mbps } => (connections_max, bandwidth_mbps),
            Way::Vpn { .. }
            | Way::Site { .. }
            | Way::Tunnel(_)
            | Way::Line { .. }
            | Way::Peering(_)
            | Way::Server(_) => (0, 0),
        };
        let mut addresses: Vec<Ipv4Addr> =
            view.world.serving(gateway).map(|one| one.address).collect();
        addresses.sort_unstable();
        let vpc = gateway.vpc.and_then(|id| view.world.vpc(gateway.project, id));
        Item {
            app_id: accounts::number(gateway.project).to_string(),
            vpc_id: gateway.vpc.map_or(0, ids::network_number),
            un_vpc_id: gateway.vpc.map(ids::network).unwrap_or_default(),
            vpc_name: vpc.map(|vpc| vpc.name.clone()).unwrap_or_default(),
            nat_id: ids::gateway(gateway),
            nat_name: gateway.name.clone(),
            state: 0,
            max_concurrent,
            bandwidth,
            eip_count: addresses.len(),
            eip_set: addresses.iter().map(Ipv4Addr::to_string).collect(),
            blocked_eip_set: Vec::new(),
            create_time: times::beijing(gateway.created_at),
            production_status: 1,
        }
    }
}
