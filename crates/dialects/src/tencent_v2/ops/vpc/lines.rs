//! `CreateDirectConnectGateway`, `ModifyDirectConnectGateway`, `DeleteDirectConnectGateway`,
//! `DescribeDirectConnectGateway`: lines to somebody's own site that nobody else uses.

use std::net::Ipv4Addr;
use std::sync::Arc;

use regiment_core::edits::{AddGateway, Edit, GatewayChange, NewWay};
use regiment_core::model::{Gateway, Hints, Translation, Way};
use regiment_core::view::View;
use serde::Serialize;

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::gateways::{self, InNetwork, LINE, Look, NAME_CHARS_MAX};
use crate::tencent_v2::ops::interfaces::vpc;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{names, times};

#[derive(Serialize)]
struct Made {
    data: Id,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Id {
    direct_connect_gateway_id: String,
}

fn name(fields: &Fields<'_>) -> Result<Arc<str>, Refusal> {
    fields.need("directConnectGatewayName")?;
    let name = names::read(fields, "directConnectGatewayName", NAME_CHARS_MAX)?;
    Ok(name.unwrap_or_default().into())
}

pub fn create(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let (network, name) = (fields.need("vpcId")?.to_owned(), name(&fields)?);
    let translates = fields.flag("type")?.unwrap_or(false);
    let say = move |world: &_, project| {
        let vpc = Some(vpc(world, project, &network)?.id);
        let way = NewWay::Line { translates };
        Ok(Edit::AddGateway(AddGateway { vpc, name, way, hints: Hints::new() }))
    };
    Ok(gateways::at_once(call, LINE.faults, say, |receipt, _| {
        let id = gateways::made(receipt).map(|id| ids::gateway_of(LINE.sort, id));
        Made { data: Id { direct_connect_gateway_id: id.unwrap_or_default() } }
    }))
}

pub fn rename(call: &Call<'_>) -> Result<Action, Refusal> {
    let name = name(&call.fields())?;
    gateways::change(call, &LINE, LINE.faults, GatewayChange::Rename(name))
}

pub fn delete(call: &Call<'_>) -> Result<Action, Refusal> {
    gateways::remove(call, &LINE)
}

pub fn list(call: &Call<'_>) -> Result<Action, Refusal> {
    let look = Look::read(&call.fields(), &LINE, "directConnectGatewayName", true)?;
    Ok(gateways::list(call, &LINE, look, |_, _| true, Item::of))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(flatten)]
    network: InNetwork,
    direct_connect_gateway_id: String,
    direct_connect_gateway_name: Arc<str>,
    direct_connect_gateway_ip: Option<Ipv4Addr>,
    /// 1: it translates addresses.
    #[serde(rename = "type")]
    kind: u32,
    /// Single addresses of this side, and of the other; pools of this side, and of its servers.
    snat_num: usize,
    dnat_num: usize,
    snapt_num: usize,
    dnapt_num: usize,
    create_time: String,
}

impl Item {
    fn of(gateway: &Gateway, view: &View<'_>) -> Item {
        let (address, kind) = match gateway.way {
            Way::Line { address, translates, .. } => (Some(address), u32::from(translates)),
            Way::Shared { .. }
            | Way::Vpn { .. }
            | Way::Site { .. }
            | Way::Tunnel(_)
            | Way::Peering(_)
            | Way::Server(_) => (None, 0),
        };
        let of_single = |single| {
            translations(gateway).iter().filter(|one| one.from.is_some() == single).count()
        };
        Item {
            network: InNetwork::of(gateway, view.world),
            direct_connect_gateway_id: ids::gateway(gateway),
            direct_connect_gateway_name: gateway.name.clone(),
            direct_connect_gateway_ip: address,
            kind,
            snat_num: of_single(true),
            dnat_num: 0,
            snapt_num: of_single(false),
            dnapt_num: 0,
            create_time: times::beijing(gateway.created_at),
        }
    }
}

pub fn translations(gateway: &Gateway) -> &[Translation] {
    match &gateway.way {
        Way::Line { translations, .. } => translations,
        Way::Shared { .. }
        | Way::Vpn { .. }
        | Way::Site { .. }
        | Way::Tunnel(_)
        | Way::Peering(_)
        | Way::Server(_) => &[],
    }
}
