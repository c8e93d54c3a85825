//! `POST …/cloudservers/{server_id}/actions/trigger-crash-dump`

use regiment_core::command::Admission;
use regiment_core::ops::{CrashDump, Operation};

use crate::Action;
use crate::huawei::Call;
use crate::huawei::batch::single_refusal;
use crate::huawei::body::target;
use crate::huawei::faults::Row;

pub(super) fn decode(call: &Call<'_>, id: &str) -> Action {
    let targets = vec![target(id)];
    let mut command = call.command(Operation::CrashDump(CrashDump {}), targets.clone());
    command.admission = Admission::AllOrNothing;
    let reply = call.reply;
    Action::order(command, move |receipt, _| {
        let refusal = match receipt {
            Err(fault) => Some(Row::of(fault)),
            Ok(receipt) => single_refusal(receipt, &targets),
        };
        refusal.map_or_else(|| reply.empty(202), |row| reply.refuse(&row))
    })
}
