//! `DescribeAsyncJobs`: tasks of load balancers, the newest first.

use std::borrow::Cow;
use std::cmp::Reverse;

use regiment_core::model::{Job, Outcome, RequestId};
use regiment_core::ops::Operation;
use serde::{Deserialize, Serialize};

use super::task_status::{balancers, is_task};
use crate::Action;
use crate::tencent::form::parse_digits;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;

const PAGE: u64 = 20;
const PAGE_MAX: u64 = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    #[serde(default)]
    request_ids: Vec<String>,
    next_token: Option<String>,
    max_results: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    jobs: Vec<Item>,
    /// The number of the last job told of; empty when there are no more.
    next_token: String,
    max_results: u64,
    total_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    api_name: &'static str,
    request_id: String,
    status: &'static str,
    resource_ids: Vec<String>,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let most = wanted.max_results.unwrap_or(PAGE);
    if !(1..=PAGE_MAX).contains(&most) {
        return Err(Refusal::out_of_range("MaxResults", 1, 100));
    }
    let page = usize::try_from(most).unwrap_or(usize::MAX);
    let before = match wanted.next_token.as_deref().filter(|token| !token.is_empty()) {
        Some(token) => Some(
            parse_digits(token)
                .ok_or_else(|| Refusal::bad("InvalidParameterValue", "NextToken", token))?,
        ),
        None => None,
    };
    let ids = wanted.request_ids;
    let ids: Vec<RequestId> = ids
        .iter()
        .map(|id| {
            RequestId::parse_dashed(id)
                .ok_or_else(|| Refusal::bad("InvalidParameterValue", "RequestIds", id))
        })
        .collect::<Result<_, _>>()?;
    let project = call.project();
    Ok(call.look(move |view| {
        let mut found: Vec<Cow<'_, Job>> = if ids.is_empty() {
            view.world.jobs().rev().map(Cow::Borrowed).collect()
        } else {
            ids.iter().filter_map(|id| view.job_of_request(*id)).collect()
        };
        found.retain(|job| is_task(job, project));
        found.sort_unstable_by_key(|job| Reverse(job.id));
        found.dedup_by_key(|job| job.id);
        let rest = found.iter().filter(|job| before.is_none_or(|before| job.id.0 < before));
        let part: Vec<&Cow<'_, Job>> = rest.clone().take(page).collect();
        let more = rest.count() > part.len();
        let last = part.last().filter(|_| more).map(|job| job.id.0.to_string());
        Ok(List {
            jobs: part.iter().map(|job| Item::of(job)).collect(),
            next_token: last.unwrap_or_default(),
            max_results: most,
            total_count: found.len(),
        })
    }))
}

impl Item {
    fn of(job: &Job) -> Item {
        Item {
            api_name: action(&job.operation),
            request_id: job.request.to_string(),
            status: match job.outcome() {
                Outcome::Running => "Processing",
                Outcome::AllSucceeded => "Succeeded",
                Outcome::SomeFailed | Outcome::AllFailed => "Failed",
            },
            resource_ids: balancers(job),
        }
    }
}

/// The action by which this version's clients know an operation; those of API 2.0 alone by its own.
fn action(operation: &Operation) -> &'static str {
    match operation {
        Operation::CreateLoadBalancers(create) if create.like.is_some() => "CloneLoadBalancer",
        Operation::CreateLoadBalancers(_) => "CreateLoadBalancer",
        Operation::DeleteLoadBalancers(_) => "DeleteLoadBalancer",
        Operation::ChangeLoadBalancer(change) if change.security_groups.is_some() => {
            "SetLoadBalancerSecurityGroups"
        }
        Operation::ChangeLoadBalancer(_) => "ModifyLoadBalancerAttributes",
        Operation::CreateListeners(_) => "CreateListener",
        Operation::ChangeListener(_) => "ModifyListener",
        Operation::DeleteListeners(_) => "DeleteListener",
        Operation::RegisterMembers(_) => "RegisterTargets",
        Operation::DeregisterMembers(_) => "DeregisterTargets",
        Operation::WeighMembers(_) => "ModifyTargetWeight",
        Operation::MoveMembers(_) => "ModifyTargetPort",
        Operation::CreateRules(_) => "CreateRule",
        Operation::ChangeRule(_) => "ModifyRule",
        Operation::ChangeDomain(change) if change.only_renames() => "ModifyDomain",
        Operation::ChangeDomain(_) => "ModifyDomainAttributes",
        Operation::DeleteRules(_) => "DeleteRule",
        Operation::Redirect(_) => "ManualRewrite",
        Operation::RedirectToHttps(_) => "AutoRewrite",
        Operation::EndRedirections(_) => "DeleteRewrite",
        Operation::RegisterBackends(_) => "RegisterTargetsWithClassicalLB",
        Operation::DeregisterBackends(_) => "DeregisterTargetsFromClassicalLB",
        Operation::WeighBackends(_) => "ModifyLoadBalancerBackends",
        Operation::ReplaceCertificate(_) => "ReplaceCertForLoadBalancers",
        // No tasks of load balancers.
        Operation::Create(_)
        | Operation::Delete(_)
        | Operation::Start(_)
        | Operation::Stop(_)
        | Operation::Reboot(_)
        | Operation::ResetPassword(_)
        | Operation::Resize(_)
        | Operation::Reinstall(_)
        | Operation::Rename(_)
        | Operation::AddNics(_)
        | Operation::DeleteNics(_)
        | Operation::MoveNic(_)
        | Operation::ChangeNetwork(_)
        | Operation::Migrate(_)
        | Operation::Redeploy(_)
        | Operation::ChangeCharging(_)
        | Operation::AttachVolume(_)
        | Operation::DetachVolume(_)
        | Operation::ConfirmResize(_)
        | Operation::RevertResize(_)
        | Operation::Lock(_)
        | Operation::Purge(_)
        | Operation::Restore(_)
        | Operation::MakeImage(_)
        | Operation::CopyImages(_)
        | Operation::DeleteImages(_)
        | Operation::BindKeyPair(_)
        | Operation::CrashDump(_)
        | Operation::CreateDisks(_)
        | Operation::DeleteDisks(_)
        | Operation::ExtendDisks(_)
        | Operation::ExtendVolumes(_)
        | Operation::Edit(_) => "",
    }
}
