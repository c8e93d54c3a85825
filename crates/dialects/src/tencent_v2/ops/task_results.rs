//! Asking for a task by its number: the load balancers' own action, and ours for everything else,
//! since the vendor has none for instances.

use regiment_core::edits::Edit;
use regiment_core::model::{Fault, FaultKind, Job, Outcome, ProjectId, SubJobId, SubState};
use regiment_core::ops::Operation;
use regiment_core::view::View;
use serde::Serialize;

use crate::Action;
use crate::tencent::form::parse_digits;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::{self, Refusal};
use crate::tencent_v2::task;

#[derive(Serialize)]
struct Found {
    data: Data,
}

#[derive(Serialize)]
struct Data {
    /// 0 succeeded, 1 failed, 2 in progress.
    status: u8,
    /// Why it failed: not in the vendor's answer for load balancers, but no client minds.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// `DescribeLoadBalancersTaskResult`.
pub fn decode_lb(call: &Call<'_>) -> Result<Action, Refusal> {
    let (number, project) = asked(call, "requestId")?;
    Ok(Action::look(move |view| {
        let found = find(view, number, project, Operation::is_of_balancers);
        task::shown(found.map(|result| {
            let data = Data { status: result.status(), code: None, message: None };
            Found { data }
        }))
    }))
}

/// `DescribeVpcTaskResult`.
pub fn decode_vpc(call: &Call<'_>) -> Result<Action, Refusal> {
    let (number, project) = asked(call, "taskId")?;
    Ok(Action::look(move |view| {
        let found = find(view, number, project, is_of_networks);
        task::shown(found.map(|result| {
            let data = Data { status: result.status(), code: None, message: None };
            Found { data }
        }))
    }))
}

/// Whether the vendor's networks have it done.
fn is_of_networks(operation: &Operation) -> bool {
    let edits = |edit: &Edit| {
        matches!(
            edit,
            Edit::CreateInterface(_)
                | Edit::DeleteInterface(_)
                | Edit::ChangeFurtherAddresses(_)
                | Edit::MoveFurtherAddress(_)
        )
    };
    match operation {
        Operation::AddNics(_) | Operation::DeleteNics(_) => true,
        Operation::Edit(edit) => edits(edit),
        _ => false,
    }
}

/// `DescribeTaskResult`, ours: takes the number of an ordinary task or of one item of a batch task.
pub fn decode_any(call: &Call<'_>) -> Result<Action, Refusal> {
    let (number, project) = asked(call, "requestId")?;
    Ok(Action::look(move |view| {
        let found = find(view, number, project, |_| true);
        task::shown(found.map(|result| {
            let status = result.status();
            let (code, message) = match result {
                TaskResult::Failed(fault) => {
                    (Some(faults::row(fault.kind).code), Some(faults::worded(&fault)))
                }
                TaskResult::Succeeded | TaskResult::InProgress => (None, None),
            };
            Found { data: Data { status, code, message } }
        }))
    }))
}

fn asked(call: &Call<'_>, name: &str) -> Result<(u64, ProjectId), Refusal> {
    let fields = call.fields();
    let text = fields.need(name)?;
    let number =
        parse_digits(text).ok_or_else(|| fields.bad(name, "must be a positive integer"))?;
    Ok((number, call.project()))
}

enum TaskResult {
    Succeeded,
    Failed(Fault),
    InProgress,
}

impl TaskResult {
    const fn status(&self) -> u8 {
        match self {
            TaskResult::Succeeded => 0,
            TaskResult::Failed(_) => 1,
            TaskResult::InProgress => 2,
        }
    }
}

fn find(
    view: &View<'_>,
    number: u64,
    project: ProjectId,
    counts: fn(&Operation) -> bool,
) -> Result<TaskResult, Refusal> {
    let job = view
        .job_with_number(number)
        .filter(|job| job.project == project && counts(&job.operation))
        .ok_or(Refusal::TaskNotFound)?;
    Ok(match job.index_of(SubJobId(number)) {
        Some(index) => of_sub(&job, index),
        None => of_job(&job),
    })
}

fn of_sub(job: &Job, index: usize) -> TaskResult {
    let sub = &job.subs[index];
    match sub.state {
        SubState::Waiting | SubState::Running => TaskResult::InProgress,
        SubState::Succeeded => TaskResult::Succeeded,
        SubState::Failed | SubState::Refused | SubState::Cancelled => {
            let fault = sub.fault.as_deref().cloned();
            TaskResult::Failed(fault.unwrap_or_else(|| FaultKind::Internal.into()))
        }
    }
}

fn of_job(job: &Job) -> TaskResult {
    match job.outcome() {
        Outcome::Running => TaskResult::InProgress,
        Outcome::AllSucceeded => TaskResult::Succeeded,
        Outcome::SomeFailed | Outcome::AllFailed => {
            let fault = job.subs.iter().find_map(|sub| sub.fault.as_deref().cloned());
            TaskResult::Failed(fault.unwrap_or_else(|| FaultKind::Internal.into()))
        }
    }
}
