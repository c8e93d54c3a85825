//! `lock` and `unlock`: a locked server refuses whatever asks something of its machine.

use regiment_core::ops::{Lock, Operation};

use crate::Action;
use crate::huawei::nova::NovaCall;

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>, id: &str, locked: bool) -> Action {
    let errand = call.errand(id, if locked { "lock" } else { "unlock" });
    let operation = Operation::Lock(Lock { locked });
    let (command, reply) = (call.command(operation, &errand), call.reply);
    call.order(command, errand, move |_| reply.empty(202))
}
