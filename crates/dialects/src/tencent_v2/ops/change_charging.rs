//! `RenewInstance` and `SetAutoRenew`.

use std::collections::BTreeMap;

use regiment_core::command::{Admission, TargetRef};
use regiment_core::ops::{ChangeCharging, Operation, Terms};
use serde::Serialize;

use crate::Action;
use crate::tencent::charging::{self, MONTHS_MAX, Renewal};
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::{charges, task};

/// Instances in one call.
const INSTANCES_MAX: usize = 100;
/// The kind of thing that is renewed: an instance.
const INSTANCE: u32 = 1;

/// The number of the task, as text.
#[derive(Serialize)]
struct Deal {
    #[serde(rename = "dealId")]
    id: String,
}

/// `RenewInstance`: so many months more.
pub fn renew(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let name = fields.need("instanceId")?.to_owned();
    let months = fields.need_number("period", 1..=MONTHS_MAX)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let server = match charges::prepaid(view.world, issuer.project, &name) {
            Ok(server) => server,
            Err(refusal) => return task::settled(Err(refusal)),
        };
        let said = &server.details.hints;
        let terms = Terms::of(said, charging::renew(said, view.now, months, None));
        let operation = ChangeCharging::each(BTreeMap::from([(server.id, terms)]));
        let target = vec![TargetRef::Server(server.id)];
        let command = issuer.command(Operation::ChangeCharging(operation), target);
        task::order(command, "", |job, _, _| Deal { id: job.0.to_string() })
    }))
}

/// `SetAutoRenew`: whether a month is added at each deadline, of all instances named or of none.
pub fn set_auto_renew(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    fields.need_number("instanceType", INSTANCE..=INSTANCE)?;
    let renewal = Renewal::of_number(fields.need_number("autoRenew", 0..=2)?)
        .ok_or_else(|| fields.bad("autoRenew", "must be 0, 1 or 2"))?;
    // The vendor's own sample says it in the singular.
    let mut names = fields.list("instanceIds");
    names.extend(fields.list("instanceId"));
    if names.is_empty() {
        return Err(Refusal::Missing("instanceIds.0".to_owned()));
    }
    if names.len() > INSTANCES_MAX {
        let why = format!("must name at most {INSTANCES_MAX} instances");
        return Err(fields.bad("instanceIds", why));
    }
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let mut each = BTreeMap::new();
        for name in &names {
            let server = match charges::prepaid(view.world, issuer.project, name) {
                Ok(server) => server,
                Err(refusal) => return task::settled(Err(refusal)),
            };
            let said = &server.details.hints;
            let changes = charging::change_renewal(said, view.now, renewal);
            each.insert(server.id, Terms::of(said, changes));
        }
        let targets = each.keys().map(|id| TargetRef::Server(*id)).collect();
        let operation = Operation::ChangeCharging(ChangeCharging::each(each));
        let mut command = issuer.command(operation, targets);
        command.admission = Admission::AllOrNothing;
        task::order_plain(command, "ok")
    }))
}
