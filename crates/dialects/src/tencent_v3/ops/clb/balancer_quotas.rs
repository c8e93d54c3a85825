//! `DescribeQuota`: the limits that are enforced here.

use regiment_core::limits::{BACKENDS_MAX, LISTENERS_MAX, RULES_MAX};
use regiment_core::model::Reach;
use serde::{Deserialize, Serialize};

use super::create_load_balancers::QUOTA;
use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
struct Wanted {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    quota_set: Vec<Quota>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Quota {
    quota_id: &'static str,
    /// What is there now, of what is not each load balancer's own.
    quota_current: Option<usize>,
    quota_limit: usize,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let Wanted {} = call.read()?;
    let project = call.project();
    Ok(call.look(move |view| {
        let count = |reach| {
            let ours = view.world.balancers().filter(|one| one.project == project && one.routes);
            Some(ours.filter(|one| one.reach == reach).count())
        };
        let quotas = [
            ("TOTAL_OPEN_CLB_QUOTA", count(Reach::Public), QUOTA),
            ("TOTAL_INTERNAL_CLB_QUOTA", count(Reach::Private), QUOTA),
            ("TOTAL_LISTENER_QUOTA", None, LISTENERS_MAX),
            ("TOTAL_LISTENER_RULE_QUOTA", None, RULES_MAX),
            ("TOTAL_TARGET_BIND_QUOTA", None, BACKENDS_MAX),
        ];
        let quota =
            |(quota_id, quota_current, quota_limit)| Quota { quota_id, quota_current, quota_limit };
        Ok(List { quota_set: quotas.map(quota).into() })
    }))
}
