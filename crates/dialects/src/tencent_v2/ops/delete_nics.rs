use regiment_core::ops::{DeleteNics, Operation};

use super::interfaces::own;
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// `DetachNetworkInterface`: the interface goes on to be, with its addresses.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let network = fields.need("vpcId")?.to_owned();
    let named = fields.need("networkInterfaceId")?.to_owned();
    let instance = ids::read_instance(fields.need("instanceId")?);
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        task::settled(own(view.world, issuer.project, &network, &named).map(|interface| {
            let operation = Operation::DeleteNics(DeleteNics { ports: vec![interface.nic.port] });
            task::order(issuer.command(operation, vec![instance]), "", |job, _, _| {
                task::Numbered::of(job)
            })
        }))
    }))
}
