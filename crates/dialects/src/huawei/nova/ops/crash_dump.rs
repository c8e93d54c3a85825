//! `trigger_crash_dump`

use regiment_core::ops::{CrashDump, Operation};

use crate::Action;
use crate::huawei::nova::NovaCall;

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>, id: &str) -> Action {
    let errand = call.errand(id, "trigger_crash_dump");
    let (command, reply) = (call.command(Operation::CrashDump(CrashDump {}), &errand), call.reply);
    call.order(command, errand, move |_| reply.empty(202))
}
