//! `PUT …/cloudservers/server-name`: every server gets the same name.

use regiment_core::ops::{Operation, Rename};
use serde::Deserialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::batch::{bounded, report, results};
use crate::huawei::body::{Flag, Targets, read};
use crate::huawei::faults::Row;
use crate::huawei::limits::{BATCH_MAX, WAIT_MS};
use crate::huawei::names;

#[derive(Deserialize)]
struct Body {
    name: String,
    servers: Targets,
    #[serde(default)]
    dry_run: Flag,
}

pub(in crate::huawei) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let Body { name, servers, dry_run } = read(call.request.body)?;
    let targets = bounded(servers, BATCH_MAX)?;
    names::check(&name)?;
    let operation = Operation::Rename(Rename { name: name.into() });
    let mut command = call.command(operation, targets.clone());
    command.dry_run = dry_run.0;
    let reply = call.reply;
    Ok(Action::order_and_wait(command, WAIT_MS, move |receipt, view| match receipt {
        Ok(receipt) => report(reply, &results(&targets, receipt, view)),
        Err(fault) => reply.refuse(&Row::of(fault)),
    }))
}
