//! `POST …/{server_id}/resize` (v1, v1.1) on one server, `POST …/cloudservers/batch-resize` on many,
//! all or none.

use regiment_core::command::{Admission, Receipt, TargetRef};
use regiment_core::model::{Fault, JobId, ProjectId, Server};
use regiment_core::ops::{Operation, Resize};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::huawei::answer::Reply;
use crate::huawei::batch::{bounded, results, single_refusal, write_ids, write_refusals};
use crate::huawei::body::{Flag, Targets, read, target, words};
use crate::huawei::detail::{PREPAID, SPOT, charging};
use crate::huawei::faults::{BATCH_FAILED, Row};
use crate::huawei::limits::BATCH_RESIZE_MAX;
use crate::huawei::route::Age;
use crate::huawei::{Call, ids, job_id};
use crate::{Action, Answer};

#[derive(Deserialize)]
struct Single {
    resize: Options,
    #[serde(default)]
    dry_run: Flag,
}

#[derive(Deserialize)]
struct Options {
    #[serde(rename = "flavorRef")]
    flavor: String,
    mode: Option<String>,
}

/// The mode that lifts the need for a stopped server.
pub(super) const STOPS_FIRST: &str = "withStopServer";

fn operation(flavor: String, mode: Option<&str>) -> Operation {
    let stop_first = mode == Some(STOPS_FIRST);
    Operation::Resize(Resize {
        flavor: flavor.into(),
        stop_first,
        upgrade_only: false,
        on_trial: false,
    })
}

#[derive(Serialize)]
struct Accepted {
    job_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
}

pub(in crate::huawei) fn decode_single(call: &Call<'_>, age: Age, id: &str) -> Result<Action, Row> {
    let Single { resize: Options { flavor, mode }, dry_run } = read(call.request.body)?;
    let targets = vec![target(id)];
    let mut command = call.command(operation(flavor, mode.as_deref()), targets.clone());
    command.admission = Admission::AllOrNothing;
    command.dry_run = dry_run.0;
    let (reply, project) = (call.reply, call.caller.project);
    Ok(Action::consult(move |view| {
        let server = view.world.named(project, &targets[0]);
        if server.is_some_and(|server| charging(server) == SPOT) {
            return Action::Answer(reply.refuse(&SPOT_STAYS));
        }
        Action::order(command, move |receipt, view| resized(reply, age, &targets, receipt, view))
    }))
}

const SPOT_STAYS: Row = Row::new("Ecs.0704", 400, "A spot ECS cannot be resized.");

fn resized(
    reply: Reply,
    age: Age,
    targets: &[TargetRef],
    receipt: &Result<Receipt, Fault>,
    view: &View<'_>,
) -> Answer {
    let receipt = match receipt {
        Ok(receipt) => receipt,
        Err(fault) => return reply.refuse(&Row::of(fault)),
    };
    if let Some(row) = single_refusal(receipt, targets) {
        return reply.refuse(&row);
    }
    let Some(job) = receipt.job else { return reply.empty(202) };
    let order_id = match age {
        Age::V11 => order(job, receipt, view),
        Age::V1 => None,
    };
    reply.json(200, &Accepted { job_id: job_id::write(view.world, job.0), order_id })
}

#[derive(Deserialize)]
struct Batch {
    resize: BatchOptions,
}

#[derive(Deserialize)]
struct BatchOptions {
    #[serde(rename = "flavorRef")]
    flavor: String,
    servers: Targets,
    mode: Option<String>,
}

pub(in crate::huawei) fn decode_batch(call: &Call<'_>) -> Result<Action, Row> {
    let Batch { resize: BatchOptions { flavor, servers, mode } } = read(call.request.body)?;
    let targets = bounded(servers, BATCH_RESIZE_MAX)?;
    let mut command = call.command(operation(flavor, mode.as_deref()), targets.clone());
    command.admission = Admission::AllOrNothing;
    let (reply, project) = (call.reply, call.caller.project);
    Ok(Action::consult(move |view| {
        let unlike = unlike_the_first(&targets, view, project);
        if unlike.iter().any(|(_, row)| row.is_some()) {
            return Action::Answer(refused(reply, &unlike));
        }
        Action::order(command, move |receipt, view| {
            let receipt = match receipt {
                Ok(receipt) => receipt,
                Err(fault) => return reply.refuse(&Row::of(fault)),
            };
            let Some(job) = receipt.job else {
                return refused(reply, &results(&targets, receipt, view));
            };
            // All were admitted, which is all that can be said of them yet.
            let admitted: Vec<_> = targets.iter().map(|target| (words(target), None)).collect();
            let mut body = format!("{{\"job_id\":\"{}\",", job_id::write(view.world, job.0));
            if let Some(order) = order(job, receipt, view) {
                body.extend(["\"order_id\":\"", &order, "\","]);
            }
            write_ids(&mut body, &admitted);
            body.push('}');
            reply.bytes(200, body.into_bytes())
        })
    }))
}

/// The order of a resize of servers paid for in advance. Those of one job are all paid for alike.
fn order(job: JobId, receipt: &Receipt, view: &View<'_>) -> Option<String> {
    let server = receipt.servers().next().and_then(|id| view.world.server(id))?;
    let job = view.job(job).filter(|_| charging(server) == PREPAID)?;
    Some(ids::order(job.accepted_at, job.request))
}

fn refused(reply: Reply, results: &[(String, Option<Row>)]) -> Answer {
    let mut body = String::from("{");
    write_refusals(&mut body, &BATCH_FAILED, results);
    body.push('}');
    reply.bytes(BATCH_FAILED.status, body.into_bytes()).with_code(BATCH_FAILED.code)
}

/// The cloud resizes no spot servers, and only those of one zone, one flavor and one way of paying together. Those that
/// do not exist are the plan's to refuse.
fn unlike_the_first(
    targets: &[TargetRef],
    view: &View<'_>,
    project: ProjectId,
) -> Vec<(String, Option<Row>)> {
    let server = |target: &TargetRef| view.world.named(project, target);
    let first = targets.iter().find_map(server).map(kind);
    let row =
        || Row::invalid("The ECS differs from the first one in its AZ, billing mode or flavor.");
    let judge = |target| match server(target)? {
        server if charging(server) == SPOT => Some(SPOT_STAYS),
        server => (Some(kind(server)) != first).then(row),
    };
    targets.iter().map(|target| (words(target), judge(target))).collect()
}

/// What servers must have in common: zone, flavor, way of paying.
fn kind(server: &Server) -> (&str, &str, &str) {
    (&server.details.zone, &server.flavor, charging(server))
}
