use std::collections::BTreeMap;

use regiment_core::command::TargetRef;
use regiment_core::limits::VOLUMES_MAX;
use regiment_core::model::{FaultKind, Server, VolumeId};
use regiment_core::ops::{AttachVolume, Operation, Verdict, fits};
use regiment_core::world::{AnyDisk, World};

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::cbs::{self, Why};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::reply;

/// `AttachCbsStorages`: several disks to one instance, each with its own answer.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let instance = call.fields().need("uInstanceId")?.to_owned();
    let names = cbs::names(call)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| order(view.world, &instance, names, &issuer)))
}

fn order(world: &World, instance: &str, names: Vec<String>, issuer: &Issuer) -> Action {
    let Some(server) = ids::find_instance(world, issuer.project, instance) else {
        let unknown = |name| (name, Err(FaultKind::ServerNotFound.into()));
        return Action::Answer(cbs::answer(names.into_iter().map(unknown).collect()));
    };
    let mut volumes = Vec::new();
    let mut outcomes = Vec::with_capacity(names.len());
    for name in names {
        let outcome = find(world, server, &name).and_then(|volume| {
            if server.details.volumes.len() + volumes.len() == VOLUMES_MAX {
                return Err(FaultKind::TooManyVolumes.into());
            }
            volumes.push(volume);
            Ok(())
        });
        outcomes.push((name, outcome));
    }
    if volumes.is_empty() {
        return Action::Answer(cbs::answer(outcomes));
    }
    let places = BTreeMap::from([(server.id, None)]);
    let operation = Operation::AttachVolume(AttachVolume { volumes, places });
    let command = issuer.command(operation, vec![TargetRef::Server(server.id)]);
    Action::order(command, move |outcome, _| {
        let receipt = match outcome {
            Ok(receipt) => receipt,
            Err(fault) => return reply::refuse(&Refusal::Fault(fault.clone())),
        };
        // The instance takes all of the disks that suit it, or none.
        for answer in &receipt.answers {
            if let Verdict::Refuse(fault) = &answer.verdict {
                for (_, outcome) in outcomes.iter_mut().filter(|(_, outcome)| outcome.is_ok()) {
                    *outcome = Err(Why::Core(fault.clone()));
                }
            }
        }
        cbs::answer(outcomes)
    })
}

/// A disk that can come into this server.
fn find(world: &World, server: &Server, name: &str) -> Result<VolumeId, Why> {
    match ids::find_disk(world, server.project, name) {
        None => Err(FaultKind::VolumeNotFound.into()),
        Some(AnyDisk::Of(_, _)) => Err(Why::NotElastic),
        Some(AnyDisk::Loose(disk)) => match fits(world, server, disk.id) {
            Ok(()) => Ok(disk.id),
            Err(fault) => Err(Why::Core(fault)),
        },
    }
}
