//! `GET …/cloudservers/limits`

use serde::Serialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::limits::{GROUP_MEMBERS_MAX, GROUPS_MAX, METADATA_MADE_MAX};

/// No limit.
const NONE: i64 = -1;

#[derive(Serialize)]
struct Body {
    absolute: Absolute,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Absolute {
    max_total_instances: i64,
    max_total_cores: i64,
    #[serde(rename = "maxTotalRAMSize")]
    max_total_ram_mib: i64,
    total_instances_used: u64,
    total_cores_used: u64,
    #[serde(rename = "totalRAMUsed")]
    total_ram_mib_used: u64,
    max_server_groups: usize,
    max_server_group_members: usize,
    max_server_meta: usize,
    max_image_meta: i64,
    max_personality: i64,
    max_personality_size: i64,
    max_security_groups: i64,
    max_security_group_rules: i64,
    max_total_floating_ips: i64,
    max_total_keypairs: i64,
    total_floating_ips_used: u64,
    total_security_groups_used: u64,
    total_server_groups_used: usize,
}

pub(in crate::huawei) fn decode(call: &Call<'_>) -> Action {
    let (reply, project) = (call.reply, call.caller.project);
    Action::look(move |view| {
        let usage = view.world.usage(project);
        let quota = view.world.project(project).map(|project| project.quota).unwrap_or_default();
        let ram_mib = quota.ram_mib.map_or(NONE, |mib| i64::try_from(mib).unwrap_or(NONE));
        let absolute = Absolute {
            max_total_instances: quota.servers.map_or(NONE, i64::from),
            max_total_cores: quota.vcpus.map_or(NONE, i64::from),
            max_total_ram_mib: ram_mib,
            total_instances_used: usage.servers,
            total_cores_used: usage.vcpus,
            total_ram_mib_used: usage.ram_mib,
            max_server_groups: GROUPS_MAX,
            max_server_group_members: GROUP_MEMBERS_MAX,
            max_server_meta: METADATA_MADE_MAX,
            max_image_meta: 128,
            max_personality: 5,
            max_personality_size: 10_240,
            max_security_groups: 10,
            max_security_group_rules: 20,
            max_total_floating_ips: 10,
            max_total_keypairs: NONE,
            total_floating_ips_used: 0,
            total_security_groups_used: 1,
            total_server_groups_used: view.world.server_groups(project).count(),
        };
        reply.json(200, &Body { absolute })
    })
}
