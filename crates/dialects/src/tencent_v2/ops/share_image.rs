use regiment_core::edits::{Edit, ShareImage};
use regiment_core::model::FaultKind;
use regiment_core::ops::Operation;
use regiment_core::world::World;

use crate::Action;
use crate::tencent::{accounts, images, regions};
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::{batch, task};

/// What is wanted of which image, by whom it is asked where.
struct Wanted {
    image: String,
    accounts: Vec<String>,
    region: String,
    shared: bool,
}

/// `ShareImage`: other accounts may make instances of it.
pub fn share(call: &Call<'_>) -> Result<Action, Refusal> {
    decode(call, true)
}

/// `CancelShareImage`.
pub fn cancel(call: &Call<'_>) -> Result<Action, Refusal> {
    decode(call, false)
}

fn decode(call: &Call<'_>, shared: bool) -> Result<Action, Refusal> {
    let wanted = Wanted {
        image: call.fields().need("imageId")?.to_owned(),
        accounts: batch::names(call, "uinList")?,
        region: regions::region(&call.region()).to_owned(),
        shared,
    };
    let issuer = call.issuer();
    Ok(Action::consult(move |view| task::settled(order(view.world, &wanted, &issuer))))
}

fn order(world: &World, wanted: &Wanted, issuer: &Issuer) -> Result<Action, Refusal> {
    let seen = images::find(world, issuer.project, &wanted.region, &wanted.image)
        .ok_or(FaultKind::ImageNotFound)?;
    let mut with = Vec::with_capacity(wanted.accounts.len());
    for account in &wanted.accounts {
        match accounts::find(world, account) {
            Some(project) if project == issuer.project => {
                return Err(Refusal::Malformed {
                    name: "uinList".to_owned(),
                    why: "must not name the account itself".to_owned(),
                });
            }
            Some(project) => with.push(project),
            None => return Err(Refusal::AccountNotFound(account.clone())),
        }
    }
    let edit = ShareImage { image: seen.image.id, with, shared: wanted.shared };
    let operation = Operation::from(Edit::ShareImage(edit));
    Ok(task::edit(issuer.command(operation, Vec::new())))
}
