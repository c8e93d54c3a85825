use regiment_core::ops::{AddNics, NicOrder, Operation};

use super::interfaces::own;
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// `AttachNetworkInterface`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let network = fields.need("vpcId")?.to_owned();
    let named = fields.need("networkInterfaceId")?.to_owned();
    let instance = ids::read_instance(fields.need("instanceId")?);
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        task::settled(own(view.world, issuer.project, &network, &named).map(|interface| {
            let order = NicOrder {
                subnet: interface.nic.subnet,
                port: Some(interface.nic.port),
                ..NicOrder::default()
            };
            let operation = Operation::AddNics(AddNics::new(vec![order]));
            task::order(issuer.command(operation, vec![instance]), "", |job, _, _| {
                task::Numbered::of(job)
            })
        }))
    }))
}
