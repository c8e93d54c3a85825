//! `DescribeInstances`.

use std::sync::Arc;

use regiment_core::model::{Image, ImageSource, NetworkId, ProjectId, Server, ServerId};
use regiment_core::view::View;
use regiment_core::world::World;
use serde::Serialize;

use crate::Action;
use crate::tencent::charging::{self, Network, Renewal};
use crate::tencent::zones::Zones;
use crate::tencent::{disks, hints, ids, shapes};

pub use crate::tencent::status::status;

use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{reply, times};

/// Ids or addresses in one call.
const FILTER_VALUES_MAX: usize = 100;

/// Which part of a list is wanted.
#[derive(Clone, Copy)]
pub struct Page {
    pub offset: usize,
    pub limit: usize,
}

impl Page {
    pub fn read(fields: &Fields<'_>) -> Result<Page, Refusal> {
        let offset = fields.number("offset", 0..=u32::MAX)?.unwrap_or(0);
        let limit = fields.number("limit", 0..=100)?.unwrap_or(20);
        Ok(Page { offset: offset as usize, limit: limit as usize })
    }

    /// The part, and of how many.
    pub fn of<T>(self, all: Vec<T>) -> (usize, impl Iterator<Item = T>) {
        (all.len(), all.into_iter().skip(self.offset).take(self.limit))
    }
}

/// What is looked for; empty and absent are anything.
struct Filter {
    ids: Vec<String>,
    addresses: Vec<String>,
    word: Option<String>,
    status: Option<u32>,
    project: Option<u32>,
    zone: Option<u32>,
}

impl Filter {
    fn read(fields: &Fields<'_>) -> Result<Filter, Refusal> {
        Ok(Filter {
            ids: values(fields, "instanceIds")?,
            addresses: values(fields, "lanIps")?,
            word: fields.text("searchWord").map(str::to_owned),
            status: fields.number("status", 0..=u32::MAX)?,
            project: fields.number("projectId", 0..=u32::MAX)?,
            zone: fields.number("zoneId", 0..=u32::MAX)?,
        })
    }

    const fn is_any(&self) -> bool {
        let Filter { ids, addresses, word, status, project, zone } = self;
        ids.is_empty()
            && addresses.is_empty()
            && word.is_none()
            && status.is_none()
            && project.is_none()
            && zone.is_none()
    }

    /// Whether a server is looked for; the ids are another's to look at.
    fn takes(&self, server: &Server, zones: &Zones) -> bool {
        let has_address = |wanted: &String| lan_ip(server) == *wanted;
        (self.addresses.is_empty() || self.addresses.iter().any(has_address))
            && self
                .word
                .as_ref()
                .is_none_or(|word| server.name.contains(&**word) || has_address(word))
            && self.status.is_none_or(|wanted| wanted == status(server))
            && self.project.is_none_or(|wanted| wanted == hints::number(server, hints::PROJECT))
            && self.zone.is_none_or(|wanted| wanted == zones.number(&server.details.zone))
    }
}

pub fn values(fields: &Fields<'_>, name: &str) -> Result<Vec<String>, Refusal> {
    let values = fields.list(name);
    if values.len() > FILTER_VALUES_MAX {
        return Err(fields.bad(name, format!("must have at most {FILTER_VALUES_MAX} values")));
    }
    Ok(values.into_iter().map(str::to_owned).collect())
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let (filter, page) = (Filter::read(&fields)?, Page::read(&fields)?);
    fields.flag("simplify")?;
    let (project, region) = (call.project(), call.region());
    Ok(Action::look(move |view| reply::success("", list(view, project, &filter, page, &region))))
}

#[derive(Serialize)]
struct List {
    #[serde(rename = "totalCount")]
    total: u64,
    #[serde(rename = "instanceSet")]
    instances: Vec<Instance>,
}

fn list(
    view: &View<'_>,
    project: ProjectId,
    filter: &Filter,
    page: Page,
    region: &Arc<str>,
) -> List {
    let world = view.world;
    let zones = Zones::of(world);
    let item = |server: &Server| Instance::of(server, view, &zones, region);
    if filter.is_any() {
        let part = world.servers_after(project, page.offset).take(page.limit);
        return List { total: world.usage(project).servers, instances: part.map(item).collect() };
    }
    let found: Vec<&Server> = if filter.ids.is_empty() {
        world.servers_of(project).filter(|server| filter.takes(server, &zones)).collect()
    } else {
        let mut named: Vec<&Server> = filter
            .ids
            .iter()
            .filter_map(|id| ids::find_instance(world, project, id))
            .filter(|server| filter.takes(server, &zones))
            .collect();
        named.sort_by_key(|server| std::cmp::Reverse(server.order));
        named.dedup_by_key(|server| server.id);
        named
    };
    let (total, part) = page.of(found);
    List { total: total as u64, instances: part.map(item).collect() }
}

/// One instance, every field of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Instance {
    instance_name: Arc<str>,
    un_instance_id: String,
    instance_id: String,
    uuid: ServerId,
    lan_ip: String,
    wan_ip_set: Vec<String>,
    cpu: u32,
    mem: u32,
    bandwidth: u32,
    un_img_id: String,
    image_id: u64,
    image_type: &'static str,
    status: u32,
    status_time: String,
    #[serde(rename = "Region")]
    region: Arc<str>,
    create_time: String,
    deadline_time: String,
    auto_renew: u32,
    project_id: u32,
    os: Arc<str>,
    cvm_pay_mode: u32,
    network_pay_mode: u32,
    zone_id: u32,
    zone_name: Arc<str>,
    vpc_id: u64,
    subnet_id: u64,
    is_vpc_gateway: u32,
    device_class: &'static str,
    disk_info: DiskInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DiskInfo {
    root_id: String,
    root_size: u32,
    root_type: u32,
    #[serde(flatten)]
    storage: Option<Storage>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Storage {
    storage_id: String,
    storage_size: u32,
    storage_type: u32,
}

impl Instance {
    fn of(server: &Server, view: &View<'_>, zones: &Zones, region: &Arc<str>) -> Instance {
        let (world, said) = (view.world, &server.details.hints);
        let flavor = world.flavor(&server.flavor);
        let image = world.image(server.image);
        Instance {
            instance_name: server.name.clone(),
            un_instance_id: ids::instance(server.id.handle()),
            instance_id: ids::instance_long(server.id),
            uuid: server.id,
            lan_ip: lan_ip(server),
            wan_ip_set: wan_ips(server, world),
            cpu: flavor.map_or(0, |flavor| flavor.vcpus),
            mem: flavor.map_or(0, |flavor| shapes::mem_gib(flavor)),
            bandwidth: charging::bandwidth(said, view.now),
            un_img_id: ids::image(server.image),
            image_id: ids::image_number(server.image),
            image_type: image.map_or("", |image| image_type(source_of(world, server, image))),
            status: status(server),
            status_time: times::beijing(server.updated_at),
            region: region.clone(),
            create_time: times::beijing(server.created_at),
            deadline_time: charging::paid_until(said, view.now)
                .map_or_else(|| times::NEVER.to_owned(), times::beijing),
            auto_renew: Renewal::of(said).number(),
            project_id: hints::number(server, hints::PROJECT),
            os: image.map(|image| image.os.clone()).unwrap_or_default(),
            cvm_pay_mode: if charging::is_prepaid(said) { 1 } else { 2 },
            network_pay_mode: network_pay_mode(Network::of(said)),
            zone_id: zones.number(&server.details.zone),
            zone_name: server.details.zone.clone(),
            vpc_id: number(server.details.network, server, hints::VPC),
            subnet_id: number(
                server.details.nics.first().and_then(|nic| nic.subnet),
                server,
                hints::SUBNET,
            ),
            is_vpc_gateway: hints::number(server, hints::IS_GATEWAY),
            device_class: "VSELF",
            disk_info: DiskInfo::of(server, image.map_or(0, |image| image.disk_gib_min)),
        }
    }
}

impl DiskInfo {
    fn of(server: &Server, image_gib: u32) -> DiskInfo {
        let mut volumes = server.details.volumes.iter();
        let (root_id, root_size, root_type) = match volumes.next() {
            Some(root) => (ids::disk(root.id), root.size_gib, disks::number(&root.class)),
            // A record without disks has the one its image needs.
            None => (format!("disk-{}", server.id.handle()), image_gib, disks::USUAL),
        };
        let storage = volumes.next().map(|volume| Storage {
            storage_id: ids::disk(volume.id),
            storage_size: volume.size_gib,
            storage_type: disks::number(&volume.class),
        });
        DiskInfo { root_id, root_size, root_type, storage }
    }
}

pub fn wan_ips(server: &Server, world: &World) -> Vec<String> {
    world.public_addresses_of(server).map(|(_, one)| one.address.to_string()).collect()
}

/// The number of the network or subnet that an instance is in; else the one that its client said.
fn number(id: Option<NetworkId>, server: &Server, hint: &str) -> u64 {
    id.map_or_else(|| u64::from(hints::number(server, hint)), ids::network_number)
}

/// A package pays by the month, and after.
const fn network_pay_mode(network: Network) -> u32 {
    match network {
        Network::Package => 0,
        Network::Monthly => 1,
        Network::Traffic => 2,
        Network::Hourly => 3,
    }
}

pub fn lan_ip(server: &Server) -> String {
    server.details.nics.first().map(|nic| nic.address.to_string()).unwrap_or_default()
}

/// What others share with a project is not its own.
fn source_of(world: &World, server: &Server, image: &Image) -> ImageSource {
    match world.own_image(image.id) {
        Some(own) if own.project != server.project => ImageSource::Shared,
        Some(_) | None => image.source,
    }
}

const fn image_type(source: ImageSource) -> &'static str {
    match source {
        ImageSource::Public => "Public image",
        ImageSource::Private => "Private image",
        ImageSource::Market => "Market image",
        ImageSource::Shared => "Shared image",
    }
}
