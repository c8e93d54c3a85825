use std::net::Ipv4Addr;

use regiment_core::ops::{ChangeNetwork, NicOrder, Operation, Running};
use serde::Deserialize;

use super::create::{Network, subnet, vpc};
use crate::Action;
use crate::tencent_v3::call::{Call, named, sole_target};
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_ids: Vec<String>,
    virtual_private_cloud: Network,
    force_stop: Option<bool>,
}

/// `ModifyInstancesVpcAttribute`: another subnet or another address in it. A running instance is
/// stopped for it unless that is forbidden, and runs after. Its host name stays either way.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let target = sole_target("InstanceIds", &wanted.instance_ids)?;
    let name = "VirtualPrivateCloud.PrivateIpAddresses";
    let address: Option<Ipv4Addr> = match wanted.virtual_private_cloud.addresses() {
        [] => None,
        [one] => match one.parse() {
            Ok(address) => Some(address),
            Err(_) => {
                let code = "InvalidParameterValue.IPAddressMalformed";
                return Err(Refusal::bad(code, name, one));
            }
        },
        many => return Err(Refusal::bad("InvalidParameterValue", name, many.len())),
    };
    let while_running =
        if wanted.force_stop.unwrap_or(true) { Running::Restarts } else { Running::Refuses };
    Ok(call.consult(move |view, issuer| {
        let server = named(view, issuer.project, &target)?;
        let vpc = vpc(view.world, issuer.project, &wanted.virtual_private_cloud)?;
        let order = NicOrder {
            subnet: Some(subnet(view.world, issuer.project, &wanted.virtual_private_cloud)?),
            address,
            security_groups: server.details.security_groups.clone(),
            ..NicOrder::default()
        };
        let change = ChangeNetwork { while_running, ..ChangeNetwork::new(vpc, order) };
        Ok(issuer.order(issuer.command(Operation::ChangeNetwork(change), vec![target])))
    }))
}
