//! `DescribeInstances`.

use std::sync::Arc;

use regiment_core::model::{ProjectId, Server, Time};
use regiment_core::view::View;
use regiment_core::world::World;
use serde::{Deserialize, Serialize};

use super::create::{HINT_ROLE, shown_class};
use super::delete::protected;
use crate::Action;
use crate::tencent::charging::{self, Network, Renewal};
use crate::tencent::hints::{self, hint};
use crate::tencent::shapes::mem_gib;
use crate::tencent::{ids, key_pairs};
use crate::tencent_v3::call::{Call, targets};
use crate::tencent_v3::charges::{charge_type, network_word};
use crate::tencent_v3::faults::{self, Refusal};
use crate::tencent_v3::filters::{self, Filter, Page};
use crate::tencent_v3::places::Zones;
use crate::tencent_v3::{states, times, types};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_ids: Option<Vec<String>>,
    filters: Option<Vec<Filter>>,
    offset: Option<i64>,
    limit: Option<i64>,
}

/// Filters by name. What no instance has here matches none.
const FILTERS: [&str; 19] = [
    "creation-end-time",
    "creation-start-time",
    "dedicated-cluster-id",
    "host-id",
    "instance-charge-type",
    "instance-id",
    "instance-name",
    "instance-state",
    "ipv6-address",
    "private-ip-address",
    "project-id",
    "public-ip-address",
    "security-group-id",
    "subnet-id",
    "tag-key",
    "tag-value",
    "uuid",
    "vpc-id",
    "zone",
];

fn known(name: &str) -> bool {
    FILTERS.contains(&name) || name.starts_with("tag:")
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let named = wanted.instance_ids.filter(|named| !named.is_empty());
    if named.is_some() && wanted.filters.as_ref().is_some_and(|filters| !filters.is_empty()) {
        return Err(Refusal::conflict("InstanceIds", "Filters"));
    }
    let filters = filters::check(wanted.filters.as_ref(), known)?;
    for filter in &filters {
        check_values(filter)?;
    }
    let page = Page::read(wanted.offset, wanted.limit)?;
    let targets = named.map(|named| targets("InstanceIds", &named)).transpose()?;
    let (project, region) = (call.project(), call.region.clone());
    Ok(call.look(move |view| {
        let teller = Teller::of(view, project, &region);
        let world = view.world;
        if let Some(targets) = targets {
            let named = targets.iter().filter_map(|target| world.named(project, target));
            return Ok(teller.part(named.collect(), page));
        }
        if filters.is_empty() {
            let part = world.servers_after(project, page.offset).take(page.limit);
            let total_count = world.usage(project).servers;
            let instance_set = part.map(|server| teller.tell(server)).collect();
            return Ok(List { total_count, instance_set });
        }
        let passes = |server: &&Server| filters.iter().all(|filter| teller.passes(server, filter));
        Ok(teller.part(world.servers_of(project).filter(passes).collect(), page))
    }))
}

fn check_values(filter: &Filter) -> Result<(), Refusal> {
    if !matches!(&*filter.name, "creation-start-time" | "creation-end-time") {
        return Ok(());
    }
    match filter.values.iter().find(|value| times::read(value).is_none()) {
        Some(value) => {
            Err(Refusal::bad("InvalidParameterValue.InvalidTimeFormat", &filter.name, value))
        }
        None => Ok(()),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    total_count: u64,
    instance_set: Vec<Instance>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Instance {
    placement: Placement,
    instance_id: String,
    instance_type: String,
    #[serde(rename = "CPU")]
    cpu: u32,
    memory: u32,
    restrict_state: &'static str,
    instance_name: Arc<str>,
    instance_charge_type: &'static str,
    system_disk: SystemDisk,
    data_disks: Vec<DataDisk>,
    private_ip_addresses: Vec<String>,
    public_ip_addresses: Option<Vec<String>>,
    internet_accessible: InternetAccessible,
    virtual_private_cloud: VirtualPrivateCloud,
    image_id: String,
    renew_flag: &'static str,
    created_time: String,
    expired_time: Option<String>,
    os_name: Arc<str>,
    security_group_ids: Vec<String>,
    login_settings: LoginSettings,
    instance_state: &'static str,
    tags: Vec<Tag>,
    stop_charging_mode: &'static str,
    uuid: String,
    latest_operation: Option<&'static str>,
    latest_operation_state: Option<&'static str>,
    latest_operation_request_id: Option<String>,
    latest_operation_error_msg: Option<String>,
    #[serde(rename = "IPv6Addresses")]
    ipv6_addresses: Option<Vec<String>>,
    cam_role_name: String,
    hpc_cluster_id: &'static str,
    rdma_ip_addresses: Option<Vec<String>>,
    dedicated_cluster_id: &'static str,
    isolated_source: &'static str,
    disaster_recover_group_ids: [String; 0],
    license_type: &'static str,
    disable_api_termination: bool,
    host_name: Arc<str>,
    default_login_user: Arc<str>,
    default_login_port: u16,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Placement {
    zone: String,
    project_id: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct SystemDisk {
    disk_type: String,
    disk_id: String,
    disk_size: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DataDisk {
    disk_size: u32,
    disk_type: String,
    disk_id: String,
    delete_with_instance: bool,
    encrypt: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct InternetAccessible {
    internet_charge_type: &'static str,
    internet_max_bandwidth_out: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct VirtualPrivateCloud {
    vpc_id: String,
    subnet_id: String,
    as_vpc_gateway: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct LoginSettings {
    key_ids: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: Arc<str>,
    value: Arc<str>,
}

/// Tells of servers as instances of a region.
struct Teller<'a> {
    world: &'a World,
    now: Time,
    project: ProjectId,
    zones: Zones,
}

impl<'a> Teller<'a> {
    fn of(view: &View<'a>, project: ProjectId, region: &Arc<str>) -> Teller<'a> {
        Teller { world: view.world, now: view.now, project, zones: Zones::of(view.world, region) }
    }

    fn part(&self, found: Vec<&Server>, page: Page) -> List {
        let (total, part) = page.of(found);
        let instance_set = part.map(|server| self.tell(server)).collect();
        List { total_count: u64::try_from(total).unwrap_or(u64::MAX), instance_set }
    }

    fn passes(&self, server: &Server, filter: &Filter) -> bool {
        let details = &server.details;
        match &*filter.name {
            "zone" => filter.is(&self.zones.shown(&details.zone)) || filter.is(&details.zone),
            "project-id" => filter.is(&hints::number(server, hints::PROJECT).to_string()),
            "instance-id" => filter.is(&ids::instance(server.id.handle())),
            "instance-name" => filter.is_in(&server.name),
            "instance-state" => filter.is(states::state(server)),
            "instance-charge-type" => filter.is(charge_type(&details.hints)),
            "uuid" => filter.is(&server.id.to_string()),
            "private-ip-address" => {
                details.nics.iter().any(|nic| filter.is(&nic.address.to_string()))
            }
            "public-ip-address" => {
                public_ips(self.world, server).iter().any(|address| filter.is(address))
            }
            "vpc-id" => filter.is(&self.network(server)),
            "subnet-id" => {
                let ids = details.nics.iter().filter_map(|nic| nic.subnet).map(ids::subnet);
                ids.into_iter().any(|id| filter.is(&id))
            }
            "security-group-id" => security_groups(server).iter().any(|id| filter.is(id)),
            "tag-key" => details.tags.iter().any(|tag| filter.is(&tag.key)),
            "tag-value" => details.tags.iter().any(|tag| filter.is(&tag.value)),
            "creation-start-time" => times_of(filter).is_some_and(|at| server.created_at >= at),
            "creation-end-time" => times_of(filter).is_some_and(|at| server.created_at <= at),
            name => match name.strip_prefix("tag:") {
                Some(key) => {
                    details.tags.iter().any(|tag| *tag.key == *key && filter.is(&tag.value))
                }
                // Hosts, clusters, and addresses that nobody has.
                None => false,
            },
        }
    }

    fn network(&self, server: &Server) -> String {
        let subnet = server.details.nics.first().and_then(|nic| nic.subnet);
        let of_subnet = || Some(self.world.subnet(self.project, subnet?)?.vpc);
        server.details.network.or_else(of_subnet).map(ids::network).unwrap_or_default()
    }

    fn tell(&self, server: &Server) -> Instance {
        let details = &server.details;
        let said = &details.hints;
        let flavor = self.world.flavor(&server.flavor);
        let image = self.world.image(server.image);
        let last = server.last.as_ref();
        Instance {
            placement: Placement {
                zone: self.zones.shown(&details.zone),
                project_id: hints::number(server, hints::PROJECT),
            },
            instance_id: ids::instance(server.id.handle()),
            instance_type: types::of_server(server, self.world),
            cpu: flavor.map_or(0, |flavor| flavor.vcpus),
            memory: flavor.map_or(0, |flavor| mem_gib(flavor)),
            restrict_state: if charging::has_expired(said, self.now) {
                "EXPIRED"
            } else {
                "NORMAL"
            },
            instance_name: server.name.clone(),
            instance_charge_type: charge_type(said),
            system_disk: system_disk(server, image.map_or(0, |image| image.disk_gib_min)),
            data_disks: data_disks(server),
            private_ip_addresses: details.nics.iter().map(|nic| nic.address.to_string()).collect(),
            public_ip_addresses: Some(public_ips(self.world, server)).filter(|ips| !ips.is_empty()),
            internet_accessible: InternetAccessible {
                internet_charge_type: network_word(Network::of(said)),
                internet_max_bandwidth_out: charging::bandwidth(said, self.now),
            },
            virtual_private_cloud: VirtualPrivateCloud {
                vpc_id: self.network(server),
                subnet_id: details
                    .nics
                    .first()
                    .and_then(|nic| nic.subnet)
                    .map(ids::subnet)
                    .unwrap_or_default(),
                as_vpc_gateway: false,
            },
            image_id: ids::image(server.image),
            renew_flag: Renewal::of(said).word(),
            created_time: times::utc(server.created_at),
            expired_time: charging::paid_until(said, self.now).map(times::utc),
            os_name: image.map(|image| image.os.clone()).unwrap_or_default(),
            security_group_ids: security_groups(server),
            login_settings: LoginSettings {
                key_ids: details
                    .key_name
                    .iter()
                    .map(|name| key_pairs::id_of(self.world, self.project, name))
                    .collect(),
            },
            instance_state: states::state(server),
            tags: details
                .tags
                .iter()
                .map(|tag| Tag { key: tag.key.clone(), value: tag.value.clone() })
                .collect(),
            stop_charging_mode: "NOT_APPLICABLE",
            uuid: server.id.to_string(),
            latest_operation: last.map(states::operation),
            latest_operation_state: last.map(states::outcome),
            latest_operation_request_id: last.map(|last| last.request.to_string()),
            latest_operation_error_msg: last
                .and_then(|last| last.fault.as_ref())
                .map(|fault| faults::worded(fault)),
            ipv6_addresses: None,
            cam_role_name: hint(server, HINT_ROLE).unwrap_or_default().to_owned(),
            hpc_cluster_id: "",
            rdma_ip_addresses: None,
            dedicated_cluster_id: "",
            isolated_source: "NOTISOLATED",
            disaster_recover_group_ids: [],
            license_type: "TencentCloud",
            disable_api_termination: protected(server),
            host_name: details.hostname.clone(),
            default_login_user: image.map(|image| image.admin_user.clone()).unwrap_or_default(),
            default_login_port: 22,
        }
    }
}

fn times_of(filter: &Filter) -> Option<Time> {
    filter.values.first().and_then(|value| times::read(value))
}

fn security_groups(server: &Server) -> Vec<String> {
    server.details.security_groups.iter().copied().map(ids::security_group).collect()
}

fn system_disk(server: &Server, image_gib: u32) -> SystemDisk {
    match server.details.volumes.first() {
        Some(root) => SystemDisk {
            disk_type: shown_class(&root.class).to_owned(),
            disk_id: ids::disk(root.id),
            disk_size: root.size_gib,
        },
        // A record without disks has the one its image needs.
        None => SystemDisk {
            disk_type: "CLOUD_PREMIUM".to_owned(),
            disk_id: format!("disk-{}", server.id.handle()),
            disk_size: image_gib,
        },
    }
}

fn data_disks(server: &Server) -> Vec<DataDisk> {
    let data = server.details.volumes.iter().skip(1);
    data.map(|volume| DataDisk {
        disk_size: volume.size_gib,
        disk_type: shown_class(&volume.class).to_owned(),
        disk_id: ids::disk(volume.id),
        delete_with_instance: volume.delete_with_server,
        encrypt: false,
    })
    .collect()
}

fn public_ips(world: &World, server: &Server) -> Vec<String> {
    world.public_addresses_of(server).map(|(_, one)| one.address.to_string()).collect()
}
