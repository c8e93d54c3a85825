//! What the operations on many servers share: their limits, their commands, their two answers.

use std::fmt::Write as _;

use regiment_core::command::{Admission, Command, Receipt, TargetRef};
use regiment_core::edits::Edit;
use regiment_core::model::{Fault, FaultKind, Job, SubState};
use regiment_core::ops::{Operation, Verdict};
use regiment_core::view::View;
use serde::Serialize;

use super::answer::{Reply, write_error, write_text};
use super::body::{Targets, words};
use super::faults::{BATCH_FAILED, Row, TOO_MANY_IN_BATCH, no_such_server};
use super::{Call, job_id};
use crate::{Action, Answer};

/// The targets, if there are not too few and not too many.
pub(super) fn bounded(targets: Targets, max: usize) -> Result<Vec<TargetRef>, Row> {
    match targets.0.len() {
        0 => Err(Row::invalid("servers must name at least one server.")),
        count if count > max => Err(TOO_MANY_IN_BATCH),
        _ => Ok(targets.0),
    }
}

/// The answer to an order on one server, all or nothing: a job, or why there is none.
pub fn answer_one(
    reply: Reply,
    targets: &[TargetRef],
    outcome: &Result<Receipt, Fault>,
    view: &View<'_>,
) -> Answer {
    match outcome {
        Err(fault) => reply.refuse(&Row::of(fault)),
        Ok(receipt) => match (single_refusal(receipt, targets), receipt.job) {
            (Some(row), _) => reply.refuse(&row),
            (None, Some(job)) => {
                reply.json(200, &Accepted { job_id: job_id::write(view.world, job.0) })
            }
            (None, None) => reply.empty(202),
        },
    }
}

impl Call<'_> {
    pub fn command(&self, operation: Operation, targets: Vec<TargetRef>) -> Command {
        let caller = self.caller;
        let (project, principal) = (caller.project, caller.access_key.clone());
        Command::new(project, principal, super::NAME, self.context.request, operation, targets)
    }

    /// An operation on the one server that a path names: a job, or why there is none.
    pub fn order_one(&self, operation: Operation, target: TargetRef) -> Action {
        let targets = vec![target];
        let mut command = self.command(operation, targets.clone());
        command.admission = Admission::AllOrNothing;
        let reply = self.reply;
        Action::order(command, move |receipt, view| answer_one(reply, &targets, receipt, view))
    }

    /// An edit that is answered without a body.
    pub fn edit_quietly(&self, edit: Edit, status: u16) -> Action {
        let reply = self.reply;
        let command = self.command(Operation::Edit(Box::new(edit)), Vec::new());
        Action::order(command, move |receipt, _| match receipt {
            Err(fault) => reply.refuse(&Row::of(fault)),
            Ok(_) => reply.empty(status),
        })
    }

    /// Power actions and deletion: a job, unless there is no such server at all.
    pub fn order_job(&self, operation: Operation, targets: Vec<TargetRef>) -> Action {
        let reply = self.reply;
        Action::order(self.command(operation, targets), move |receipt, view| match receipt {
            Err(fault) => reply.refuse(&Row::of(fault)),
            Ok(Receipt { job: Some(job), .. }) => {
                reply.json(200, &Accepted { job_id: job_id::write(view.world, job.0) })
            }
            Ok(Receipt { job: None, .. }) => {
                reply.refuse(&Row::of(&FaultKind::ServerNotFound.into()))
            }
        })
    }
}

/// `{"job_id": …}`
#[derive(Serialize)]
pub(super) struct Accepted {
    pub job_id: String,
}

/// Why the one server that a path names is refused, if it is.
pub(super) fn single_refusal(receipt: &Receipt, targets: &[TargetRef]) -> Option<Row> {
    receipt.answers.iter().zip(targets).find_map(|(answer, target)| match &answer.verdict {
        Verdict::Refuse(fault) if fault.kind == FaultKind::ServerNotFound => {
            Some(no_such_server(&words(target)))
        }
        Verdict::Refuse(fault) => Some(Row::of(fault)),
        Verdict::Admit | Verdict::AlreadySo(_) => None,
    })
}

/// Each target's words and what became of it.
pub(super) fn results(
    targets: &[TargetRef],
    receipt: &Receipt,
    view: &View<'_>,
) -> Vec<(String, Option<Row>)> {
    let job = receipt.job.and_then(|id| view.job(id));
    let become_of = |verdict: &Verdict, sub| match (verdict, &job, sub) {
        (Verdict::Refuse(fault), _, _) => Some(Row::of(fault)),
        (Verdict::Admit | Verdict::AlreadySo(_), Some(job), Some(sub)) => of_sub_job(job, sub),
        // A dry run, which has no job.
        (Verdict::Admit | Verdict::AlreadySo(_), _, _) => None,
    };
    let answers = receipt.answers.iter();
    targets
        .iter()
        .zip(answers.map(|answer| become_of(&answer.verdict, answer.sub)))
        .map(|(target, row)| (words(target), row))
        .collect()
}

fn of_sub_job(job: &Job, sub: regiment_core::model::SubJobId) -> Option<Row> {
    let sub = &job.subs[job.index_of(sub)?];
    match (sub.state, &sub.fault) {
        (SubState::Succeeded, _) => None,
        (SubState::Failed | SubState::Refused | SubState::Cancelled, Some(fault)) => {
            Some(Row::of_work(fault, &job.operation))
        }
        (SubState::Failed | SubState::Refused | SubState::Cancelled, None) => {
            Some(Row::of(&Fault::from(FaultKind::Internal)))
        }
        (SubState::Waiting | SubState::Running, _) => {
            Some(Row::of(&Fault::from(FaultKind::StillRunning)))
        }
    }
}

/// The answer of the two operations that report on each server: the ids that succeeded, and where
/// some did not, the error and a reason for each of those.
pub(super) fn report(reply: Reply, results: &[(String, Option<Row>)]) -> Answer {
    let mut body = String::with_capacity(results.len() * 48 + 64);
    let failed = results.iter().any(|(_, row)| row.is_some());
    body.push('{');
    if failed {
        write_refusals(&mut body, &BATCH_FAILED, results);
        body.push(',');
    }
    write_ids(&mut body, results);
    body.push('}');
    let status = if failed { BATCH_FAILED.status } else { 200 };
    let answer = reply.bytes(status, body.into_bytes());
    if failed { answer.with_code(BATCH_FAILED.code) } else { answer }
}

/// The answer to a rehearsed order: as if each server had answered for itself, and with no job. What an
/// order would make has no id yet.
pub(super) fn rehearsed(
    reply: Reply,
    targets: &[TargetRef],
    receipt: &Receipt,
    view: &View<'_>,
) -> Answer {
    report(reply, &results(targets, receipt, view))
}

/// `"response":[{"id":…}]`, of those that succeeded.
pub(super) fn write_ids(body: &mut String, results: &[(String, Option<Row>)]) {
    body.push_str("\"response\":[");
    for (count, (id, _)) in results.iter().filter(|(_, row)| row.is_none()).enumerate() {
        body.push_str(if count > 0 { ",{\"id\":" } else { "{\"id\":" });
        write_text(body, id);
        body.push('}');
    }
    body.push(']');
}

/// `"error":{…},"internalError":[{"id":…,"error_code":…,"error_message":…}]`, of those that failed.
pub(super) fn write_refusals(body: &mut String, outer: &Row, results: &[(String, Option<Row>)]) {
    body.push_str("\"error\":");
    write_error(body, &outer.message, outer.code);
    body.push_str(",\"internalError\":[");
    let failed = results.iter().filter_map(|(id, row)| row.as_ref().map(|row| (id, row)));
    for (count, (id, row)) in failed.enumerate() {
        body.push_str(if count > 0 { ",{\"id\":" } else { "{\"id\":" });
        write_text(body, id);
        let _ = write!(body, ",\"error_code\":\"{}\",\"error_message\":", row.code);
        write_text(body, &row.message);
        body.push('}');
    }
    body.push(']');
}
