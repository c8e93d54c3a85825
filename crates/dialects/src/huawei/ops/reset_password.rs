//! `PUT …/cloudservers/os-reset-passwords` on many servers, `PUT …/{server_id}/os-reset-password` on
//! one.

use regiment_core::command::Admission;
use regiment_core::ops::{Operation, PasswordFit, ResetPassword};
use serde::Deserialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::batch::{bounded, report, results, single_refusal};
use crate::huawei::body::{Flag, Password, Targets, read, target};
use crate::huawei::faults::{Row, WEAK_PASSWORD};
use crate::huawei::limits::{BATCH_MAX, WAIT_MS};
use crate::huawei::password;

#[derive(Deserialize)]
struct Batch {
    new_password: Option<Password>,
    servers: Targets,
    #[serde(default)]
    dry_run: Flag,
}

/// The rule of a reset is the same for every system, so that nothing is left for the plan to judge.
pub(in crate::huawei) const OPERATION: Operation = Operation::ResetPassword(ResetPassword {
    fit: PasswordFit::ANY,
    needs_stopped: false,
    stop_first: false,
});

pub(in crate::huawei) fn decode_batch(call: &Call<'_>) -> Result<Action, Row> {
    let Batch { new_password, servers, dry_run } = read(call.request.body)?;
    let targets = bounded(servers, BATCH_MAX)?;
    match &new_password {
        Some(Password(secret)) if !password::may_reset(secret.expose()) => {
            return Err(WEAK_PASSWORD);
        }
        None if !dry_run.0 => {
            return Err(Row::invalid("request body is illegal: missing field `new_password`."));
        }
        Some(_) | None => {}
    }
    let mut command = call.command(OPERATION, targets.clone());
    command.secret = new_password.map(|Password(secret)| secret);
    command.dry_run = dry_run.0;
    let reply = call.reply;
    Ok(Action::order_and_wait(command, WAIT_MS, move |receipt, view| match receipt {
        Ok(receipt) => report(reply, &results(&targets, receipt, view)),
        Err(fault) => reply.refuse(&Row::of(fault)),
    }))
}

#[derive(Deserialize)]
struct Single {
    #[serde(rename = "reset-password")]
    reset: Options,
}

#[derive(Deserialize)]
struct Options {
    new_password: Password,
    #[serde(default)]
    is_check_password: Flag,
}

pub(in crate::huawei) fn decode_single(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let Single { reset: Options { new_password: Password(secret), is_check_password } } =
        read(call.request.body)?;
    if is_check_password.0 && !password::may_reset(secret.expose()) {
        return Err(WEAK_PASSWORD);
    }
    if secret.expose().is_empty() {
        return Err(Row::invalid("new_password must not be empty."));
    }
    let targets = vec![target(id)];
    let mut command = call.command(OPERATION, targets.clone());
    command.secret = Some(secret);
    command.admission = Admission::AllOrNothing;
    let reply = call.reply;
    Ok(Action::order_and_wait(command, WAIT_MS, move |receipt, view| {
        let receipt = match receipt {
            Ok(receipt) => receipt,
            Err(fault) => return reply.refuse(&Row::of(fault)),
        };
        if let Some(row) = single_refusal(receipt, &targets) {
            return reply.refuse(&row);
        }
        match results(&targets, receipt, view).into_iter().find_map(|(_, row)| row) {
            Some(row) => reply.refuse(&row),
            None => reply.empty(204),
        }
    }))
}
