//! Two networks that see each other, of one project or of two.

use super::Answer;
use crate::edits::Desk;
use crate::model::{
    AddressRange, Fault, FaultKind, Gateway, NetworkId, Peering, PeeringState, ProjectId, Vpc, Way,
};

/// Within a project networks are connected at once; another project is asked.
pub(super) fn peering(
    desk: &Desk<'_>,
    vpc: &Vpc,
    peer: ProjectId,
    peer_vpc: NetworkId,
) -> Result<Way, Fault> {
    let other = desk.world.vpc(peer, peer_vpc).ok_or(FaultKind::GatewayNotFound)?;
    if AddressRange::of(vpc.cidr).meets(AddressRange::of(other.cidr)) {
        return Err(Fault::with(FaultKind::NetworksOverlap, other.cidr.to_string()));
    }
    let between = |one: &Gateway| {
        one.peering().is_some_and(|known| {
            let ends = (one.vpc, Some(known.peer_vpc));
            let is = [(Some(vpc.id), Some(peer_vpc)), (Some(peer_vpc), Some(vpc.id))];
            is.contains(&ends) && !matches!(known.state, PeeringState::Ended { .. })
        })
    };
    if desk.world.peerings(desk.project).any(between) {
        return Err(Fault::with(FaultKind::GatewayExists, other.name.clone()));
    }
    let state =
        if peer == desk.project { PeeringState::Connected } else { PeeringState::Asked(desk.now) };
    Ok(Way::Peering(Peering { peer, peer_vpc, state }))
}

pub(super) fn answer(desk: &Desk<'_>, gateway: &mut Gateway, answer: Answer) -> Result<(), Fault> {
    let unfit = || Fault::with(FaultKind::GatewayUnfit, gateway.name.clone());
    let known = gateway.peering().ok_or_else(unfit)?;
    let waits = matches!(known.state, PeeringState::Asked(_));
    let late = known.state.expired(desk.now);
    let is_asked = known.peer == desk.project;
    let state = match answer {
        Answer::Accept if is_asked && waits && !late => PeeringState::Connected,
        Answer::Refuse if is_asked && waits && !late => PeeringState::Refused,
        Answer::AskAgain if gateway.project == desk.project && late => {
            PeeringState::Asked(desk.now)
        }
        Answer::Accept | Answer::Refuse | Answer::AskAgain => return Err(unfit()),
    };
    *gateway = super::with_state(gateway, state);
    Ok(())
}

/// What the other side sees once `by` has removed the gateway; nothing if there is no other side, or
/// if it has nothing to see.
pub(super) fn seen_ended(gateway: &Gateway, by: ProjectId) -> Option<PeeringState> {
    let known = gateway.peering()?;
    let theirs = known.peer != gateway.project;
    let met = match known.state {
        PeeringState::Connected => true,
        // Who asked still sees what became of it.
        PeeringState::Asked(_) | PeeringState::Refused => by == known.peer,
        PeeringState::Ended { .. } => false,
    };
    (theirs && met).then_some(PeeringState::Ended { by })
}
