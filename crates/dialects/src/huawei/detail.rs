//! A server as v1 lists and shows it. Several numbers and truths are text, as in the cloud.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use regiment_core::model::{
    Fault, ImageSource, NetworkId, Nic, OsFamily, PortId, ProjectId, Server, ServerId, Tag,
};
use regiment_core::view::View;
use regiment_core::world::World;
use serde::Serialize;

use super::{faults::Row, ids, states, times};

// What was said when a server was made, must be given back, and has no place in the core.
pub(super) use crate::charging::{
    MODE as HINT_CHARGING, POSTPAID, PREPAID, SPOT, UNTIL as HINT_PAID_UNTIL,
};
pub(super) const HINT_ORDER: &str = "order_id";
pub(super) const HINT_ENTERPRISE: &str = "enterprise_project_id";
pub(super) const HINT_RESERVATION: &str = "reservation_id";
pub(super) const HINT_USER: &str = "user_id";
pub(super) const HINT_PUBLIC: &str = "publicip";
pub(super) const HINT_THREADS: &str = "hw:cpu_threads";
pub(super) const HINT_ENCLAVE: &str = "enclave_options.enabled";
pub(super) const HINT_SECURE_BOOT: &str = "security_options.secure_boot_enabled";
pub(super) const HINT_TPM: &str = "security_options.tpm_enabled";
pub(super) const HINT_RECOVERY: &str = "support_auto_recovery";
pub(super) const HINT_METADATA_ENDPOINT: &str = "metadata_options.http_endpoint";
pub(super) const HINT_METADATA_TOKENS: &str = "metadata_options.http_tokens";
pub(super) const HINT_SERIAL: &str = "serial_console_options.enabled";
pub(super) const HINT_TENANCY: &str = "os:scheduler_hints.tenancy";
pub(super) const HINT_DEDICATED_HOST: &str = "os:scheduler_hints.dedicated_host_id";

pub(super) fn hint<'a>(server: &'a Server, name: &str) -> Option<&'a str> {
    server.details.hints.get(name).map(AsRef::as_ref)
}

/// How a server is paid for.
pub(super) fn charging(server: &Server) -> &str {
    hint(server, HINT_CHARGING).unwrap_or(POSTPAID)
}

pub(super) fn enterprise_project(server: &Server) -> &str {
    hint(server, HINT_ENTERPRISE).unwrap_or("0")
}

/// The order that a server was made by: one of its own where none is known.
pub(super) fn reservation(server: &Server) -> Cow<'_, str> {
    hint(server, HINT_RESERVATION)
        .map_or_else(|| Cow::Owned(format!("r-{}", server.id.handle())), Cow::Borrowed)
}

pub(super) fn user(server: &Server) -> Cow<'_, str> {
    match server.details.metadata.get("op_svc_userid").map(AsRef::as_ref) {
        Some(user) => Cow::Borrowed(user),
        None => hint(server, HINT_USER)
            .map_or_else(|| Cow::Owned(ids::user(&server.project.plain())), Cow::Borrowed),
    }
}

/// `key=value`, or the key alone when there is no value.
pub(super) fn tag_text(tag: &Tag) -> String {
    if tag.value.is_empty() { tag.key.to_string() } else { format!("{}={}", tag.key, tag.value) }
}

/// The public addresses of a server: the one it was ordered with, in the range for benchmarks, so that
/// it is nobody's; then those that its project has led to its interfaces.
pub(super) fn public_addresses<'w>(
    server: &'w Server,
    world: &'w World,
) -> impl Iterator<Item = (&'w Nic, Ipv4Addr)> {
    let low = u32::try_from(server.order & 0x1_FFFF).expect("17 bits fit");
    let ordered = hint(server, HINT_PUBLIC).map(|_| Ipv4Addr::from(0xC612_0000 | low));
    server
        .details
        .nics
        .first()
        .zip(ordered)
        .into_iter()
        .chain(world.public_addresses_of(server).map(|(nic, one)| (nic, one.address)))
}

pub(super) fn mac_text(mac: [u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}

pub(super) fn network_id(server: &Server) -> String {
    server.details.network.unwrap_or_else(|| ids::default_network(server.project)).to_string()
}

/// Everything that is looked up once for a page of servers.
pub(super) struct Lens<'a> {
    pub view: View<'a>,
    down: BTreeSet<&'a str>,
}

impl<'a> Lens<'a> {
    pub fn new(view: &View<'a>) -> Lens<'a> {
        let hosts = view.world.hosts().filter(|host| !host.up);
        Lens { view: *view, down: hosts.map(|host| host.name.as_ref()).collect() }
    }

    pub fn host_status(&self, server: &Server) -> &'static str {
        match server.host.as_deref() {
            None => "",
            Some(host) if self.down.contains(host) => "DOWN",
            Some(_) => "UP",
        }
    }

    pub fn metadata<'s>(&self, server: &'s Server) -> BTreeMap<&'s str, Cow<'s, str>> {
        let own = server.details.metadata.iter();
        let mut all: BTreeMap<&str, Cow<'_, str>> =
            own.map(|(key, value)| (key.as_ref(), Cow::Borrowed(value.as_ref()))).collect();
        all.extend(self.kept_metadata(server));
        all
    }

    /// The metadata that the cloud itself keeps of a server.
    pub fn kept_metadata<'s>(&self, server: &'s Server) -> BTreeMap<&'static str, Cow<'s, str>> {
        let mut all: BTreeMap<&str, Cow<'_, str>> = BTreeMap::new();
        let mut put = |key: &'static str, value: Cow<'s, str>| {
            all.insert(key, value);
        };
        put("charging_mode", hint(server, HINT_CHARGING).unwrap_or(POSTPAID).into());
        put("metering.image_id", server.image.to_string().into());
        put("metering.resourcetype", "1".into());
        put("os_bit", "64".into());
        put("vpc_id", network_id(server).into());
        if let Some(order) = hint(server, HINT_ORDER) {
            put("metering.order_id", order.into());
        }
        let mut system = "linux";
        if let Some(image) = self.view.world.image(server.image) {
            let (os_type, suffix) = match image.family {
                OsFamily::Linux => ("Linux", "linux"),
                OsFamily::Windows => ("Windows", "win"),
            };
            system = suffix;
            put("os_type", os_type.into());
            put("image_name", image.name.to_string().into());
            let kind = match image.source {
                ImageSource::Public => "gold",
                ImageSource::Private => "private",
                ImageSource::Shared => "shared",
                ImageSource::Market => "market",
            };
            put("metering.imagetype", kind.into());
        }
        put("metering.resourcespeccode", format!("{}.{system}", server.flavor).into());
        all
    }

    pub fn detail<'s>(&self, server: &'s Server, listed: bool) -> Detail<'s> {
        let details = &*server.details;
        let state = states::of(server);
        let host = server.host.as_deref().unwrap_or_default();
        Detail {
            id: server.id,
            name: &server.name,
            status: state.status,
            tenant_id: server.project.plain(),
            user_id: user(server),
            host_id: if host.is_empty() { String::new() } else { ids::host(server.project, host) },
            host_status: self.host_status(server),
            created: times::plain(server.created_at),
            updated: times::plain(server.updated_at),
            auto_terminate_time: details.auto_terminate_at.map(times::plain).unwrap_or_default(),
            launched_at: server.launched_at.map(times::launched),
            terminated_at: (),
            addresses: BTreeMap::from([(
                network_id(server),
                addresses(server, self.view.world, "4"),
            )]),
            flavor: self.flavor(server),
            image: ById { id: server.image.to_string() },
            metadata: self.metadata(server),
            key_name: details.key_name.as_deref(),
            security_groups: security_groups(server, self.view.world),
            volumes: volumes(server),
            vm_state: state.vm,
            task_state: state.task,
            power_state: state.power,
            zone: &details.zone,
            host,
            hostname: &details.hostname,
            hypervisor_hostname: host,
            instance_name: format!("instance-{:08x}", server.order),
            kernel_id: "",
            ramdisk_id: "",
            root_device_name: details.volumes.first().map_or("", |volume| &volume.device),
            launch_index: 0,
            reservation_id: reservation(server),
            user_data: details.user_data.as_deref(),
            disk_config: "MANUAL",
            access_ipv4: "",
            access_ipv6: "",
            config_drive: "",
            locked: details.locked,
            progress: 0,
            fault: server.fault.as_deref().map(|fault| FaultOf::new(fault, server)),
            description: &details.description,
            enterprise_project_id: enterprise_project(server),
            tags: details.tags.iter().map(tag_text).collect(),
            sys_tags: [SysTag {
                key: "_sys_enterprise_project_id",
                value: enterprise_project(server),
            }],
            scheduler_hints: scheduler_hints(server),
            cpu_options: hint(server, HINT_THREADS)
                .and_then(|threads| threads.parse().ok())
                .map(|threads| BTreeMap::from([(HINT_THREADS, threads)])),
            security_options: security_options(server),
            listed: listed.then(|| Listed::new(server, self.view.world)),
        }
    }

    fn flavor<'s>(&self, server: &'s Server) -> FlavorOf<'s> {
        let flavor = self.view.world.flavor(&server.flavor);
        FlavorOf {
            id: &server.flavor,
            name: &server.flavor,
            disk: "0",
            vcpus: flavor.map_or(0, |flavor| flavor.vcpus).to_string(),
            ram: flavor.map_or(0, |flavor| flavor.ram_mib).to_string(),
            gpus: [],
            asic_accelerators: [],
        }
    }
}

/// The fixed addresses, then the floating ones. The version is a string in v1, a number in v1.1.
pub(super) fn addresses<V: Copy>(server: &Server, world: &World, version: V) -> Vec<Address<V>> {
    let nics = server.details.nics.iter().enumerate();
    let fixed = nics.map(|(at, nic)| (nic, nic.address, "fixed", at == 0));
    let floating =
        public_addresses(server, world).map(|(nic, address)| (nic, address, "floating", false));
    fixed
        .chain(floating)
        .map(|(nic, addr, kind, primary)| Address {
            version,
            addr,
            mac: mac_text(nic.mac),
            port_id: nic.port.to_string(),
            kind,
            primary,
        })
        .collect()
}

/// The security group of a server that was given none: the project's own of that name, if it has one.
pub(super) fn default_group(project: ProjectId, world: &World) -> NetworkId {
    let own = world.security_groups(project).find(|group| &*group.name == DEFAULT_GROUP);
    own.map_or_else(|| ids::default_group(project), |group| group.id)
}

const DEFAULT_GROUP: &str = "default";

/// The groups that a server is in, first those of its own, then those of its interfaces.
pub(super) fn group_ids(server: &Server, world: &World) -> Vec<NetworkId> {
    let mut groups = server.details.security_groups.clone();
    if groups.is_empty() {
        groups.push(default_group(server.project, world));
    }
    for id in server.details.nics.iter().flat_map(|nic| &nic.security_groups) {
        if !groups.contains(id) {
            groups.push(*id);
        }
    }
    groups
}

/// Where a group is not ours its id stands for its name.
pub(super) fn group_name(server: &Server, id: NetworkId, world: &World) -> String {
    match world.security_group(server.project, id) {
        Some(group) => group.name.to_string(),
        None if id == ids::default_group(server.project) => DEFAULT_GROUP.to_owned(),
        None => id.to_string(),
    }
}

/// Name and id.
pub(super) fn security_groups(server: &Server, world: &World) -> Vec<Group> {
    let groups = group_ids(server, world).into_iter();
    groups.map(|id| Group { id: id.to_string(), name: group_name(server, id, world) }).collect()
}

fn volumes(server: &Server) -> Vec<VolumeOf<'_>> {
    let volumes = server.details.volumes.iter().enumerate();
    volumes
        .map(|(at, volume)| VolumeOf {
            id: volume.id.to_string(),
            device: &volume.device,
            boot_index: if at == 0 { "0" } else { "-1" },
            delete_on_termination: if volume.delete_with_server { "true" } else { "false" },
        })
        .collect()
}

fn scheduler_hints(server: &Server) -> BTreeMap<&'static str, [Cow<'_, str>; 1]> {
    let group = server.details.server_group.map(|id| ("group", [Cow::Owned(id.to_string())]));
    [("tenancy", HINT_TENANCY), ("dedicated_host_id", HINT_DEDICATED_HOST)]
        .into_iter()
        .filter_map(|(key, name)| Some((key, [Cow::Borrowed(hint(server, name)?)])))
        .chain(group)
        .collect()
}

fn security_options(server: &Server) -> Option<BTreeMap<&'static str, bool>> {
    let named = [("secure_boot_enabled", HINT_SECURE_BOOT), ("tpm_enabled", HINT_TPM)];
    let options: BTreeMap<_, _> = named
        .into_iter()
        .filter_map(|(key, name)| Some((key, hint(server, name)? == "true")))
        .collect();
    (!options.is_empty()).then_some(options)
}

#[derive(Serialize)]
pub(super) struct Detail<'a> {
    id: ServerId,
    name: &'a str,
    status: &'static str,
    tenant_id: String,
    user_id: Cow<'a, str>,
    #[serde(rename = "hostId")]
    host_id: String,
    host_status: &'static str,
    created: String,
    updated: String,
    auto_terminate_time: String,
    #[serde(rename = "OS-SRV-USG:launched_at")]
    launched_at: Option<String>,
    #[serde(rename = "OS-SRV-USG:terminated_at")]
    terminated_at: (),
    addresses: BTreeMap<String, Vec<Address<&'static str>>>,
    flavor: FlavorOf<'a>,
    image: ById,
    metadata: BTreeMap<&'a str, Cow<'a, str>>,
    key_name: Option<&'a str>,
    security_groups: Vec<Group>,
    #[serde(rename = "os-extended-volumes:volumes_attached")]
    volumes: Vec<VolumeOf<'a>>,
    #[serde(rename = "OS-EXT-STS:vm_state")]
    vm_state: &'static str,
    #[serde(rename = "OS-EXT-STS:task_state")]
    task_state: Option<&'static str>,
    #[serde(rename = "OS-EXT-STS:power_state")]
    power_state: u8,
    #[serde(rename = "OS-EXT-AZ:availability_zone")]
    zone: &'a str,
    #[serde(rename = "OS-EXT-SRV-ATTR:host")]
    host: &'a str,
    #[serde(rename = "OS-EXT-SRV-ATTR:hostname")]
    hostname: &'a str,
    #[serde(rename = "OS-EXT-SRV-ATTR:hypervisor_hostname")]
    hypervisor_hostname: &'a str,
    #[serde(rename = "OS-EXT-SRV-ATTR:instance_name")]
    instance_name: String,
    #[serde(rename = "OS-EXT-SRV-ATTR:kernel_id")]
    kernel_id: &'static str,
    #[serde(rename = "OS-EXT-SRV-ATTR:ramdisk_id")]
    ramdisk_id: &'static str,
    #[serde(rename = "OS-EXT-SRV-ATTR:root_device_name")]
    root_device_name: &'a str,
    #[serde(rename = "OS-EXT-SRV-ATTR:launch_index")]
    launch_index: u32,
    #[serde(rename = "OS-EXT-SRV-ATTR:reservation_id")]
    reservation_id: Cow<'a, str>,
    #[serde(rename = "OS-EXT-SRV-ATTR:user_data", skip_serializing_if = "Option::is_none")]
    user_data: Option<&'a str>,
    #[serde(rename = "OS-DCF:diskConfig")]
    disk_config: &'static str,
    #[serde(rename = "accessIPv4")]
    access_ipv4: &'static str,
    #[serde(rename = "accessIPv6")]
    access_ipv6: &'static str,
    config_drive: &'static str,
    locked: bool,
    progress: u8,
    fault: Option<FaultOf>,
    description: &'a str,
    enterprise_project_id: &'a str,
    tags: Vec<String>,
    sys_tags: [SysTag<'a>; 1],
    #[serde(rename = "os:scheduler_hints")]
    scheduler_hints: BTreeMap<&'static str, [Cow<'a, str>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_options: Option<BTreeMap<&'static str, u8>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_options: Option<BTreeMap<&'static str, bool>>,
    #[serde(flatten)]
    listed: Option<Listed>,
}

/// The keys of a detail, for the entry of a server that does not exist.
pub(super) const NULLS: &[&str] = &[
    "name",
    "status",
    "tenant_id",
    "user_id",
    "hostId",
    "host_status",
    "created",
    "updated",
    "auto_terminate_time",
    "OS-SRV-USG:launched_at",
    "OS-SRV-USG:terminated_at",
    "addresses",
    "flavor",
    "image",
    "metadata",
    "key_name",
    "security_groups",
    "os-extended-volumes:volumes_attached",
    "OS-EXT-STS:vm_state",
    "OS-EXT-STS:task_state",
    "OS-EXT-STS:power_state",
    "OS-EXT-AZ:availability_zone",
    "OS-EXT-SRV-ATTR:host",
    "OS-EXT-SRV-ATTR:hostname",
    "OS-EXT-SRV-ATTR:hypervisor_hostname",
    "OS-EXT-SRV-ATTR:instance_name",
    "OS-EXT-SRV-ATTR:kernel_id",
    "OS-EXT-SRV-ATTR:ramdisk_id",
    "OS-EXT-SRV-ATTR:root_device_name",
    "OS-EXT-SRV-ATTR:launch_index",
    "OS-EXT-SRV-ATTR:reservation_id",
    "OS-DCF:diskConfig",
    "accessIPv4",
    "accessIPv6",
    "config_drive",
    "locked",
    "progress",
    "description",
    "enterprise_project_id",
    "tags",
    "sys_tags",
    "os:scheduler_hints",
    "network_interfaces",
    "enclave_options",
    "spod_id",
    "capacity_reservation_id",
    "capacity_reservation_specification",
];

/// What only the list has.
#[derive(Serialize)]
struct Listed {
    network_interfaces: Vec<Interface>,
    enclave_options: BTreeMap<&'static str, bool>,
    spod_id: &'static str,
    capacity_reservation_id: &'static str,
    capacity_reservation_specification: BTreeMap<&'static str, &'static str>,
}

impl Listed {
    fn new(server: &Server, world: &World) -> Listed {
        let public: Vec<(PortId, Ipv4Addr)> =
            public_addresses(server, world).map(|(nic, address)| (nic.port, address)).collect();
        let of = |nic: &Nic| public.iter().find(|(port, _)| *port == nic.port);
        let nics = server.details.nics.iter().enumerate();
        let enclave = hint(server, HINT_ENCLAVE) == Some("true");
        Listed {
            network_interfaces: nics
                .map(|(at, nic)| Interface {
                    port_id: nic.port.to_string(),
                    primary: at == 0,
                    ip_addresses: [nic.address],
                    ipv6_addresses: [],
                    subnet_id: nic.subnet.map(|id| id.to_string()).unwrap_or_default(),
                    association: of(nic)
                        .map(|(_, public)| BTreeMap::from([("public_ip_address", *public)])),
                })
                .collect(),
            enclave_options: BTreeMap::from([("enabled", enclave)]),
            spod_id: "",
            capacity_reservation_id: "",
            capacity_reservation_specification: BTreeMap::from([("preference", "none")]),
        }
    }
}

#[derive(Serialize)]
struct Interface {
    port_id: String,
    primary: bool,
    ip_addresses: [Ipv4Addr; 1],
    ipv6_addresses: [Ipv4Addr; 0],
    subnet_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    association: Option<BTreeMap<&'static str, Ipv4Addr>>,
}

#[derive(Serialize)]
pub(super) struct Address<V> {
    version: V,
    addr: Ipv4Addr,
    #[serde(rename = "OS-EXT-IPS-MAC:mac_addr")]
    mac: String,
    #[serde(rename = "OS-EXT-IPS:port_id")]
    port_id: String,
    #[serde(rename = "OS-EXT-IPS:type")]
    kind: &'static str,
    primary: bool,
}

#[derive(Serialize)]
struct FlavorOf<'a> {
    id: &'a str,
    name: &'a str,
    disk: &'static str,
    vcpus: String,
    ram: String,
    gpus: [(); 0],
    asic_accelerators: [(); 0],
}

#[derive(Serialize)]
pub(super) struct ById {
    pub id: String,
}

#[derive(Serialize)]
pub(super) struct Group {
    pub id: String,
    pub name: String,
}

#[derive(Serialize)]
struct VolumeOf<'a> {
    id: String,
    device: &'a str,
    #[serde(rename = "bootIndex")]
    boot_index: &'static str,
    delete_on_termination: &'static str,
}

#[derive(Serialize)]
struct SysTag<'a> {
    key: &'static str,
    value: &'a str,
}

/// Why a server is in an error state.
#[derive(Serialize)]
pub(super) struct FaultOf {
    code: u16,
    message: String,
    details: String,
    created: String,
}

impl FaultOf {
    pub fn new(fault: &Fault, server: &Server) -> FaultOf {
        let row = Row::of(fault);
        FaultOf {
            code: 500,
            message: row.message.into_owned(),
            details: row.code.to_owned(),
            created: times::plain(server.updated_at),
        }
    }

    /// Of a server that is asked for by its id and is not there.
    pub fn not_found(id: &str, created: String) -> FaultOf {
        let message = format!("Instance[{id}] could not be found.");
        FaultOf { code: 404, message, details: "Ecs.0114".to_owned(), created }
    }
}
