//! `POST …/servers`: one or more servers of one kind.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use regiment_core::command::Command;
use regiment_core::limits::NAME_CHARS_MAX;
use regiment_core::model::{
    Details, ImageId, NetworkId, OsFamily, PortId, ProjectId, ServerGroupId, ServerId,
};
use regiment_core::ops::{Create, NicOrder, Operation, VolumeOrder};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::huawei::NAME;
use crate::huawei::body::{Flag, Password, Whole};
use crate::huawei::ciphertext::NewPassword;
use crate::huawei::detail;
use crate::huawei::detail::reservation;
use crate::huawei::fields::{check_user_data, description, metadata, said};
use crate::huawei::ids;
use crate::huawei::limits::{CREATE_MAX, DATA_VOLUMES_MAX, NICS_MAX};
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::body::{check_name, read};
use crate::huawei::nova::faults::Refusal;
use crate::huawei::nova::links::{Link, Links};
use crate::huawei::password;
use crate::{Action, Caller};

#[derive(Deserialize)]
struct Body {
    server: Wanted,
    #[serde(rename = "os:scheduler_hints", alias = "OS-SCH-HNT:scheduler_hints")]
    hints: Option<Hints>,
}

#[derive(Deserialize)]
struct Wanted {
    name: String,
    #[serde(rename = "flavorRef")]
    flavor: String,
    #[serde(rename = "imageRef")]
    image: Option<String>,
    networks: Option<Networks>,
    block_device_mapping_v2: Option<Vec<Mapping>>,
    #[serde(rename = "adminPass")]
    password: Option<Password>,
    min_count: Option<Whole>,
    max_count: Option<Whole>,
    #[serde(default)]
    return_reservation_id: Flag,
    key_name: Option<String>,
    availability_zone: Option<String>,
    security_groups: Option<Vec<Group>>,
    user_data: Option<String>,
    metadata: Option<BTreeMap<String, String>>,
    description: Option<String>,
}

#[derive(Deserialize)]
struct Hints {
    group: Option<String>,
    tenancy: Option<String>,
    dedicated_host_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "networks must be a list, auto or none")]
enum Networks {
    Listed(Vec<Network>),
    Word(String),
}

#[derive(Deserialize)]
struct Network {
    uuid: Option<String>,
    port: Option<String>,
    fixed_ip: Option<String>,
}

#[derive(Deserialize)]
struct Mapping {
    source_type: String,
    destination_type: Option<String>,
    boot_index: Option<Whole>,
    #[serde(default)]
    delete_on_termination: Flag,
    uuid: Option<String>,
    volume_size: Option<Whole>,
    volume_type: Option<String>,
}

#[derive(Deserialize)]
struct Group {
    name: Option<String>,
}

#[derive(Serialize)]
struct Accepted {
    server: Made,
}

#[derive(Serialize)]
struct Made {
    id: ServerId,
    links: [Link; 2],
    #[serde(rename = "OS-DCF:diskConfig")]
    disk_config: &'static str,
    security_groups: Vec<BTreeMap<&'static str, String>>,
    #[serde(rename = "adminPass")]
    password: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reservation_id: Option<String>,
}

/// The kind of disk where none is said.
const VOLUME_TYPE: &str = "SSD";

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>) -> Result<Action, Refusal> {
    let Body { server: mut wanted, hints } = read(call.call.request.body)?;
    let (secret, made) = NewPassword::unless_given(wanted.password.take(), call.call.context.gate);
    let fit = password::fit(secret.expose())
        .ok_or_else(|| Refusal::invalid("adminPass does not meet the complexity requirements."))?;
    let tells_reservation = wanted.return_reservation_id.0;
    let (least, most) = counts(&wanted)?;
    let name = wanted.name.clone();
    let mut create = order(call, wanted, hints)?;
    let reply = call.reply;
    let (caller, request) = (call.call.caller.clone(), call.call.context.request);
    let links = Links::of(call.call);
    Ok(Action::consult(move |view| {
        if let Some(refusal) = unfit(&create, view) {
            return Action::Answer(reply.refuse(&refusal));
        }
        let family = view.world.image(create.image).map_or(OsFamily::Linux, |image| image.family);
        if !fit.suits(family) {
            let message = "adminPass does not meet the complexity requirements of the image.";
            return Action::Answer(reply.refuse(&Refusal::invalid(message)));
        }
        create.names = names(&name, affordable(&create, caller.project, view, least, most));
        // Cloud-init on Linux takes the one or the other, and prefers what it is given.
        let void = create.details.user_data.is_some() && family == OsFamily::Linux;
        let told = secret.expose().to_owned();
        if let Some(made) = made {
            let details = Arc::make_mut(&mut create.details);
            let key_name = details.key_name.as_deref();
            let project = caller.project;
            details.encrypted_password =
                made.encrypted(view.world, project, create.image, key_name);
        }
        let operation = Operation::Create(create);
        let Caller { access_key, project, role: _ } = caller;
        let mut command = Command::new(project, access_key, NAME, request, operation, Vec::new());
        command.secret = (!void).then_some(secret);
        Action::order(command, move |receipt, view| {
            let receipt = match receipt {
                Ok(receipt) => receipt,
                Err(fault) => return reply.refuse(&Refusal::of(fault)),
            };
            let made = receipt.servers().next().and_then(|id| view.world.server(id));
            let Some(server) = made else {
                return reply.refuse(&Refusal::new(500, "The server is gone already."));
            };
            let groups = detail::security_groups(server, view.world);
            let server = Made {
                id: server.id,
                links: links.both("servers", &server.id.to_string()),
                disk_config: "MANUAL",
                security_groups: groups
                    .into_iter()
                    .map(|group| BTreeMap::from([("name", group.name)]))
                    .collect(),
                password: told,
                reservation_id: tells_reservation.then(|| reservation(server).into_owned()),
            };
            reply.json(202, &Accepted { server })
        })
    }))
}

/// The fewest and the most servers wanted.
fn counts(wanted: &Wanted) -> Result<(usize, usize), Refusal> {
    let read = |what: &str, count: Option<Whole>| match count {
        None => Ok(None),
        Some(Whole(count @ 1..=CREATE_MAX)) => Ok(usize::try_from(count).ok()),
        Some(Whole(_)) => {
            Err(Refusal::invalid(format!("{what} must be an integer from 1 to {CREATE_MAX}.")))
        }
    };
    let least = read("min_count", wanted.min_count)?;
    let most = read("max_count", wanted.max_count)?;
    let least_or_one = least.unwrap_or(1);
    let most = most.unwrap_or(least_or_one);
    if least_or_one > most {
        return Err(Refusal::invalid("min_count must be <= max_count"));
    }
    Ok((least_or_one, most))
}

/// As many as the quota leaves room for, at least the fewest wanted.
fn affordable(
    create: &Create,
    project: ProjectId,
    view: &View<'_>,
    least: usize,
    most: usize,
) -> usize {
    let flavor = view.world.flavor(&create.flavor);
    let (vcpus, ram) = flavor.map_or((0, 0), |flavor| (flavor.vcpus, flavor.ram_mib));
    let fits = |count: &usize| {
        let count = i64::try_from(*count).unwrap_or(i64::MAX);
        view.world.has_room(project, count, count * i64::from(vcpus), count * i64::from(ram))
    };
    (least..=most).rev().find(fits).unwrap_or(least)
}

/// One name as it stands, several with their numbers.
fn names(name: &str, count: usize) -> Vec<Arc<str>> {
    if count == 1 {
        return vec![name.into()];
    }
    (1..=count).map(|number| format!("{name}-{number}").into()).collect()
}

/// What only the fleet can say of an order.
fn unfit(create: &Create, view: &View<'_>) -> Option<Refusal> {
    let zone = &create.details.zone;
    if !zone.is_empty() && !view.world.zones().any(|known| known == zone) {
        return Some(Refusal::invalid("The requested availability zone is not available"));
    }
    let least = view.world.image(create.image)?.disk_gib_min;
    let size = create.volumes.first()?.size_gib?;
    (size < least).then(|| {
        Refusal::invalid(format!(
            "Volume is smaller than the minimum size of the image: {least} GiB."
        ))
    })
}

fn order(call: &NovaCall<'_>, wanted: Wanted, placing: Option<Hints>) -> Result<Create, Refusal> {
    let Wanted {
        name,
        flavor,
        image,
        networks,
        block_device_mapping_v2,
        password: _,
        min_count: _,
        max_count: _,
        return_reservation_id: _,
        key_name,
        availability_zone,
        security_groups,
        user_data,
        metadata: pairs,
        description: text,
    } = wanted;
    // Room for the numbers that several servers get.
    check_name(&name, NAME_CHARS_MAX - "-100".len())?;
    let user_data = said(user_data);
    user_data.as_deref().map(check_user_data).transpose()?;
    let zone = said(availability_zone).unwrap_or_default();
    if zone.contains(':') {
        let message = "Policy doesn't allow os_compute_api:servers:create:forced_host to be \
                       performed.";
        return Err(Refusal::new(403, message));
    }
    let disks = disks(said(image), block_device_mapping_v2.unwrap_or_default())?;
    let mut hints: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
    let mut hint = |name: &str, value: String| hints.insert(name.into(), value.into());
    hint(detail::HINT_CHARGING, detail::POSTPAID.to_owned());
    hint(detail::HINT_USER, ids::user(&call.call.caller.access_key));
    hint(detail::HINT_RESERVATION, format!("r-{}", call.call.context.request.handle()));
    let mut server_group = None;
    if let Some(Hints { group, tenancy, dedicated_host_id }) = placing {
        server_group = said(group).map(|id| ids::wide("group", &id)).transpose()?;
        for (name, text) in
            [(detail::HINT_TENANCY, tenancy), (detail::HINT_DEDICATED_HOST, dedicated_host_id)]
        {
            if let Some(text) = said(text) {
                hint(name, text);
            }
        }
    }
    let details = Details {
        zone: zone.into(),
        description: description(text)?,
        key_name: said(key_name).map(Into::into),
        user_data: user_data.map(Into::into),
        security_groups: groups(security_groups.unwrap_or_default())?,
        server_group: server_group.map(ServerGroupId),
        metadata: metadata(pairs.unwrap_or_default())?,
        hints,
        ..Details::default()
    };
    Ok(Create {
        spread: false,
        names: Vec::new(),
        flavor: flavor.into(),
        image: disks.image,
        details: Arc::new(details),
        nics: nics(networks)?,
        volumes: disks.volumes,
    })
}

struct Disks {
    image: ImageId,
    volumes: Vec<VolumeOrder>,
}

/// The image and the disks: the one that is booted from first.
fn disks(image: Option<String>, mappings: Vec<Mapping>) -> Result<Disks, Refusal> {
    if mappings.len() > DATA_VOLUMES_MAX + 1 {
        let message = format!("At most {} block devices are allowed.", DATA_VOLUMES_MAX + 1);
        return Err(Refusal::invalid(message));
    }
    let mut image = image;
    let mut boot = None;
    let mut others = Vec::new();
    for mapping in mappings {
        let Mapping {
            source_type,
            destination_type,
            boot_index,
            delete_on_termination,
            uuid,
            volume_size,
            volume_type,
        } = mapping;
        if destination_type.is_some_and(|kind| kind != "volume") {
            return Err(Refusal::invalid("destination_type must be volume."));
        }
        let size_gib = match volume_size {
            None => None,
            Some(Whole(size @ 1..=32_768)) => u32::try_from(size).ok(),
            Some(Whole(_)) => {
                return Err(Refusal::invalid("volume_size must be from 1 to 32768."));
            }
        };
        let class = said(volume_type).unwrap_or_else(|| VOLUME_TYPE.to_owned()).into();
        let volume = VolumeOrder { size_gib, class, delete_with_server: delete_on_termination.0 };
        let boots = boot_index == Some(Whole(0));
        match source_type.as_str() {
            "image" if boots && boot.is_none() => {
                let id = said(uuid)
                    .ok_or_else(|| Refusal::invalid("An image to boot from needs its uuid."))?;
                if image.as_ref().is_some_and(|named| *named != id) {
                    return Err(Refusal::invalid("imageRef and the boot disk name two images."));
                }
                image = Some(id);
                boot = Some(volume);
            }
            "blank" if !boots => {
                if volume.size_gib.is_none() {
                    return Err(Refusal::invalid("A blank volume needs a volume_size."));
                }
                others.push(volume);
            }
            _ => {
                let message = "Block Device Mapping is Invalid: one boot disk from an image and \
                               blank disks beside it are supported.";
                return Err(Refusal::invalid(message));
            }
        }
    }
    let image = image.ok_or_else(|| Refusal::invalid("Invalid imageRef provided."))?;
    let id =
        ids::wide("image", &image).map_err(|_| Refusal::invalid("Invalid imageRef provided."))?;
    let boot = boot.unwrap_or_else(|| VolumeOrder {
        size_gib: None,
        class: VOLUME_TYPE.into(),
        delete_with_server: true,
    });
    let volumes = std::iter::once(boot).chain(others).collect();
    Ok(Disks { image: ImageId(id), volumes })
}

/// One interface for each network; one alone where none is named.
fn nics(networks: Option<Networks>) -> Result<Vec<NicOrder>, Refusal> {
    let networks = match networks {
        None => return Ok(vec![NicOrder::default()]),
        Some(Networks::Word(word)) => {
            return match word.as_str() {
                "auto" => nics(None),
                "none" => Ok(Vec::new()),
                _ => Err(Refusal::invalid("networks must be a list, auto or none.")),
            };
        }
        Some(Networks::Listed(networks)) => networks,
    };
    if networks.is_empty() {
        return nics(None);
    }
    if networks.len() > NICS_MAX {
        return Err(Refusal::invalid(format!("At most {NICS_MAX} networks are allowed.")));
    }
    let order = |Network { uuid, port, fixed_ip }: Network| {
        let port = said(port).map(|id| ids::wide("port", &id)).transpose()?;
        let subnet = said(uuid).map(|id| ids::wide("network", &id)).transpose()?;
        if port.is_none() && subnet.is_none() {
            return Err(Refusal::invalid("A network needs a uuid or a port."));
        }
        let address = said(fixed_ip).map(|text| {
            let message = "fixed_ip must be an IPv4 address.";
            text.parse::<Ipv4Addr>().map_err(|_| Refusal::invalid(message))
        });
        // A port brings its own address.
        let address = address.transpose()?.filter(|_| port.is_none());
        Ok(NicOrder {
            virtual_addresses: Vec::new(),
            subnet: subnet.map(NetworkId),
            address,
            port: port.map(PortId),
            security_groups: Vec::new(),
        })
    };
    networks.into_iter().map(order).collect()
}

/// Groups by their ids. Of names only that of the default group is known, which is there anyway.
fn groups(groups: Vec<Group>) -> Result<Vec<NetworkId>, Refusal> {
    let named = groups.into_iter().filter_map(|Group { name }| said(name));
    named
        .filter(|name| name != "default")
        .map(|name| {
            let id = ids::wide("security group", &name);
            id.map(NetworkId).map_err(|_| {
                let shown: String = name.chars().take(255).collect();
                Refusal::invalid(format!("Security group {shown} not found."))
            })
        })
        .collect()
}
