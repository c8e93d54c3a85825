//! `DescribeInstancesOperationLimit` and `DescribeAccountQuota`.

use regiment_core::limits::{SERVER_GROUP_MEMBERS_MAX, SERVER_GROUPS_MAX};
use regiment_core::model::{ImageSource, Server};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::charging::{is_prepaid, is_spot};
use crate::tencent::ids;
use crate::tencent_v3::call::{Call, named, targets};
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::filters::{self, Filter};
use crate::tencent_v3::places::Zones;

/// What can be done to an instance a number of times: only to make it smaller.
const DEGRADE: &str = "INSTANCE_DEGRADE";
/// How often, by the vendor. Nothing is counted here.
const DEGRADE_MAX: u32 = 5;
/// Instances of one zone where the project has no quota, and images of an account.
const INSTANCES_MAX: u64 = 1_000_000;
const IMAGES_MAX: u64 = 500;
/// Instances in one order.
const ONCE_MAX: u64 = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Limited {
    instance_ids: Vec<String>,
    operation: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Limits {
    instance_operation_limit_set: Vec<Limit>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Limit {
    operation: &'static str,
    instance_id: String,
    current_count: u32,
    limit_count: u32,
}

/// `DescribeInstancesOperationLimit`.
pub fn operations(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Limited = call.read()?;
    let targets = targets("InstanceIds", &wanted.instance_ids)?;
    if wanted.operation != DEGRADE {
        return Err(Refusal::bad("InvalidParameterValue", "Operation", &wanted.operation));
    }
    let project = call.project();
    Ok(call.look(move |view| {
        let limit = |target| {
            let instance_id = ids::instance(named(view, project, target)?.id.handle());
            let (operation, limit_count) = (DEGRADE, DEGRADE_MAX);
            Ok(Limit { operation, instance_id, current_count: 0, limit_count })
        };
        let instance_operation_limit_set =
            targets.iter().map(limit).collect::<Result<Vec<Limit>, Refusal>>()?;
        Ok(Limits { instance_operation_limit_set })
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    filters: Option<Vec<Filter>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Account {
    app_id: u64,
    account_quota_overview: Overview,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Overview {
    region: String,
    account_quota: Quotas,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Quotas {
    post_paid_quota_set: Vec<Quota>,
    pre_paid_quota_set: Vec<Quota>,
    spot_paid_quota_set: Vec<Quota>,
    image_quota_set: Vec<ImageQuota>,
    disaster_recover_group_quota_set: Vec<GroupQuota>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Quota {
    used_quota: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    once_quota: Option<u64>,
    remaining_quota: u64,
    total_quota: u64,
    zone: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ImageQuota {
    used_quota: u64,
    total_quota: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct GroupQuota {
    group_quota: usize,
    current_num: usize,
    cvm_in_host_group_quota: usize,
    cvm_in_switch_group_quota: usize,
    cvm_in_rack_group_quota: usize,
}

/// `DescribeAccountQuota`: what the project has of what it may have, in the zones asked for. Its own
/// quota is for all instances together, so what is left is left to each.
pub fn account(call: &Call<'_>) -> Result<Action, Refusal> {
    let asked: Asked = call.read()?;
    let known = |name: &str| ["quota-type", "zone"].contains(&name);
    let filters = filters::check(asked.filters.as_ref(), known)?;
    let (project, region) = (call.project(), call.region.clone());
    Ok(call.look(move |view| {
        let world = view.world;
        let takes = |name: &str, text: &str| {
            filters.iter().filter(|filter| filter.name == name).all(|filter| filter.is(text))
        };
        let quota = world.project(project).and_then(|project| project.quota.servers);
        let left = quota.map_or(INSTANCES_MAX, |most| {
            u64::from(most).saturating_sub(world.usage(project).servers)
        });
        let servers: Vec<&Server> = world.servers_of(project).collect();
        let zones = Zones::of(world, &region);
        let of_kind = |once: Option<u64>, kind: fn(&Server) -> bool| {
            let quota = |(zone, shown): (&std::sync::Arc<str>, String)| {
                let here = |server: &&&Server| *server.details.zone == **zone && kind(server);
                let used = servers.iter().filter(here).count() as u64;
                let remaining_quota = left;
                Quota {
                    used_quota: used,
                    once_quota: once,
                    remaining_quota,
                    total_quota: used + left,
                    zone: shown,
                }
            };
            zones.with_names().filter(|(_, shown)| takes("zone", shown)).map(quota).collect()
        };
        let mut quotas = Quotas::default();
        if takes("quota-type", "PostPaidQuotaSet") {
            let by_hour = |server: &Server| {
                let said = &server.details.hints;
                !is_prepaid(said) && !is_spot(said)
            };
            quotas.post_paid_quota_set = of_kind(None, by_hour);
        }
        if takes("quota-type", "PrePaidQuotaSet") {
            let in_advance = |server: &Server| is_prepaid(&server.details.hints);
            quotas.pre_paid_quota_set = of_kind(Some(ONCE_MAX), in_advance);
        }
        if takes("quota-type", "SpotPaidQuotaSet") {
            quotas.spot_paid_quota_set = of_kind(None, |server| is_spot(&server.details.hints));
        }
        if takes("quota-type", "ImageQuotaSet") {
            quotas.image_quota_set = vec![images(view)];
        }
        if takes("quota-type", "DisasterRecoverGroupQuotaSet") {
            let members = SERVER_GROUP_MEMBERS_MAX;
            quotas.disaster_recover_group_quota_set = vec![GroupQuota {
                group_quota: SERVER_GROUPS_MAX,
                current_num: world.server_groups(project).count(),
                cvm_in_host_group_quota: members,
                cvm_in_switch_group_quota: members,
                cvm_in_rack_group_quota: members,
            }];
        }
        let account_quota_overview = Overview { region: region.to_string(), account_quota: quotas };
        // The account is the project, and its number the end of the project's.
        let app_id = u64::try_from(project.0 & 0xFFFF_FFFF).unwrap_or(0);
        Ok(Account { app_id, account_quota_overview })
    }))
}

fn images(view: &View<'_>) -> ImageQuota {
    let own = view.world.images().filter(|image| image.source == ImageSource::Private);
    let used_quota = own.count() as u64;
    ImageQuota { used_quota, total_quota: IMAGES_MAX.max(used_quota) }
}
