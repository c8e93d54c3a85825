//! Peering connections. The vendor has each action twice, with `Ex` at its end for networks of two
//! regions; here networks are in whichever region is asked for, and the two are one.

use std::sync::Arc;

use regiment_core::command::Receipt;
use regiment_core::edits::{AddGateway, Answer, Edit, GatewayChange, NewWay};
use regiment_core::model::{FaultKind, Gateway, Hints, Peering, PeeringState, ProjectId};
use regiment_core::view::View;
use regiment_core::world::World;
use serde::Serialize;

use crate::Action;
use crate::tencent::{accounts, hints, ids};
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::gateways::{self, Look, NAME_CHARS_MAX, PEERING, Spelling};
use crate::tencent_v2::ops::interfaces::vpc;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{names, times};

/// What is remembered to be shown again.
const REGION: &str = "tencent_v2/peerRegion";
const BANDWIDTH: &str = "tencent_v2/peeringBandwidth";

const BANDWIDTH_MAX: u32 = 1_000_000;
const STATES: u32 = 4;

/// When one is made, what it is made of may not be there.
const MAKING: Spelling = &[
    (FaultKind::GatewayExists, "InvalidPeeringConnectionName.InUse"),
    (FaultKind::GatewayNotFound, "InvalidVpc.NotFound"),
    (FaultKind::QuotaExceeded, "PeeringConnectionLimitExceeded"),
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    peering_connection_id: String,
}

/// `CreateVpcPeeringConnection`.
pub fn create(call: &Call<'_>) -> Result<Action, Refusal> {
    let say = wish(&call.fields())?;
    Ok(gateways::at_once(call, MAKING, say, |receipt: &Receipt, _: &View<'_>| {
        let id = gateways::made(receipt).map(|id| ids::gateway_of(PEERING.sort, id));
        Made { peering_connection_id: id.unwrap_or_default() }
    }))
}

/// `CreateVpcPeeringConnectionEx`. Its id is what the task's result tells.
pub fn create_between_regions(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    fields.need("peerRegion")?;
    fields.need("bandwidth")?;
    Ok(gateways::task(call, MAKING, wish(&fields)?))
}

/// Whose networks are to be connected, and how.
fn wish(
    fields: &Fields<'_>,
) -> Result<impl FnOnce(&World, ProjectId) -> Result<Edit, Refusal> + Send + 'static, Refusal> {
    let name = name(fields)?;
    let need = |name: &str| fields.need(name).map(str::to_owned);
    let (own, peer_vpc, account) = (need("vpcId")?, need("peerVpcId")?, need("peerUin")?);
    // 2 are networks of bare metal.
    if fields.number("type", 1..=2)? == Some(2) {
        return Err(fields.bad("type", "must be 1"));
    }
    let bandwidth = fields.number("bandwidth", 0..=BANDWIDTH_MAX)?;
    let said = [
        (REGION, fields.text("peerRegion").map(str::to_owned)),
        (BANDWIDTH, bandwidth.map(|mbps| mbps.to_string())),
    ];
    let hints: Hints =
        said.into_iter().filter_map(|(name, said)| Some((name.into(), said?.into()))).collect();
    Ok(move |world: &World, project| {
        let own = vpc(world, project, &own)?.id;
        let peer = accounts::find(world, &account).ok_or(Refusal::AccountNotFound(account))?;
        let peer_vpc = vpc(world, peer, &peer_vpc)?.id;
        let way = NewWay::Peering { peer, peer_vpc };
        Ok(Edit::AddGateway(AddGateway { vpc: Some(own), name, way, hints }))
    })
}

fn name(fields: &Fields<'_>) -> Result<Arc<str>, Refusal> {
    fields.need("peeringConnectionName")?;
    let name = names::read(fields, "peeringConnectionName", NAME_CHARS_MAX)?;
    Ok(name.unwrap_or_default().into())
}

pub fn accept(call: &Call<'_>) -> Result<Action, Refusal> {
    change(call, GatewayChange::Answer(Answer::Accept))
}

pub fn reject(call: &Call<'_>) -> Result<Action, Refusal> {
    change(call, GatewayChange::Answer(Answer::Refuse))
}

/// One that the other side did not answer in time.
pub fn enable(call: &Call<'_>) -> Result<Action, Refusal> {
    change(call, GatewayChange::Answer(Answer::AskAgain))
}

pub fn rename(call: &Call<'_>) -> Result<Action, Refusal> {
    change(call, GatewayChange::Rename(name(&call.fields())?))
}

/// Either side may.
pub fn delete(call: &Call<'_>) -> Result<Action, Refusal> {
    gateways::remove(call, &PEERING)
}

fn change(call: &Call<'_>, change: GatewayChange) -> Result<Action, Refusal> {
    gateways::change(call, &PEERING, PEERING.faults, change)
}

pub fn list(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let look = Look::read(&fields, &PEERING, "peeringConnectionName", true)?;
    let wanted = fields.number("state", 0..=STATES)?;
    let keep = move |one: &Gateway, view: &View<'_>| {
        wanted.is_none_or(|wanted| Some(wanted) == state(one, view))
    };
    Ok(gateways::list(call, &PEERING, look, keep, Item::of))
}

/// 0 asked for, 1 connected, 2 not answered in time, 3 refused, 4 deleted by the other side.
fn state(gateway: &Gateway, view: &View<'_>) -> Option<u32> {
    let known = gateway.peering()?.state;
    Some(match known {
        PeeringState::Asked(_) if known.expired(view.now) => 2,
        PeeringState::Asked(_) => 0,
        PeeringState::Connected => 1,
        PeeringState::Refused => 3,
        PeeringState::Ended { .. } => 4,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    vpc_id: String,
    un_vpc_id: String,
    peer_vpc_id: String,
    un_peer_vpc_id: String,
    app_id: String,
    peering_connection_id: String,
    peering_connection_name: Arc<str>,
    state: u32,
    create_time: String,
    uin: String,
    peer_uin: String,
    peer_region: String,
    bandwidth: u32,
}

impl Item {
    fn of(gateway: &Gateway, view: &View<'_>) -> Item {
        let known: Option<&Peering> = gateway.peering();
        let peer_vpc = known.map(|known| known.peer_vpc);
        let older = |id| ids::network_number(id).to_string();
        let account = |project| accounts::number(project).to_string();
        Item {
            vpc_id: gateway.vpc.map(older).unwrap_or_default(),
            un_vpc_id: gateway.vpc.map(ids::network).unwrap_or_default(),
            peer_vpc_id: peer_vpc.map(older).unwrap_or_default(),
            un_peer_vpc_id: peer_vpc.map(ids::network).unwrap_or_default(),
            app_id: account(gateway.project),
            peering_connection_id: ids::gateway(gateway),
            peering_connection_name: gateway.name.clone(),
            state: state(gateway, view).unwrap_or_default(),
            create_time: times::beijing(gateway.created_at),
            uin: account(gateway.project),
            peer_uin: known.map(|known| account(known.peer)).unwrap_or_default(),
            peer_region: hints::said(&gateway.hints, REGION).unwrap_or_default().to_owned(),
            bandwidth: hints::number_in(&gateway.hints, BANDWIDTH),
        }
    }
}
