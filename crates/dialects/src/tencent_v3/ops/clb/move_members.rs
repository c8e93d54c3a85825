use regiment_core::ops::{Move, MoveMembers, Operation};
use serde::Deserialize;

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, WantedTarget, Where};
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    #[serde(flatten)]
    place: Where,
    targets: Vec<WantedTarget>,
    new_port: i64,
}

/// `ModifyTargetPort`: all to one port.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let Wanted { place, targets, new_port } = call.read()?;
    WantedTarget::check_all(&targets)?;
    let port = clb::port("NewPort", new_port)?;
    Ok(call.consult(move |view, issuer| {
        let balancer = clb::find_routing(view, issuer.project, &place.load_balancer_id)?;
        let place = place.find(balancer)?;
        let targets = targets.iter().map(|target| (place, target));
        let members = WantedTarget::members(targets, view, issuer.project, None)?;
        for one in &members {
            let there = balancer.members_at(place)?;
            let server = one.member.server;
            if one.member.port != port && there.iter().any(|old| old.is_at(server, port)) {
                let name = format!("{}:{port}", ids::instance(server.handle()));
                return Err(Refusal::said_by_action(
                    "InvalidParameter.PortCheckFailed",
                    "the instance is bound with this port already",
                    "实例已绑定该端口",
                )
                .about(&name));
            }
        }
        let moves = members.into_iter().map(|from| Move { from, port, weight: None }).collect();
        let operation = Operation::MoveMembers(MoveMembers { moves });
        Ok(issuer.order(clb::command(issuer, balancer, operation)))
    }))
}
