use regiment_core::command::{Admission, TargetRef};
use regiment_core::model::FaultKind;
use regiment_core::ops::{MoveNic, Operation};
use regiment_core::view::View;

use super::interfaces::own;
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::gateways::Spelling;
use crate::tencent_v2::task::{self, Numbered};

struct Wanted {
    network: String,
    interface: String,
    from: String,
    to: String,
}

/// `MigrateNetworkInterface`: out of one instance and into another.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let need = |name: &str| fields.need(name).map(str::to_owned);
    let wanted = Wanted {
        network: need("vpcId")?,
        interface: need("networkInterfaceId")?,
        from: need("oldInstanceId")?,
        to: need("newInstanceId")?,
    };
    let issuer = call.issuer();
    Ok(Action::consult(move |view| task::settled(order(view, &wanted, &issuer))))
}

fn order(view: &View<'_>, wanted: &Wanted, issuer: &Issuer) -> Result<Action, Refusal> {
    let (world, project) = (view.world, issuer.project);
    let port = own(world, project, &wanted.network, &wanted.interface)?.nic.port;
    let server = |named: &str| {
        ids::find_instance(world, project, named)
            .map(|server| server.id)
            .ok_or_else(|| Refusal::from(FaultKind::ServerNotFound).spelled(NAMES))
    };
    let (from, to) = (server(&wanted.from)?, server(&wanted.to)?);
    if from == to {
        return Err(Refusal::Malformed {
            name: "newInstanceId".to_owned(),
            why: "must be another instance than oldInstanceId".to_owned(),
        });
    }
    let targets = vec![TargetRef::Server(from), TargetRef::Server(to)];
    let mut command = issuer.command(Operation::MoveNic(MoveNic::new(port, from)), targets);
    command.admission = Admission::AllOrNothing;
    Ok(Action::order(command, |outcome, _| {
        let done = task::accepted(outcome).map(|(job, _)| Numbered::of(job));
        task::shown(done.map_err(|refusal| refusal.spelled(NAMES)))
    }))
}

/// What the vendor's page calls what may be wrong.
const NAMES: Spelling = &[
    (FaultKind::ServerNotFound, "InvalidInstance.NotFound"),
    (FaultKind::NicTaken, "InvalidNetworkInterface.AlreadyAssociated"),
];
