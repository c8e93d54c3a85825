//! `BatchRegisterTargets`: targets of many listeners in one call, which is answered when it is done
//! and says of which listeners it failed. What it shares with taking them away stands here too.

use std::collections::BTreeMap;

use regiment_core::model::{LoadBalancer, Membership, Outcome, ProjectId};
use regiment_core::ops::{Operation, RegisterMembers};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use super::task_status::message;
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, WantedRule, WantedTarget};
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::language::Language;

/// Targets in one call.
const TARGETS_MAX: usize = 500;

/// What is not done after this long goes on, and counts as failed in the answer.
const WAIT_MS: u32 = 30_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    targets: Vec<WantedOne>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WantedOne {
    listener_id: String,
    #[serde(flatten)]
    rule: WantedRule,
    #[serde(flatten)]
    target: WantedTarget,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Done {
    fail_listener_id_set: Vec<String>,
    /// Why the first of them failed; empty when none did.
    message: String,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    in_batch(call, |members| Operation::RegisterMembers(RegisterMembers { members }), |_, _| Ok(()))
}

/// Orders for the listeners all of whose targets will do.
pub fn in_batch(
    call: &Call<'_>,
    operation: fn(Vec<Membership>) -> Operation,
    check: fn(&LoadBalancer, &Membership) -> Result<(), Refusal>,
) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    if !(1..=TARGETS_MAX).contains(&wanted.targets.len()) {
        return Err(Refusal::bad_length("Targets", 1, TARGETS_MAX));
    }
    wanted.targets.iter().try_for_each(|one| one.target.check())?;
    Ok(call.consult(move |view, issuer| {
        let balancer = clb::find_routing(view, issuer.project, &wanted.load_balancer_id)?;
        let Sorted { fit, mut failed } = wanted.sort(view, issuer.project, balancer, check)?;
        let members: Vec<Membership> = fit.into_values().flatten().collect();
        if members.is_empty() {
            return Ok(Action::Answer(issuer.reply.success(Done::of(failed))));
        }
        let mut named: Vec<String> =
            members.iter().map(|one| ids::listener(one.listener)).collect();
        named.dedup();
        let command = clb::command(issuer, balancer, operation(members));
        Ok(issuer.order_and_wait(command, WAIT_MS, move |receipt, view| {
            let job = receipt.job.and_then(|job| view.job(job));
            let why = match job.as_ref().map(|job| job.outcome()) {
                Some(Outcome::AllSucceeded) => None,
                Some(Outcome::SomeFailed | Outcome::AllFailed) => job.as_deref().and_then(message),
                Some(Outcome::Running) | None => Some("the operation is still running".into()),
            };
            if let Some(why) = why {
                failed.extend(named.into_iter().map(|listener| (listener, why.clone())));
            }
            Done::of(failed)
        }))
    }))
}

/// What is to be done of each listener, by the words for it, and why it cannot be of the others.
struct Sorted {
    fit: BTreeMap<String, Vec<Membership>>,
    failed: Vec<(String, String)>,
}

impl Wanted {
    fn sort(
        &self,
        view: &View<'_>,
        project: ProjectId,
        balancer: &LoadBalancer,
        check: fn(&LoadBalancer, &Membership) -> Result<(), Refusal>,
    ) -> Result<Sorted, Refusal> {
        let mut by_listener: BTreeMap<&str, Vec<&WantedOne>> = BTreeMap::new();
        for one in &self.targets {
            by_listener.entry(&one.listener_id).or_default().push(one);
        }
        let mut sorted = Sorted { fit: BTreeMap::new(), failed: Vec::new() };
        for (id, wanted) in by_listener {
            let place = |one: &&'_ WantedOne| one.rule.find(balancer, id);
            let places = wanted.iter().map(place).collect::<Result<Vec<_>, _>>()?;
            let targets = places.into_iter().zip(wanted.iter().map(|one| &one.target));
            let members = WantedTarget::members(targets, view, project, None);
            let checked = members.and_then(|members| {
                members.iter().try_for_each(|one| check(balancer, one))?;
                Ok(members)
            });
            match checked {
                Ok(members) => {
                    sorted.fit.insert(id.to_owned(), members);
                }
                Err(refusal) => {
                    let why = refusal.words(Language::English).to_string();
                    sorted.failed.push((id.to_owned(), why));
                }
            }
        }
        Ok(sorted)
    }
}

impl Done {
    fn of(failed: Vec<(String, String)>) -> Done {
        let message = failed.first().map(|(_, why)| why.clone()).unwrap_or_default();
        Done { fail_listener_id_set: failed.into_iter().map(|(id, _)| id).collect(), message }
    }
}
