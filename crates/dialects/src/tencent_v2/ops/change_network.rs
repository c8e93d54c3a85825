use std::net::Ipv4Addr;

use regiment_core::command::TargetRef;
use regiment_core::model::FaultKind;
use regiment_core::ops::{ChangeNetwork, NicOrder, Operation, Running};
use regiment_core::view::View;

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

struct Wanted {
    instance: String,
    vpc: String,
    subnet: String,
    address: Option<Ipv4Addr>,
    stop: bool,
}

/// `UpdateInstanceVpcConfig`: another subnet or another address in it. The instance is stopped for it
/// if it runs, and runs after.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let address = match fields.list("privateIpAddresses").as_slice() {
        [] => None,
        [one] => match one.parse() {
            Ok(address) => Some(address),
            Err(_) => return Err(fields.bad("privateIpAddresses", "must be an IPv4 address")),
        },
        _ => return Err(fields.bad("privateIpAddresses", "must be one address")),
    };
    let wanted = Wanted {
        instance: fields.need("instanceId")?.to_owned(),
        vpc: fields.need("vpcId")?.to_owned(),
        subnet: fields.need("subnetId")?.to_owned(),
        address,
        stop: fields.flag("forceStop")?.unwrap_or(true),
    };
    let issuer = call.issuer();
    Ok(Action::consult(move |view| task::settled(order(view, &wanted, &issuer))))
}

fn order(view: &View<'_>, wanted: &Wanted, issuer: &Issuer) -> Result<Action, Refusal> {
    let (world, project) = (view.world, issuer.project);
    let server =
        ids::find_instance(world, project, &wanted.instance).ok_or(FaultKind::ServerNotFound)?;
    let absent =
        |name: &str| Refusal::Malformed { name: name.to_owned(), why: "does not exist".to_owned() };
    let mut vpcs = world.vpcs(project);
    let vpc = vpcs.find(|vpc| ids::network(vpc.id) == wanted.vpc).ok_or_else(|| absent("vpcId"))?;
    let mut subnets = world.subnets(project);
    let subnet = subnets
        .find(|subnet| ids::subnet(subnet.id) == wanted.subnet)
        .ok_or_else(|| absent("subnetId"))?;
    let order = NicOrder {
        subnet: Some(subnet.id),
        address: wanted.address,
        security_groups: server.details.security_groups.clone(),
        ..NicOrder::default()
    };
    let mut change = ChangeNetwork::new(vpc.id, order);
    change.while_running = if wanted.stop { Running::Restarts } else { Running::Refuses };
    let operation = Operation::ChangeNetwork(change);
    Ok(task::order_plain(issuer.command(operation, vec![TargetRef::Server(server.id)]), "ok"))
}
