//! `AssignPrivateIpAddresses`, `UnassignPrivateIpAddresses` and `MigratePrivateIpAddress`: what an
//! interface answers to beside its own address.

use std::net::Ipv4Addr;

use regiment_core::edits::{ChangeFurtherAddresses, Edit, MoveFurtherAddress};
use regiment_core::model::{PortId, ProjectId};
use regiment_core::world::World;

use super::interfaces::{address, find, not_there, vpc};
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::task;

/// Addresses in one call.
const ADDRESSES_MAX: usize = 29;

pub fn assign(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let network = fields.need("vpcId")?.to_owned();
    let named = fields.need("networkInterfaceId")?.to_owned();
    let mut add = listed(&fields, "privateIpAddressSet")?;
    for one in fields.objects("privateIpAddressSet") {
        add.extend(address(&one, "privateIpAddress")?);
    }
    let add_any = fields.number("secondaryPrivateIpAddressCount", 0..=29)?.unwrap_or(0);
    if add.is_empty() && add_any == 0 {
        return Err(Refusal::Missing("secondaryPrivateIpAddressCount".to_owned()));
    }
    Ok(task::consult_task(call, move |world, project| {
        let port = in_network(world, project, &network, &named)?;
        let edit = ChangeFurtherAddresses { port, add, add_any, remove: Vec::new() };
        Ok(Edit::ChangeFurtherAddresses(edit))
    }))
}

pub fn unassign(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let network = fields.need("vpcId")?.to_owned();
    let named = fields.need("networkInterfaceId")?.to_owned();
    let mut remove = listed(&fields, "privateIpAddress")?;
    remove.extend(address(&fields, "privateIpAddress")?);
    if remove.is_empty() {
        return Err(Refusal::Missing("privateIpAddress.0".to_owned()));
    }
    Ok(task::consult_task(call, move |world, project| {
        let port = in_network(world, project, &network, &named)?;
        let edit = ChangeFurtherAddresses { port, add: Vec::new(), add_any: 0, remove };
        Ok(Edit::ChangeFurtherAddresses(edit))
    }))
}

pub fn migrate(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let network = fields.need("vpcId")?.to_owned();
    let moved = address(&fields, "privateIpAddress")?
        .ok_or_else(|| Refusal::Missing("privateIpAddress".to_owned()))?;
    let from = fields.need("oldNetworkInterfaceId")?.to_owned();
    let to = fields.need("newNetworkInterfaceId")?.to_owned();
    Ok(task::consult_task(call, move |world, project| {
        let from = in_network(world, project, &network, &from)?;
        let to = in_network(world, project, &network, &to)?;
        Ok(Edit::MoveFurtherAddress(MoveFurtherAddress { from, to, address: moved }))
    }))
}

fn listed(fields: &Fields<'_>, name: &str) -> Result<Vec<Ipv4Addr>, Refusal> {
    let texts = fields.list(name);
    if texts.len() > ADDRESSES_MAX {
        return Err(fields.bad(name, format!("must have at most {ADDRESSES_MAX} values")));
    }
    let read = |text: &str| text.parse().map_err(|_| fields.bad(name, "is not an IPv4 address"));
    texts.into_iter().map(read).collect()
}

/// Any interface of the network, one that came with its instance too.
fn in_network(
    world: &World,
    project: ProjectId,
    network: &str,
    named: &str,
) -> Result<PortId, Refusal> {
    let vpc = vpc(world, project, network)?;
    let port = find(world, project, named)?;
    let subnet = world.nic(project, port).and_then(|(_, nic)| nic.subnet);
    let subnet = subnet.and_then(|id| world.subnet(project, id));
    if subnet.is_some_and(|subnet| subnet.vpc == vpc.id) {
        Ok(port)
    } else {
        Err(not_there("InvalidNetworkInterface.NotFound", named))
    }
}
