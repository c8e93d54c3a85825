use regiment_core::command::TargetRef;
use regiment_core::ops::{Delete, Operation};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::{charges, task};

/// `ReturnInstance`: the instance and all it holds, if it is paid by use.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let name = call.fields().need("instanceId")?.to_owned();
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        task::settled(charges::by_use(view.world, issuer.project, &name).map(|server| {
            let operation = Operation::Delete(Delete::new(true, true));
            let command = issuer.command(operation, vec![TargetRef::Server(server.id)]);
            task::order_plain(command, "ok")
        }))
    }))
}
