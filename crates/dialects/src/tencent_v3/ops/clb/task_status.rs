//! `DescribeTaskStatus`: a task is known by the id of the call that ordered it, or by its deal.

use std::borrow::Cow;

use regiment_core::model::{Job, Outcome, ProjectId, RequestId, Target};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::form::parse_digits;
use crate::tencent::ids;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::{self, Refusal};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    task_id: Option<String>,
    deal_name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Status {
    /// 0 succeeded, 1 failed, 2 in progress.
    status: u8,
    load_balancer_ids: Vec<String>,
    message: Option<String>,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let (task, deal) = (said(&wanted.task_id), said(&wanted.deal_name));
    if task.is_none() && deal.is_none() {
        return Err(Refusal::missing("TaskId"));
    }
    let project = call.project();
    Ok(call.look(move |view| {
        let job = match (&task, &deal) {
            (Some(task), _) => by_request(view, task).ok_or_else(|| unknown("TaskId", task)),
            (None, Some(deal)) => by_number(view, deal).ok_or_else(|| unknown("DealName", deal)),
            (None, None) => Err(Refusal::missing("TaskId")),
        }?;
        if !is_task(&job, project) {
            let named = task.as_ref().or(deal.as_ref());
            return Err(unknown("TaskId", named.map_or("", |named| named)));
        }
        Ok(Status {
            status: match job.outcome() {
                Outcome::AllSucceeded => 0,
                Outcome::SomeFailed | Outcome::AllFailed => 1,
                Outcome::Running => 2,
            },
            load_balancer_ids: balancers(&job),
            message: message(&job),
        })
    }))
}

/// Whether a job is a task of the project's load balancers.
pub fn is_task(job: &Job, project: ProjectId) -> bool {
    job.project == project && job.operation.is_of_balancers()
}

/// The load balancers a job works on.
pub fn balancers(job: &Job) -> Vec<String> {
    let of = |target| match target {
        Target::Balancer(id) => Some(ids::balancer(id)),
        Target::Server(_) | Target::Disk(_) | Target::Image(_) => None,
    };
    job.subs.iter().filter_map(|sub| sub.target.known().and_then(of)).collect()
}

/// Why it failed, if it did.
pub fn message(job: &Job) -> Option<String> {
    job.subs.iter().find_map(|sub| sub.fault.as_deref().map(faults::worded))
}

fn by_request<'v>(view: &View<'v>, task: &str) -> Option<Cow<'v, Job>> {
    view.job_of_request(RequestId::parse_dashed(task)?)
}

fn by_number<'v>(view: &View<'v>, deal: &str) -> Option<Cow<'v, Job>> {
    let number = parse_digits(deal)?;
    view.job_with_number(number).filter(|job| job.id.0 == number)
}

fn unknown(name: &str, said: &str) -> Refusal {
    Refusal::bad("InvalidParameter", name, said)
}
