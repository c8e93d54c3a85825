use regiment_core::command::TargetRef;
use regiment_core::ops::{DeleteImages, Operation};

use crate::Action;
use crate::tencent::{images, regions};
use crate::tencent_v2::batch;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;

/// `DeleteImages`: each on its own.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let names = batch::names(call, "imageIds")?;
    let region = regions::region(&call.region()).to_owned();
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let target = |name: &String| match images::find(view.world, issuer.project, &region, name) {
            Some(seen) => TargetRef::Image(seen.image.id),
            None => TargetRef::Unreadable(name.as_str().into()),
        };
        let targets = names.iter().map(target).collect();
        let operation = Operation::DeleteImages(DeleteImages {});
        let command = issuer.command(operation, targets);
        Action::order(command, move |outcome, _| batch::answer(names, outcome))
    }))
}
