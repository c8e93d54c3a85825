use regiment_core::command::Admission;
use regiment_core::ops::{BindKeyPair, Operation};

use super::key_pairs::name_of;
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::{batch, task};

/// `BindInstanceKey`: instead of what the instances, which are shut down, let in. All of them or none:
/// the answer has no room for more than one code.
pub fn bind(call: &Call<'_>) -> Result<Action, Refusal> {
    order(call, true)
}

/// `UnBindInstanceKey`.
pub fn unbind(call: &Call<'_>) -> Result<Action, Refusal> {
    order(call, false)
}

fn order(call: &Call<'_>, bound: bool) -> Result<Action, Refusal> {
    let fields = call.fields();
    let names = batch::names(call, "instanceIds")?;
    let id = fields.need("keyId")?.to_owned();
    let stop_first = fields.flag("hardPowerOffFlag")?.unwrap_or(false);
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        task::settled(name_of(view.world, issuer.project, &id).map(|name| {
            let operation = Operation::BindKeyPair(BindKeyPair { name, bound, stop_first });
            let targets = names.iter().map(|name| ids::read_instance(name)).collect();
            let mut command = issuer.command(operation, targets);
            command.admission = Admission::AllOrNothing;
            task::order_all_plain(command, names, "")
        }))
    }))
}
