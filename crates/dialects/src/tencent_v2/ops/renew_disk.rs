use regiment_core::edits::{ChangeDiskTerms, Edit};
use regiment_core::model::{Fault, FaultKind};
use regiment_core::ops::Terms;
use regiment_core::world::AnyDisk;

use crate::Action;
use crate::tencent::charging::{self, MONTHS_MAX};
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// `RenewCbsStorage`: so many months more of an elastic disk that is paid for in advance.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let name = fields.need("storageId")?.to_owned();
    let months = fields.need_number("period", 1..=MONTHS_MAX)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let bad =
            |why: &str| Refusal::Malformed { name: "storageId".to_owned(), why: why.to_owned() };
        let refusal = match ids::find_disk(view.world, issuer.project, &name) {
            Some(AnyDisk::Loose(disk)) if charging::paid_until(&disk.hints, view.now).is_some() => {
                let changes = charging::renew(&disk.hints, view.now, months, None);
                let terms = Terms::of(&disk.hints, changes);
                let edit = Edit::ChangeDiskTerms(ChangeDiskTerms { volume: disk.id, terms });
                return task::edit(issuer.command(edit.into(), Vec::new()));
            }
            Some(AnyDisk::Loose(_)) => bad("must be a disk that is paid for in advance"),
            Some(AnyDisk::Of(_, _)) => bad("must be an elastic disk: this is its instance's"),
            None => Fault::with(FaultKind::VolumeNotFound, &*name).into(),
        };
        task::settled(Err(refusal))
    }))
}
