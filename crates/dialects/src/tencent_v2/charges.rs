//! Instances by how they are paid for: most actions are for one kind alone.

use regiment_core::model::{FaultKind, ProjectId, Server};
use regiment_core::view::View;
use regiment_core::world::World;

use super::faults::Refusal;
use crate::tencent::charging::{self, Network};
use crate::tencent::ids;
use crate::tencent::prices::{Parts, Price, hour_of_bandwidth};

/// The instance a client names, which must be paid for in advance.
pub fn prepaid<'w>(
    world: &'w World,
    project: ProjectId,
    name: &str,
) -> Result<&'w Server, Refusal> {
    named(world, project, name, true)
}

/// The instance a client names, which must be paid by use.
pub fn by_use<'w>(world: &'w World, project: ProjectId, name: &str) -> Result<&'w Server, Refusal> {
    named(world, project, name, false)
}

fn named<'w>(
    world: &'w World,
    project: ProjectId,
    name: &str,
    in_advance: bool,
) -> Result<&'w Server, Refusal> {
    let server = ids::find_instance(world, project, name).ok_or(FaultKind::ServerNotFound)?;
    if charging::is_prepaid(&server.details.hints) == in_advance {
        Ok(server)
    } else {
        Err(Refusal::PaidOtherwise { prepaid: !in_advance })
    }
}

/// What an hour of an instance costs with its bandwidth, if that is paid for with it.
pub fn hour(server: &Server, view: &View<'_>) -> Price {
    let said = &server.details.hints;
    let bandwidth = match Network::of(said) {
        Network::Monthly => hour_of_bandwidth(charging::bandwidth(said, view.now)),
        Network::Traffic | Network::Hourly | Network::Package => Price::default(),
    };
    Parts::of_server(server, view.world, None, |_, gib| gib).hour().and(bandwidth)
}
