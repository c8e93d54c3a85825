//! Asking for a task by its number: the load balancers' own action, and ours for everything else,
//! since the vendor has none for instances.

use regiment_core::edits::Edit;
use regiment_core::model::{
    Fault, FaultKind, Job, Outcome, ProjectId, SubJobId, SubState, WaySort,
};
use regiment_core::ops::Operation;
use regiment_core::view::View;
use serde::Serialize;

use crate::Action;
use crate::tencent::form::parse_digits;
use crate::tencent::ids;
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
    /// What came of it, where the vendor's networks tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Output>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    error_code: i32,
    error_msg: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uniq_vpc_peer_id: Option<String>,
}

/// `DescribeLoadBalancersTaskResult`.
pub fn decode_lb(call: &Call<'_>) -> Result<Action, Refusal> {
    let (number, project) = asked(call, "requestId")?;
    Ok(Action::look(move |view| {
        let found = find(view, number, project, Operation::is_of_balancers);
        task::shown(found.map(|result| Found {
            data: Data { status: result.status(), code: None, message: None, output: None },
        }))
    }))
}

/// `DescribeVpcTaskResult`. Of a new peering it tells the id, which its making did not.
pub fn decode_vpc(call: &Call<'_>) -> Result<Action, Refusal> {
    let (number, project) = asked(call, "taskId")?;
    Ok(Action::look(move |view| {
        let found = find(view, number, project, is_of_networks);
        task::shown(found.map(|result| {
            let peer = view.job_with_number(number).and_then(|job| peering_made(&job, view));
            let output = match (result.code(), peer) {
                (None, None) => None,
                (code, uniq_vpc_peer_id) => Some(Output {
                    error_code: code.unwrap_or_default(),
                    error_msg: result.message().unwrap_or_default(),
                    uniq_vpc_peer_id,
                }),
            };
            Found { data: Data { status: result.status(), code: None, message: None, output } }
        }))
    }))
}

/// The peering that a task has made, while it has its name.
fn peering_made(job: &Job, view: &View<'_>) -> Option<String> {
    let Operation::Edit(edit) = &job.operation else { return None };
    let Edit::AddGateway(added) = &**edit else { return None };
    let mut peerings = view.world.gateways_of_sort(job.project, WaySort::Peering);
    peerings.find(|one| one.vpc == added.vpc && one.name == added.name).map(ids::gateway)
}

/// `DescribeNetTaskResult`, which always tells what came of it. The vendor has it for templates of
/// parameters, which are not here; it answers for every task of networks.
pub fn decode_net(call: &Call<'_>) -> Result<Action, Refusal> {
    #[derive(Serialize)]
    struct Found {
        data: Told,
    }
    #[derive(Serialize)]
    struct Told {
        status: u8,
        output: Outcome,
    }
    #[derive(Serialize)]
    struct Outcome {
        code: i32,
        message: String,
    }
    of_networks(call, "taskId", |result| {
        let output = Outcome {
            code: result.code().unwrap_or_default(),
            message: result.message().unwrap_or_else(|| "OK".to_owned()),
        };
        Found { data: Told { status: result.status(), output } }
    })
}

/// The result of a task of networks whose number is in the field `name`, as `tell` has it.
pub fn of_networks<T: Serialize>(
    call: &Call<'_>,
    name: &str,
    tell: impl FnOnce(&TaskResult) -> T + Send + 'static,
) -> Result<Action, Refusal> {
    let (number, project) = asked(call, name)?;
    Ok(Action::look(move |view| {
        let found = find(view, number, project, is_of_networks);
        task::shown(found.map(|result| tell(&result)))
    }))
}

/// Whether the vendor's networks have it done.
fn is_of_networks(operation: &Operation) -> bool {
    match operation {
        Operation::AddNics(_) | Operation::DeleteNics(_) | Operation::MoveNic(_) => true,
        Operation::Edit(edit) => is_edit_of_networks(edit),
        _ => false,
    }
}

fn is_edit_of_networks(edit: &Edit) -> bool {
    match edit {
        Edit::CreateInterface(_)
        | Edit::DeleteInterface(_)
        | Edit::ChangeFurtherAddresses(_)
        | Edit::MoveFurtherAddress(_)
        | Edit::AddGateway(_)
        | Edit::ChangeGateway(_)
        | Edit::RemoveGateways(_) => true,
        Edit::Together(all) => all.edits.iter().all(is_edit_of_networks),
        _ => false,
    }
}

/// `DescribeTaskResult`, ours: takes the number of an ordinary task or of one item of a batch task.
pub fn decode_any(call: &Call<'_>) -> Result<Action, Refusal> {
    let (number, project) = asked(call, "requestId")?;
    Ok(Action::look(move |view| {
        let found = find(view, number, project, |_| true);
        task::shown(found.map(|result| {
            let (status, code, message) = (result.status(), result.code(), result.message());
            Found { data: Data { status, code, message, output: None } }
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

pub enum TaskResult {
    Succeeded,
    Failed(Fault),
    InProgress,
}

impl TaskResult {
    pub const fn status(&self) -> u8 {
        match self {
            TaskResult::Succeeded => 0,
            TaskResult::Failed(_) => 1,
            TaskResult::InProgress => 2,
        }
    }

    /// Why it failed, if it did.
    pub fn code(&self) -> Option<i32> {
        self.fault().map(|fault| faults::row(fault.kind).code)
    }

    pub fn message(&self) -> Option<String> {
        self.fault().map(faults::worded)
    }

    const fn fault(&self) -> Option<&Fault> {
        match self {
            TaskResult::Failed(fault) => Some(fault),
            TaskResult::Succeeded | TaskResult::InProgress => None,
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
