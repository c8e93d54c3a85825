use regiment_core::command::TargetRef;
use regiment_core::model::{FaultKind, Server};
use regiment_core::ops::{Operation, Resize};
use regiment_core::world::World;

use crate::Action;
use crate::tencent::{ids, shapes};
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// What is wanted of the instance; absent is as it is.
struct Wanted {
    instance: String,
    cpu: Option<u32>,
    mem_gib: Option<u32>,
    storage_gib: Option<u32>,
}

/// `ResizeInstanceHour`: upwards only, and the instance must be shut down.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let wanted = Wanted {
        instance: fields.need("instanceId")?.to_owned(),
        cpu: fields.number("cpu", 1..=u32::MAX)?,
        mem_gib: fields.number("mem", 1..=u32::MAX)?,
        storage_gib: fields.number("storageSize", 0..=u32::MAX)?,
    };
    if wanted.cpu.is_none() && wanted.mem_gib.is_none() {
        return Err(match wanted.storage_gib {
            Some(_) => Refusal::Unreadable("a data disk cannot be resized here"),
            None => Refusal::Missing("cpu".to_owned()),
        });
    }
    let issuer = call.issuer();
    Ok(Action::consult(move |view| task::settled(order(view.world, &wanted, &issuer))))
}

fn order(world: &World, wanted: &Wanted, issuer: &Issuer) -> Result<Action, Refusal> {
    let server = ids::find_instance(world, issuer.project, &wanted.instance)
        .ok_or(FaultKind::ServerNotFound)?;
    if wanted.storage_gib.is_some_and(|size| size != storage_gib(server)) {
        return Err(Refusal::Unreadable("a data disk cannot be resized here"));
    }
    let old = world.flavor(&server.flavor);
    let (cpu, mem_gib, class) =
        old.map_or((1, 1, "normal"), |old| (old.vcpus, shapes::mem_gib(old), &*old.class));
    let flavor =
        shapes::find(world, wanted.cpu.unwrap_or(cpu), wanted.mem_gib.unwrap_or(mem_gib), class)?;
    let operation = Operation::Resize(Resize {
        flavor: flavor.name.clone(),
        stop_first: false,
        upgrade_only: true,
        on_trial: false,
    });
    Ok(task::order_plain(issuer.command(operation, vec![TargetRef::Server(server.id)]), "ok"))
}

/// The size of the data disk; 0 when there is none.
fn storage_gib(server: &Server) -> u32 {
    server.details.volumes.get(1).map_or(0, |volume| volume.size_gib)
}
