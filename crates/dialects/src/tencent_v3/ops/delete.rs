use regiment_core::model::Server;
use regiment_core::ops::{Delete, Operation};
use serde::Deserialize;

use super::create::HINT_PROTECTED;
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::{Call, targets};
use crate::tencent_v3::charges::{self, charge_type};
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_ids: Vec<String>,
    release_address: Option<bool>,
}

/// `TerminateInstances`: with the disks that go with their instance. What is paid for in advance does
/// not wait for a second call either.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let targets = targets("InstanceIds", &wanted.instance_ids)?;
    let public_address = wanted.release_address.unwrap_or(true);
    Ok(call.consult(move |view, issuer| {
        let named = |target| view.world.named(issuer.project, target);
        if let Some(server) = targets.iter().filter_map(named).find(|server| protected(server)) {
            return Err(Refusal::said_by_action(
                "UnsupportedOperation.InstancesProtected",
                "the instance is protected from being terminated",
                "实例已开启销毁保护",
            )
            .about(&ids::instance(server.id.handle())));
        }
        let mut kinds = targets.iter().filter_map(named).map(|one| charge_type(&one.details.hints));
        let first = kinds.next();
        if kinds.any(|kind| Some(kind) != first) {
            return Err(charges::mixed());
        }
        let operation = Operation::Delete(Delete::new(false, public_address));
        Ok(issuer.order(issuer.command(operation, targets)))
    }))
}

pub fn protected(server: &Server) -> bool {
    server.details.hints.get(HINT_PROTECTED).is_some_and(|said| **said == *"true")
}
