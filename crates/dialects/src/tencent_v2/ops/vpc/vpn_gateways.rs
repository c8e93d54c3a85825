//! `RunVpnGw` and `DescribeVpnGw`: the near ends of tunnels.

use std::net::Ipv4Addr;
use std::sync::Arc;

use regiment_core::edits::{AddGateway, Edit, NewWay};
use regiment_core::model::{Gateway, Hints, Time, Way};
use regiment_core::view::View;
use serde::Serialize;

use crate::Action;
use crate::tencent::charging::{self, MONTHS_MAX, Renewal};
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::gateways::{self, InNetwork, Look, NAME_CHARS_MAX, VPN};
use crate::tencent_v2::ops::interfaces::vpc;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{names, times};

const BANDWIDTHS: [u32; 5] = [5, 10, 20, 50, 100];

#[derive(Serialize)]
struct Made {
    data: Id,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Id {
    vpn_gw_id: String,
}

pub fn create(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let network = fields.need("vpcId")?.to_owned();
    fields.need("name")?;
    let name: Arc<str> = names::read(&fields, "name", NAME_CHARS_MAX)?.unwrap_or_default().into();
    let bandwidth_mbps = fields.need_number("bandwidth", 0..=u32::MAX)?;
    if !BANDWIDTHS.contains(&bandwidth_mbps) {
        return Err(fields.bad("bandwidth", "must be 5, 10, 20, 50 or 100"));
    }
    let hints = terms(&fields, call.context.now)?;
    let say = move |world: &_, project| {
        let vpc = Some(vpc(world, project, &network)?.id);
        let way = NewWay::Vpn { bandwidth_mbps };
        Ok(Edit::AddGateway(AddGateway { vpc, name, way, hints }))
    };
    Ok(gateways::at_once(call, VPN.faults, say, |receipt, _| {
        let id = gateways::made(receipt).map(|id| ids::gateway_of(VPN.sort, id));
        Made { data: Id { vpn_gw_id: id.unwrap_or_default() } }
    }))
}

/// How the gateway is paid for.
fn terms(fields: &Fields<'_>, now: Time) -> Result<Hints, Refusal> {
    match fields.need("chargeType")? {
        "POSTPAID_BY_HOUR" => Ok(Hints::new()),
        "PREPAID" => {
            let months = fields.need_number("chargePrepaid.period", 1..=MONTHS_MAX)?;
            let renewal = match fields.flag("chargePrepaid.isAutoRenewals")? {
                Some(true) => Renewal::Automatic,
                Some(false) | None => Renewal::OnRequest,
            };
            let changes = charging::prepay(now, months, Some(renewal));
            Ok(changes.into_iter().filter_map(|(name, said)| Some((name, said?))).collect())
        }
        _ => Err(fields.bad("chargeType", "must be PREPAID or POSTPAID_BY_HOUR")),
    }
}

pub fn list(call: &Call<'_>) -> Result<Action, Refusal> {
    let look = Look::read(&call.fields(), &VPN, "vpnGwName", false)?;
    Ok(gateways::list(call, &VPN, look, |_, _| true, Item::of))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(flatten)]
    network: InNetwork,
    vpn_gw_id: u64,
    un_vpn_gw_id: String,
    vpn_gw_name: Arc<str>,
    bandwidth: u32,
    /// 6: it works.
    vpn_gw_status: u32,
    vpn_gw_address: Ipv4Addr,
    is_auto_renewals: u32,
    expire_time: String,
    create_time: String,
}

impl Item {
    fn of(gateway: &Gateway, view: &View<'_>) -> Item {
        let (vpn_gw_address, bandwidth) = match gateway.way {
            Way::Vpn { address, bandwidth_mbps, .. } => (address, bandwidth_mbps),
            Way::Shared { .. }
            | Way::Site { .. }
            | Way::Tunnel(_)
            | Way::Line { .. }
            | Way::Peering(_)
            | Way::Server(_) => (Ipv4Addr::UNSPECIFIED, 0),
        };
        let renews = Renewal::of(&gateway.hints) == Renewal::Automatic;
        Item {
            network: InNetwork::of(gateway, view.world),
            vpn_gw_id: ids::gateway_number(gateway.id),
            un_vpn_gw_id: ids::gateway(gateway),
            vpn_gw_name: gateway.name.clone(),
            bandwidth,
            vpn_gw_status: 6,
            vpn_gw_address,
            is_auto_renewals: u32::from(renews),
            expire_time: charging::paid_until(&gateway.hints, view.now)
                .map_or_else(|| times::NEVER.to_owned(), times::beijing),
            create_time: times::beijing(gateway.created_at),
        }
    }
}
