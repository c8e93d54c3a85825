//! A server as Nova lists and shows it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use regiment_core::model::{ProjectId, Server, ServerId};
use regiment_core::view::View;
use regiment_core::world::World;
use serde::Serialize;

use super::answer::NovaReply;
use super::links::{Link, Links};
use super::version::{ATTRIBUTES, DESCRIPTION, FLAVOR_WITHIN, HOST_STATUS, LOCKED, TAGS};
use crate::huawei::detail::{
    Lens, mac_text, network_id, public_addresses, reservation, security_groups, tag_text, user,
};
use crate::huawei::faults::Row;
use crate::huawei::ops::flavors::specs;
use crate::huawei::stock::Stock;
use crate::huawei::{ids, states, times};

/// The caller's server with this id.
pub(super) fn find<'a>(view: &View<'a>, project: ProjectId, id: &str) -> Option<&'a Server> {
    let server = ServerId::parse_dashed(id).and_then(|id| view.world.server(id));
    server.filter(|server| server.project == project)
}

#[derive(Serialize)]
pub(super) struct Simple<'a> {
    id: ServerId,
    name: &'a str,
    links: [Link; 2],
}

impl<'a> Simple<'a> {
    pub fn of(server: &'a Server, links: &Links) -> Simple<'a> {
        let links = links.both("servers", &server.id.to_string());
        Simple { id: server.id, name: &server.name, links }
    }
}

/// Everything that the servers of one answer share.
pub(super) struct Glass<'a> {
    lens: Lens<'a>,
    links: Links,
    reply: NovaReply,
    /// For answers that tell of flavors.
    stock: Option<Stock<'a>>,
}

impl<'a> Glass<'a> {
    pub fn new(view: &View<'a>, links: Links, reply: NovaReply) -> Glass<'a> {
        let stock = reply.since(FLAVOR_WITHIN).then(|| Stock::of(view.world));
        Glass { lens: Lens::new(view), links, reply, stock }
    }

    pub fn detail<'s>(&self, server: &'s Server) -> Detail<'s> {
        Detail {
            basic: self.basic(server),
            more: self.more(server),
            attributes: self.reply.since(ATTRIBUTES).then(|| Attributes::of(server)),
        }
    }

    /// What a renaming answers: without the extensions, and with an image only for servers that
    /// have no boot disk of their own, which here none is.
    pub fn changed<'s>(&self, server: &'s Server) -> Changed<'s> {
        let plain = |(network, nics): (String, Vec<Address>)| {
            let nics =
                nics.into_iter().map(|Address { addr, version, .. }| Plain { addr, version });
            (network, nics.collect())
        };
        let addresses = addresses(server, self.lens.view.world).into_iter().map(plain).collect();
        Changed { basic: self.basic(server), image: "", addresses }
    }

    fn basic<'s>(&self, server: &'s Server) -> Basic<'s> {
        let since = |version| self.reply.since(version);
        let host = server.host.as_deref().unwrap_or_default();
        Basic {
            id: server.id,
            name: &server.name,
            status: states::of(server).status,
            tenant_id: server.project.plain(),
            user_id: user(server),
            metadata: self.lens.metadata(server),
            host_id: if host.is_empty() { String::new() } else { ids::host(server.project, host) },
            flavor: self.flavor(server),
            created: times::plain(server.created_at),
            updated: times::plain(server.updated_at),
            access_ipv4: "",
            access_ipv6: "",
            links: self.links.both("servers", &server.id.to_string()),
            disk_config: "MANUAL",
            progress: 0,
            locked: since(LOCKED).then_some(server.details.locked),
            description: since(DESCRIPTION).then_some(&*server.details.description),
            tags: since(TAGS).then(|| server.details.tags.iter().map(tag_text).collect()),
        }
    }

    fn more<'s>(&self, server: &'s Server) -> More<'s> {
        let details = &*server.details;
        let host = server.host.as_deref().unwrap_or_default();
        let state = states::of(server);
        let image = server.image.to_string();
        let status = self.reply.since(HOST_STATUS).then(|| self.lens.host_status(server));
        More {
            image: ImageOf { links: [self.links.bookmark("images", &image)], id: image },
            addresses: addresses(server, self.lens.view.world),
            zone: &details.zone,
            config_drive: "",
            key_name: details.key_name.as_deref(),
            launched_at: server.launched_at.map(times::launched),
            terminated_at: (),
            security_groups: security_groups(server, self.lens.view.world)
                .into_iter()
                .map(|group| BTreeMap::from([("name", group.name)]))
                .collect(),
            host,
            hypervisor_hostname: host,
            instance_name: format!("instance-{:08x}", server.order),
            power_state: state.power,
            task_state: state.task,
            vm_state: state.vm,
            volumes: details
                .volumes
                .iter()
                .map(|volume| VolumeOf {
                    id: volume.id.to_string(),
                    // An answer older than the attribute knows of the id alone.
                    delete_on_termination: self
                        .reply
                        .since(ATTRIBUTES)
                        .then_some(volume.delete_with_server),
                })
                .collect(),
            host_status: status.map(|status| if status.is_empty() { "UNKNOWN" } else { status }),
            fault: fault(server),
        }
    }

    fn flavor<'s>(&self, server: &'s Server) -> FlavorOf<'s> {
        let Some(stock) = &self.stock else {
            let links = [self.links.bookmark("flavors", &server.flavor)];
            return FlavorOf::Named { id: &server.flavor, links };
        };
        let flavor = self.lens.view.world.flavor(&server.flavor);
        FlavorOf::Told {
            vcpus: flavor.map_or(0, |flavor| flavor.vcpus),
            ram: flavor.map_or(0, |flavor| flavor.ram_mib),
            disk: 0,
            ephemeral: 0,
            swap: 0,
            original_name: &server.flavor,
            extra_specs: flavor.map(|flavor| specs(flavor, stock)).unwrap_or_default(),
        }
    }
}

/// The fixed addresses, then the floating ones, under the network they are in.
fn addresses(server: &Server, world: &World) -> BTreeMap<String, Vec<Address>> {
    let nics = server.details.nics.iter();
    let fixed = nics.map(|nic| (nic, nic.address, "fixed"));
    let floating = public_addresses(server, world).map(|(nic, address)| (nic, address, "floating"));
    let all = fixed.chain(floating).map(|(nic, addr, kind)| Address {
        version: 4,
        addr,
        kind,
        mac: mac_text(nic.mac),
    });
    BTreeMap::from([(network_id(server), all.collect())])
}

/// Why a server is in an error state; Nova says nothing of it otherwise.
fn fault(server: &Server) -> Option<FaultOf> {
    let row = Row::of(server.fault.as_deref()?);
    let created = times::plain(server.updated_at);
    Some(FaultOf { code: 500, created, message: row.message.into_owned(), details: row.code })
}

#[derive(Serialize)]
pub(super) struct Detail<'a> {
    #[serde(flatten)]
    basic: Basic<'a>,
    #[serde(flatten)]
    more: More<'a>,
    #[serde(flatten)]
    attributes: Option<Attributes<'a>>,
}

#[derive(Serialize)]
pub(super) struct Changed<'a> {
    #[serde(flatten)]
    basic: Basic<'a>,
    image: &'static str,
    addresses: BTreeMap<String, Vec<Plain>>,
}

#[derive(Serialize)]
struct Plain {
    addr: Ipv4Addr,
    version: u8,
}

#[derive(Serialize)]
struct Basic<'a> {
    id: ServerId,
    name: &'a str,
    status: &'static str,
    tenant_id: String,
    user_id: Cow<'a, str>,
    metadata: BTreeMap<&'a str, Cow<'a, str>>,
    #[serde(rename = "hostId")]
    host_id: String,
    flavor: FlavorOf<'a>,
    created: String,
    updated: String,
    #[serde(rename = "accessIPv4")]
    access_ipv4: &'static str,
    #[serde(rename = "accessIPv6")]
    access_ipv6: &'static str,
    links: [Link; 2],
    #[serde(rename = "OS-DCF:diskConfig")]
    disk_config: &'static str,
    progress: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    locked: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<String>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum FlavorOf<'a> {
    Named {
        id: &'a str,
        links: [Link; 1],
    },
    Told {
        vcpus: u32,
        ram: u32,
        disk: u32,
        ephemeral: u32,
        swap: u32,
        original_name: &'a str,
        extra_specs: BTreeMap<&'static str, String>,
    },
}

#[derive(Serialize)]
struct More<'a> {
    image: ImageOf,
    addresses: BTreeMap<String, Vec<Address>>,
    #[serde(rename = "OS-EXT-AZ:availability_zone")]
    zone: &'a str,
    config_drive: &'static str,
    key_name: Option<&'a str>,
    #[serde(rename = "OS-SRV-USG:launched_at")]
    launched_at: Option<String>,
    #[serde(rename = "OS-SRV-USG:terminated_at")]
    terminated_at: (),
    security_groups: Vec<BTreeMap<&'static str, String>>,
    #[serde(rename = "OS-EXT-SRV-ATTR:host")]
    host: &'a str,
    #[serde(rename = "OS-EXT-SRV-ATTR:hypervisor_hostname")]
    hypervisor_hostname: &'a str,
    #[serde(rename = "OS-EXT-SRV-ATTR:instance_name")]
    instance_name: String,
    #[serde(rename = "OS-EXT-STS:power_state")]
    power_state: u8,
    #[serde(rename = "OS-EXT-STS:task_state")]
    task_state: Option<&'static str>,
    #[serde(rename = "OS-EXT-STS:vm_state")]
    vm_state: &'static str,
    #[serde(rename = "os-extended-volumes:volumes_attached")]
    volumes: Vec<VolumeOf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<FaultOf>,
}

#[derive(Serialize)]
struct ImageOf {
    id: String,
    links: [Link; 1],
}

#[derive(Serialize)]
struct Address {
    version: u8,
    addr: Ipv4Addr,
    #[serde(rename = "OS-EXT-IPS:type")]
    kind: &'static str,
    #[serde(rename = "OS-EXT-IPS-MAC:mac_addr")]
    mac: String,
}

#[derive(Serialize)]
struct VolumeOf {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_on_termination: Option<bool>,
}

#[derive(Serialize)]
struct FaultOf {
    code: u16,
    created: String,
    message: String,
    details: &'static str,
}

/// What came with the third version.
#[derive(Serialize)]
struct Attributes<'a> {
    #[serde(rename = "OS-EXT-SRV-ATTR:hostname")]
    hostname: &'a str,
    #[serde(rename = "OS-EXT-SRV-ATTR:kernel_id")]
    kernel_id: &'static str,
    #[serde(rename = "OS-EXT-SRV-ATTR:ramdisk_id")]
    ramdisk_id: &'static str,
    #[serde(rename = "OS-EXT-SRV-ATTR:launch_index")]
    launch_index: u32,
    #[serde(rename = "OS-EXT-SRV-ATTR:reservation_id")]
    reservation_id: Cow<'a, str>,
    #[serde(rename = "OS-EXT-SRV-ATTR:root_device_name")]
    root_device_name: &'a str,
    #[serde(rename = "OS-EXT-SRV-ATTR:user_data", skip_serializing_if = "Option::is_none")]
    user_data: Option<&'a str>,
}

impl<'a> Attributes<'a> {
    fn of(server: &'a Server) -> Attributes<'a> {
        let details = &*server.details;
        Attributes {
            hostname: &details.hostname,
            kernel_id: "",
            ramdisk_id: "",
            launch_index: 0,
            reservation_id: reservation(server),
            root_device_name: details.volumes.first().map_or("", |volume| &volume.device),
            user_data: details.user_data.as_deref(),
        }
    }
}
