use regiment_core::command::TargetRef;
use regiment_core::model::{Fault, FaultKind};
use regiment_core::ops::{ExtendDisks, Operation};
use regiment_core::world::{AnyDisk, World};

use super::create_disks;
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::reply::Nothing;
use crate::tencent_v2::task;

/// `ResizeCbsStorage`: upwards, and no instance may have the disk meanwhile.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let disk = fields.need("storageId")?.to_owned();
    let size_gib = create_disks::size(&fields, 10)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| task::settled(order(view.world, &disk, size_gib, &issuer))))
}

fn order(world: &World, name: &str, size_gib: u32, issuer: &Issuer) -> Result<Action, Refusal> {
    let malformed =
        |name: &str, why: &str| Refusal::Malformed { name: name.to_owned(), why: why.to_owned() };
    let disk = match ids::find_disk(world, issuer.project, name) {
        None => return Err(Fault::with(FaultKind::VolumeNotFound, name).into()),
        Some(AnyDisk::Of(_, _)) => {
            return Err(malformed("storageId", "must be an elastic disk: this is its instance's"));
        }
        Some(AnyDisk::Loose(disk)) => disk,
    };
    if size_gib <= disk.size_gib {
        let why = format!("must be more than the disk's {}", disk.size_gib);
        return Err(malformed("storageSize", &why));
    }
    let operation = Operation::ExtendDisks(ExtendDisks { size_gib });
    let command = issuer.command(operation, vec![TargetRef::Disk(disk.id)]);
    Ok(task::order_and_wait(command, "", |_, _, _| Nothing {}))
}
