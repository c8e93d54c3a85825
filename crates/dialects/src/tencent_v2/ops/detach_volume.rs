use regiment_core::command::{Receipt, TargetRef};
use regiment_core::model::{FaultKind, ProjectId, ServerId, VolumeId};
use regiment_core::ops::{DetachVolume, Operation, Verdict};
use regiment_core::world::{AnyDisk, World};

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::cbs::{self, Why};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::reply;

/// `DetachCbsStorages`: several disks, each from whichever instance has it.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let names = cbs::names(call)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| order(view.world, names, &issuer)))
}

/// A disk and the servers that have it, of which there are several only if another dialect put it
/// there.
type Held = (VolumeId, Vec<ServerId>);

fn order(world: &World, names: Vec<String>, issuer: &Issuer) -> Action {
    let found: Vec<(String, Result<Held, Why>)> = names
        .into_iter()
        .map(|name| {
            let held = find(world, issuer.project, &name);
            (name, held)
        })
        .collect();
    let mut servers: Vec<ServerId> = Vec::new();
    let mut volumes = Vec::new();
    for (volume, holders) in found.iter().filter_map(|(_, held)| held.as_ref().ok()) {
        volumes.push(*volume);
        servers.extend(holders);
    }
    servers.sort();
    servers.dedup();
    if volumes.is_empty() {
        let outcomes = found.into_iter().map(|(name, held)| (name, held.map(|_| ()))).collect();
        return Action::Answer(cbs::answer(outcomes));
    }
    let targets = servers.iter().copied().map(TargetRef::Server).collect();
    let operation = Operation::DetachVolume(DetachVolume { volumes });
    Action::order(issuer.command(operation, targets), move |outcome, _| {
        let receipt = match outcome {
            Ok(receipt) => receipt,
            Err(fault) => return reply::refuse(&Refusal::Fault(fault.clone())),
        };
        let outcome = |held: Result<Held, Why>| {
            let (_, holders) = held?;
            refused(receipt, &servers, &holders).map_or(Ok(()), Err)
        };
        cbs::answer(found.into_iter().map(|(name, held)| (name, outcome(held))).collect())
    })
}

fn find(world: &World, project: ProjectId, name: &str) -> Result<Held, Why> {
    match ids::find_disk(world, project, name) {
        None => Err(FaultKind::VolumeNotFound.into()),
        Some(AnyDisk::Of(_, _)) => Err(Why::NotElastic),
        Some(AnyDisk::Loose(disk)) if disk.attached_to.is_empty() => {
            Err(FaultKind::VolumeNotAttached.into())
        }
        Some(AnyDisk::Loose(disk)) => {
            Ok((disk.id, disk.attached_to.iter().map(|one| one.server).collect()))
        }
    }
}

/// Why one of these holders keeps its disks. `servers` are the targets, in the order of the answers.
fn refused(receipt: &Receipt, servers: &[ServerId], holders: &[ServerId]) -> Option<Why> {
    let asked = servers.iter().zip(&receipt.answers);
    asked.filter(|(server, _)| holders.contains(server)).find_map(|(_, answer)| {
        match &answer.verdict {
            Verdict::Refuse(fault) => Some(Why::Core(fault.clone())),
            Verdict::Admit | Verdict::AlreadySo(_) => None,
        }
    })
}
