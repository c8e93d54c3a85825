//! `RenewInstances`, `ModifyInstancesRenewFlag` and `ModifyInstancesChargeType`.

use std::collections::BTreeMap;

use regiment_core::command::TargetRef;
use regiment_core::model::{HintChanges, Server};
use regiment_core::ops::{ChangeCharging, Operation, Terms};
use regiment_core::view::View;
use serde::Deserialize;

use crate::Action;
use crate::tencent::charging;
use crate::tencent_v3::call::{Call, Issuer, named, targets};
use crate::tencent_v3::charges::{self, Charge, Prepaid, charge_type};
use crate::tencent_v3::faults::Refusal;

/// Instances whose way of being paid for is changed in one call.
const CHANGED_MAX: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Renewed {
    instance_ids: Vec<String>,
    instance_charge_prepaid: Option<Prepaid>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Flagged {
    instance_ids: Vec<String>,
    renew_flag: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Changed {
    instance_ids: Vec<String>,
    instance_charge_type: String,
    instance_charge_prepaid: Option<Prepaid>,
}

/// `RenewInstances`: so many months more for each, from its own deadline on. Elastic disks are
/// renewed by themselves.
pub fn renew(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Renewed = call.read()?;
    let targets = targets("InstanceIds", &wanted.instance_ids)?;
    let prepaid = wanted.instance_charge_prepaid;
    let prepaid = prepaid.ok_or_else(|| Refusal::missing("InstanceChargePrepaid"))?;
    let (months, renewal) = prepaid.read()?;
    Ok(call.consult(move |view, issuer| {
        order(view, issuer, targets, |server| {
            charges::must_be_prepaid(server)?;
            Ok(charging::renew(&server.details.hints, view.now, months, renewal))
        })
    }))
}

/// `ModifyInstancesRenewFlag`.
pub fn flag(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Flagged = call.read()?;
    let targets = targets("InstanceIds", &wanted.instance_ids)?;
    let renewal = charges::renew_flag("RenewFlag", &wanted.renew_flag)?;
    Ok(call.consult(move |view, issuer| {
        order(view, issuer, targets, |server| {
            charges::must_be_prepaid(server)?;
            Ok(charging::change_renewal(&server.details.hints, view.now, renewal))
        })
    }))
}

/// `ModifyInstancesChargeType`: by the hour to in advance, and back.
pub fn change(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Changed = call.read()?;
    let targets = targets("InstanceIds", &wanted.instance_ids)?;
    if targets.len() > CHANGED_MAX {
        return Err(Refusal::too_many("InstanceIds", CHANGED_MAX));
    }
    let kind = wanted.instance_charge_type;
    let charge = Charge::read(Some(&kind), wanted.instance_charge_prepaid.as_ref())?;
    let from = match charge {
        Charge::InAdvance { .. } => charges::BY_HOUR,
        Charge::ByHour => charges::PREPAID,
        Charge::Spot => {
            return Err(Refusal::bad("InvalidParameterValue", "InstanceChargeType", kind));
        }
    };
    Ok(call.consult(move |view, issuer| {
        order(view, issuer, targets, |server| {
            if charge_type(&server.details.hints) != from {
                return Err(charges::wrong_type(server));
            }
            Ok(match charge {
                Charge::InAdvance { months, renewal } => {
                    charging::prepay(view.now, months, renewal)
                }
                Charge::ByHour | Charge::Spot => charging::pay_by_use(),
            })
        })
    }))
}

/// Changes the hints of all instances, each by its own, or of none.
pub fn order(
    view: &View<'_>,
    issuer: &Issuer,
    targets: Vec<TargetRef>,
    change: impl Fn(&Server) -> Result<HintChanges, Refusal>,
) -> Result<Action, Refusal> {
    let mut each = BTreeMap::new();
    for target in &targets {
        let server = named(view, issuer.project, target)?;
        each.insert(server.id, Terms::of(&server.details.hints, change(server)?));
    }
    let operation = Operation::ChangeCharging(ChangeCharging::each(each));
    Ok(issuer.order(issuer.command(operation, targets)))
}
