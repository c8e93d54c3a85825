//! `AddUserGw`, `DescribeUserGw`, `DeleteUserGw`: the far ends of tunnels.

use std::net::Ipv4Addr;
use std::sync::Arc;

use regiment_core::edits::{AddGateway, Edit, NewWay, RemoveGateways};
use regiment_core::model::{Gateway, Hints, Way};
use regiment_core::view::View;
use serde::Serialize;

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::gateways::{self, Look, NAME_CHARS_MAX, SITE};
use crate::tencent_v2::ops::interfaces;
use crate::tencent_v2::reply::Nothing;
use crate::tencent_v2::{names, times};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    user_gw_id: String,
}

pub fn create(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    fields.need("userGwName")?;
    let name: Arc<str> =
        names::read(&fields, "userGwName", NAME_CHARS_MAX)?.unwrap_or_default().into();
    let missing = || Refusal::Missing("userGwAddr".to_owned());
    let address = interfaces::address(&fields, "userGwAddr")?.ok_or_else(missing)?;
    let way = NewWay::Site { address };
    let edit = AddGateway { vpc: None, name, way, hints: Hints::new() };
    let say = move |_: &_, _| Ok(Edit::AddGateway(edit));
    Ok(gateways::at_once(call, SITE.faults, say, |receipt, _| {
        let id = gateways::made(receipt).map(|id| ids::gateway_of(SITE.sort, id));
        Made { user_gw_id: id.unwrap_or_default() }
    }))
}

pub fn delete(call: &Call<'_>) -> Result<Action, Refusal> {
    let named = SITE.named(&call.fields())?;
    let say = move |world: &_, project| {
        let ids = vec![named.find(world, project)?.id];
        Ok(Edit::RemoveGateways(RemoveGateways { ids }))
    };
    Ok(gateways::at_once(call, SITE.faults, say, |_, _| Nothing {}))
}

pub fn list(call: &Call<'_>) -> Result<Action, Refusal> {
    let look = Look::read(&call.fields(), &SITE, "userGwName", false)?;
    Ok(gateways::list(call, &SITE, look, |_, _| true, Item::of))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    user_gw_name: Arc<str>,
    user_gw_id: u64,
    un_user_gw_id: String,
    user_gw_addr: Option<Ipv4Addr>,
    vpn_conn_num: usize,
    create_time: String,
}

impl Item {
    fn of(gateway: &Gateway, view: &View<'_>) -> Item {
        let all = view.world.gateways(gateway.project);
        let leads_here =
            |one: &&Gateway| one.tunnel().is_some_and(|tunnel| tunnel.site == gateway.id);
        Item {
            user_gw_name: gateway.name.clone(),
            user_gw_id: ids::gateway_number(gateway.id),
            un_user_gw_id: ids::gateway(gateway),
            user_gw_addr: address(gateway),
            vpn_conn_num: all.filter(leads_here).count(),
            create_time: times::beijing(gateway.created_at),
        }
    }
}

pub const fn address(gateway: &Gateway) -> Option<Ipv4Addr> {
    match gateway.way {
        Way::Site { address } => Some(address),
        Way::Shared { .. }
        | Way::Vpn { .. }
        | Way::Tunnel(_)
        | Way::Line { .. }
        | Way::Peering(_)
        | Way::Server(_) => None,
    }
}
