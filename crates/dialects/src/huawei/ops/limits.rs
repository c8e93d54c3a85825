//! `GET …/cloudservers/limits`

use regiment_core::limits::{KEY_PAIRS_MAX, SERVER_GROUP_MEMBERS_MAX, SERVER_GROUPS_MAX};
use regiment_core::model::ProjectId;
use regiment_core::view::View;
use serde::Serialize;

use crate::Action;
use crate::huawei::limits::METADATA_MADE_MAX;
use crate::huawei::{Call, detail};

/// No limit.
const NONE: i64 = -1;

#[derive(Serialize)]
struct Body {
    absolute: Absolute,
}

/// What a project may have and what it has.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::huawei) struct Absolute {
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
    max_total_keypairs: usize,
    total_floating_ips_used: usize,
    total_security_groups_used: usize,
    total_server_groups_used: usize,
}

impl Absolute {
    pub fn of(view: &View<'_>, project: ProjectId) -> Absolute {
        let world = view.world;
        let usage = world.usage(project);
        let quota = world.project(project).map(|project| project.quota).unwrap_or_default();
        let ram_mib = quota.ram_mib.map_or(NONE, |mib| i64::try_from(mib).unwrap_or(NONE));
        let public = |server| detail::public_addresses(server, world).count();
        Absolute {
            max_total_instances: quota.servers.map_or(NONE, i64::from),
            max_total_cores: quota.vcpus.map_or(NONE, i64::from),
            max_total_ram_mib: ram_mib,
            total_instances_used: usage.servers,
            total_cores_used: usage.vcpus,
            total_ram_mib_used: usage.ram_mib,
            max_server_groups: SERVER_GROUPS_MAX,
            max_server_group_members: SERVER_GROUP_MEMBERS_MAX,
            max_server_meta: METADATA_MADE_MAX,
            max_image_meta: 128,
            max_personality: 5,
            max_personality_size: 10_240,
            // Nothing here makes either, so nothing is ever refused for it.
            max_security_groups: NONE,
            max_security_group_rules: NONE,
            max_total_floating_ips: NONE,
            max_total_keypairs: KEY_PAIRS_MAX,
            total_floating_ips_used: world.servers_of(project).map(public).sum(),
            // Whoever has none of his own is in the cloud's.
            total_security_groups_used: world.security_groups(project).count().max(1),
            total_server_groups_used: world.server_groups(project).count(),
        }
    }
}

pub(in crate::huawei) fn decode(call: &Call<'_>) -> Action {
    let (reply, project) = (call.reply, call.caller.project);
    Action::look(move |view| reply.json(200, &Body { absolute: Absolute::of(view, project) }))
}
