use regiment_core::ops::{Move, MoveMembers, Operation};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb::{self, Found, Of};

const NEEDED: [&str; 2] = ["port", "newPort"];

/// `ModifyForwardFourthBackendsPort`.
pub fn decode_fourth(call: &Call<'_>) -> Result<Action, Refusal> {
    lb::order_members(call, Of::Listener, &NEEDED, to_new_ports)
}

/// `ModifyForwardSeventhBackendsPort`.
pub fn decode_seventh(call: &Call<'_>) -> Result<Action, Refusal> {
    lb::order_members(call, Of::Rules, &NEEDED, to_new_ports)
}

fn to_new_ports(found: Vec<Found>) -> Operation {
    let moves = found.into_iter().map(|Found { at, new_port, weight }| Move {
        port: new_port.unwrap_or(at.member.port),
        from: at,
        weight,
    });
    Operation::MoveMembers(MoveMembers { moves: moves.collect() })
}
