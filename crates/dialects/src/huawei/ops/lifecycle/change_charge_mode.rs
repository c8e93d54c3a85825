//! `POST …/cloudservers/actions/change-charge-mode`: by use to by period and back, all or none.

use std::collections::BTreeMap;
use std::sync::Arc;

use regiment_core::command::Admission;
use regiment_core::model::Server;
use regiment_core::ops::{ChangeCharging, Operation};
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::charging::months_after;
use crate::huawei::batch::single_refusal;
use crate::huawei::body::{Flag, SERVER_ID_BYTES_MAX, Whole, read, target};
use crate::huawei::detail::{
    HINT_CHARGING, HINT_ORDER, HINT_PAID_UNTIL, POSTPAID, PREPAID, SPOT, charging,
};
use crate::huawei::faults::{Row, TOO_MANY_IN_BATCH};
use crate::huawei::fields::check_period;
use crate::huawei::limits::CHARGE_MODE_MAX;
use crate::huawei::{Call, ids, job_id};

#[derive(Deserialize)]
struct Body {
    server_ids: Vec<String>,
    charge_mode: String,
    prepaid_options: Option<Prepaid>,
    #[serde(default)]
    dry_run: Flag,
}

/// Whether it is paid and renewed by itself, and what else the order is for, is between the client
/// and a billing that is not here.
#[derive(Deserialize)]
struct Prepaid {
    period_type: String,
    period_num: Whole,
}

#[derive(Serialize)]
struct Ordered<'a> {
    order_id: &'a str,
    job_id: String,
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let Body { server_ids, charge_mode, prepaid_options, dry_run } = read(call.request.body)?;
    if server_ids.is_empty() {
        return Err(Row::invalid("server_ids must name at least one server."));
    }
    if server_ids.len() > CHARGE_MODE_MAX {
        return Err(TOO_MANY_IN_BATCH);
    }
    if server_ids.iter().any(|id| id.len() > SERVER_ID_BYTES_MAX) {
        return Err(Row::invalid("server_ids: a server id is too long."));
    }
    let order: Arc<str> = ids::order(call.context.now, call.context.request).into();
    let (mode, kept, until) = match (charge_mode.as_str(), prepaid_options) {
        ("prePaid", Some(Prepaid { period_type, period_num })) => {
            let names = ["period_type", "period_num"];
            let months =
                check_period("prepaid_options", names, Some(&period_type), Some(period_num))?;
            let until = months_after(call.context.now, months).0.to_string();
            (PREPAID, Some(order.clone()), Some(until.into()))
        }
        ("prePaid", None) => {
            return Err(Row::invalid("prepaid_options is needed with charge_mode prePaid."));
        }
        ("postPaid", _) => (POSTPAID, None, None),
        _ => return Err(Row::invalid("charge_mode must be prePaid or postPaid.")),
    };
    let hints = BTreeMap::from([
        (HINT_CHARGING.into(), Some(mode.into())),
        (HINT_ORDER.into(), kept),
        (HINT_PAID_UNTIL.into(), until),
    ]);
    let targets: Vec<_> = server_ids.iter().map(|id| target(id)).collect();
    let operation = Operation::ChangeCharging(ChangeCharging::alike(hints));
    let mut command = call.command(operation, targets.clone());
    command.admission = Admission::AllOrNothing;
    command.dry_run = dry_run.0;
    let (reply, project) = (call.reply, call.caller.project);
    Ok(Action::consult(move |view| {
        let mut servers = targets.iter().filter_map(|target| view.world.named(project, target));
        if let Some(row) = servers.find_map(|server| unfit(server, mode)) {
            return Action::Answer(reply.refuse(&row));
        }
        Action::order(command, move |receipt, view| match receipt {
            Err(fault) => reply.refuse(&Row::of(fault)),
            Ok(receipt) => match (single_refusal(receipt, &targets), receipt.job) {
                (Some(row), _) => reply.refuse(&row),
                (None, Some(job)) => {
                    let job_id = job_id::write(view.world, job.0);
                    reply.json(200, &Ordered { order_id: &order, job_id })
                }
                (None, None) => reply.empty(202),
            },
        })
    }))
}

fn unfit(server: &Server, mode: &str) -> Option<Row> {
    match charging(server) {
        SPOT => Some(Row::invalid(format!("The ECS[{}] is a spot ECS.", server.id))),
        present if present == mode => {
            Some(Row::invalid(format!("The ECS[{}] is in this charge mode already.", server.id)))
        }
        _ => None,
    }
}
