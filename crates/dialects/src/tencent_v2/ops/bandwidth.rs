//! `UpdateInstanceBandwidth` and `UpdateInstanceBandwidthHour`.

use std::collections::BTreeMap;

use regiment_core::command::{Command, TargetRef};
use regiment_core::model::{HintChanges, Server};
use regiment_core::ops::{ChangeCharging, Operation, Terms};
use regiment_core::view::View;

use super::resize::Deals;
use crate::Action;
use crate::tencent::charging::{self, Network, Raise};
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::{charges, task};

/// What is wanted of an instance paid for in advance.
struct Wanted {
    instance: String,
    mbps: u32,
    first: Option<String>,
    last: Option<String>,
}

/// `UpdateInstanceBandwidthHour`: up or down, from now on.
pub fn decode_hour(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let instance = fields.need("instanceId")?.to_owned();
    let mbps = fields.need_number("bandwidth", 0..=u32::MAX)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        task::settled(charges::by_use(view.world, issuer.project, &instance).and_then(|server| {
            check_most(server, mbps)?;
            let changes = charging::set_bandwidth(mbps);
            Ok(task::order_plain(command(&issuer, server, changes), "ok"))
        }))
    }))
}

/// `UpdateInstanceBandwidth`: more for a time, after which it is what it was.
pub fn decode_prepaid(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let wanted = Wanted {
        instance: fields.need("instanceId")?.to_owned(),
        mbps: fields.need_number("bandwidth", 0..=u32::MAX)?,
        first: fields.text("startTime").map(str::to_owned),
        last: fields.text("endTime").map(str::to_owned),
    };
    let issuer = call.issuer();
    Ok(Action::consult(move |view| task::settled(order(view, &wanted, &issuer))))
}

fn order(view: &View<'_>, wanted: &Wanted, issuer: &Issuer) -> Result<Action, Refusal> {
    let server = charges::prepaid(view.world, issuer.project, &wanted.instance)?;
    check_most(server, wanted.mbps)?;
    let said = &server.details.hints;
    let present = charging::bandwidth(said, view.now);
    if wanted.mbps < present {
        return Err(bad("bandwidth", format!("must be at least the present {present}")));
    }
    // What is sent is paid for, not the bandwidth: there is nothing to buy.
    if Network::of(said) == Network::Traffic {
        let changes = charging::set_bandwidth(wanted.mbps);
        return Ok(task::order_plain(command(issuer, server, changes), "ok"));
    }
    let need = |said: &Option<String>, name: &str| {
        said.clone().ok_or_else(|| Refusal::Missing(name.to_owned()))
    };
    let (first, last) = (need(&wanted.first, "startTime")?, need(&wanted.last, "endTime")?);
    let (from, until) = charging::days(&first, &last, view.now)
        .ok_or_else(|| bad("startTime", "and endTime must be days to come, YYYY-MM-DD".into()))?;
    // The last day counts, and the instance's own last day is one that it has.
    let deadline = charging::paid_until(said, view.now);
    if deadline.is_some_and(|deadline| until.ms_since(deadline) >= DAY_MS) {
        return Err(bad("endTime", "must not be after the instance's deadline".into()));
    }
    let raise = Raise { mbps: wanted.mbps, from, until };
    let changes = charging::raise_bandwidth(said, view.now, raise);
    Ok(task::order(command(issuer, server, changes), "ok", |job, _, _| Deals::of(job)))
}

const DAY_MS: i64 = 86_400_000;

fn check_most(server: &Server, mbps: u32) -> Result<(), Refusal> {
    let most = Network::of(&server.details.hints).bandwidth_max();
    if mbps <= most { Ok(()) } else { Err(bad("bandwidth", format!("must be at most {most}"))) }
}

fn bad(name: &str, why: String) -> Refusal {
    Refusal::Malformed { name: name.to_owned(), why }
}

fn command(issuer: &Issuer, server: &Server, changes: HintChanges) -> Command {
    let terms = Terms::of(&server.details.hints, changes);
    let operation = ChangeCharging::each(BTreeMap::from([(server.id, terms)]));
    issuer.command(Operation::ChangeCharging(operation), vec![TargetRef::Server(server.id)])
}
