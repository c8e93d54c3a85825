use regiment_core::model::{FaultKind, LoadBalancer, Membership};
use regiment_core::ops::{DeregisterMembers, Operation};

use super::batch_register_members::in_batch;
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;

/// `BatchDeregisterTargets`: a listener fails that one of its targets is not behind.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    in_batch(call, |members| Operation::DeregisterMembers(DeregisterMembers { members }), is_there)
}

fn is_there(balancer: &LoadBalancer, wanted: &Membership) -> Result<(), Refusal> {
    let (server, port) = (wanted.member.server, wanted.member.port);
    let members = balancer.members_at(wanted.place())?;
    if members.iter().any(|old| old.is_at(server, port)) {
        return Ok(());
    }
    let named = format!("{}:{port}", ids::instance(server.handle()));
    Err(Refusal::from(FaultKind::BackendNotFound).about(&named))
}
