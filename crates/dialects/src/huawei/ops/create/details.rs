//! What is checked and kept of a create request beyond its names, its image and its flavor.

use std::net::Ipv4Addr;

use regiment_core::model::{ImageId, NetworkId, PortId, ServerGroupId, Tag};
use regiment_core::ops::{NicOrder, VolumeOrder};

use super::wire::{
    Charging, CpuOptions, EnclaveOptions, Extend, Group, Nic, PublicAddress, SchedulerHints,
    SecurityOptions, TagPair, Volume,
};
use crate::huawei::body::{Flag, Whole};
use crate::huawei::detail;
use crate::huawei::faults::Row;
use crate::huawei::fields::{Hints, VOLUME_TYPES, check_period, said, tag_pairs};
use crate::huawei::ids;
use crate::huawei::limits::{DATA_VOLUME_GIB, DATA_VOLUMES_MAX, NICS_MAX, ROOT_VOLUME_GIB};
use crate::huawei::ops::nics::virtual_addresses;
use crate::huawei::route::Age;

pub(super) fn nics(nics: Vec<Nic>) -> Result<Vec<NicOrder>, Row> {
    if nics.is_empty() || nics.len() > NICS_MAX {
        return Err(Row::invalid(format!("nics must have from 1 to {NICS_MAX} entries.")));
    }
    nics.into_iter()
        .map(|Nic { subnet_id, port_id, ip_address, allowed_address_pairs }| {
            let subnet = said(subnet_id).map(|id| ids::wide("subnet_id", &id)).transpose()?;
            let port = said(port_id).map(|id| ids::wide("port_id", &id)).transpose()?;
            if subnet.is_none() && port.is_none() {
                return Err(Row::invalid("a nic needs a subnet_id or a port_id."));
            }
            let address = said(ip_address).map(|text| {
                let unfit = |_| Row::invalid("ip_address must be an IPv4 address.");
                text.parse::<Ipv4Addr>().map_err(unfit)
            });
            Ok(NicOrder {
                subnet: subnet.map(NetworkId),
                // A port brings its own address.
                address: address.transpose()?.filter(|_| port.is_none()),
                port: port.map(PortId),
                security_groups: Vec::new(),
                virtual_addresses: virtual_addresses(allowed_address_pairs),
            })
        })
        .collect()
}

pub(super) fn volumes(root: Volume, data: Vec<Volume>) -> Result<Vec<VolumeOrder>, Row> {
    if data.len() > DATA_VOLUMES_MAX {
        let message = format!("data_volumes must have at most {DATA_VOLUMES_MAX} entries.");
        return Err(Row::invalid(message));
    }
    let mut orders = vec![volume("root_volume", root, ROOT_VOLUME_GIB)?];
    // The boot disk goes with its server.
    orders[0].delete_with_server = true;
    for one in data {
        if one.size.is_none() {
            return Err(Row::invalid("a data volume needs a size."));
        }
        orders.push(volume("data_volumes", one, DATA_VOLUME_GIB)?);
    }
    Ok(orders)
}

/// The images that data disks are made from, each with the size of the disk.
pub(super) fn data_images(data: Option<&[Volume]>) -> Result<Vec<(ImageId, i64)>, Row> {
    let named = data.into_iter().flatten().filter_map(|volume| {
        let id = volume.data_image_id.as_ref().filter(|id| !id.is_empty())?;
        Some((id, volume.size.map_or(0, |Whole(size)| size)))
    });
    named.map(|(id, size)| Ok((ImageId(ids::wide("data_image_id", id)?), size))).collect()
}

fn volume(
    what: &str,
    volume: Volume,
    sizes: std::ops::RangeInclusive<i64>,
) -> Result<VolumeOrder, Row> {
    let Volume { volumetype, size, delete_on_termination, data_image_id: _ } = volume;
    if !VOLUME_TYPES.contains(&volumetype.as_str()) {
        return Err(Row::invalid(format!("{what}: volumetype must be one of {VOLUME_TYPES:?}.")));
    }
    let size_gib = match size {
        Some(Whole(size)) if sizes.contains(&size) => u32::try_from(size).ok(),
        Some(_) => {
            let (from, to) = (sizes.start(), sizes.end());
            return Err(Row::invalid(format!("{what}: size must be from {from} to {to}.")));
        }
        None => None,
    };
    let delete_with_server = delete_on_termination.0;
    Ok(VolumeOrder { size_gib, class: volumetype.into(), delete_with_server })
}

pub(super) fn security_groups(groups: Vec<Group>) -> Result<Vec<NetworkId>, Row> {
    let given = groups.into_iter().filter_map(|Group { id }| said(id));
    given.map(|id| ids::wide("security group id", &id).map(NetworkId)).collect()
}

/// Both forms of tags: pairs, and the old `key.value`.
pub(super) fn tags(pairs: Vec<TagPair>, old: Vec<String>) -> Result<Vec<Tag>, Row> {
    let old = old.into_iter().map(|text| match text.split_once('.') {
        Some((key, value)) => (key.to_owned(), value.to_owned()),
        None => (text, String::new()),
    });
    let pairs = pairs.into_iter().map(|TagPair { key, value }| (key, value));
    tag_pairs(pairs.chain(old).collect())
}

/// How the server is paid for: as it is shown in metadata.
/// With so many months if that is in advance.
pub(super) fn charging(extend: Option<&Extend>, age: Age) -> Result<(&'static str, u32), Row> {
    let Some(extend) = extend else { return Ok((detail::POSTPAID, 0)) };
    let spot = extend.market.as_deref() == Some("spot");
    let prepaid = match (&extend.charging, age) {
        (None | Some(Charging::Number(0)), _) => false,
        (Some(Charging::Word(word)), _) if word == "0" => false,
        (Some(Charging::Word(word)), Age::V11) if word == "postPaid" => false,
        (Some(Charging::Word(word)), Age::V11) if word == "prePaid" => true,
        (Some(Charging::Number(_) | Charging::Word(_)), Age::V1) => {
            return Err(Row::invalid("extendparam: chargingMode must be 0."));
        }
        (Some(Charging::Number(_) | Charging::Word(_)), Age::V11) => {
            return Err(Row::invalid("extendparam: chargingMode must be prePaid or postPaid."));
        }
    };
    if !prepaid {
        return Ok((if spot { detail::SPOT } else { detail::POSTPAID }, 0));
    }
    let names = ["periodType", "periodNum"];
    let months =
        check_period("extendparam", names, extend.period_type.as_deref(), extend.period_num)?;
    Ok((detail::PREPAID, months))
}

pub(super) fn public_address(wanted: Option<PublicAddress>, hints: &mut Hints) -> Result<(), Row> {
    let kind = match wanted {
        None => return Ok(()),
        Some(PublicAddress { id: Some(id), eip: None }) => id,
        Some(PublicAddress { id: None, eip: Some(eip) }) => {
            let shared = match eip.bandwidth.sharetype.as_str() {
                "PER" => false,
                "WHOLE" => true,
                _ => return Err(Row::invalid("publicip: sharetype must be PER or WHOLE.")),
            };
            let sized = eip.bandwidth.size.is_some_and(|Whole(size)| (1..=2000).contains(&size));
            if shared && eip.bandwidth.id.is_none() || !shared && !sized {
                let message =
                    "publicip: a bandwidth needs a size from 1 to 2000, a shared one an id.";
                return Err(Row::invalid(message));
            }
            eip.iptype
        }
        Some(
            PublicAddress { id: Some(_), eip: Some(_) } | PublicAddress { id: None, eip: None },
        ) => {
            return Err(Row::invalid("publicip needs either an id or an eip."));
        }
    };
    hints.insert(detail::HINT_PUBLIC.into(), kind.into());
    Ok(())
}

/// Where the server is to stand, and the group it is to be in.
pub(super) fn scheduler_hints(
    given: Option<SchedulerHints>,
    hints: &mut Hints,
) -> Result<Option<ServerGroupId>, Row> {
    let Some(SchedulerHints { group, tenancy, dedicated_host_id }) = given else {
        return Ok(None);
    };
    for (name, text) in
        [(detail::HINT_TENANCY, tenancy), (detail::HINT_DEDICATED_HOST, dedicated_host_id)]
    {
        if let Some(text) = said(text) {
            hints.insert(name.into(), text.into());
        }
    }
    said(group).map(|id| ids::wide("group", &id).map(ServerGroupId)).transpose()
}

pub(super) fn options(
    cpu: Option<CpuOptions>,
    security: Option<SecurityOptions>,
    enclave: Option<EnclaveOptions>,
    hints: &mut Hints,
) -> Result<(), Row> {
    match cpu.and_then(|cpu| cpu.threads) {
        Some(Whole(threads @ 1..=2)) => {
            hints.insert(detail::HINT_THREADS.into(), threads.to_string().into());
        }
        Some(_) => return Err(Row::invalid("cpu_options: hw:cpu_threads must be 1 or 2.")),
        None => {}
    }
    let (boot, tpm) = security
        .map_or((None, None), |SecurityOptions { secure_boot_enabled, tpm_enabled }| {
            (secure_boot_enabled, tpm_enabled)
        });
    let enclave = enclave.and_then(|EnclaveOptions { enabled }| enabled);
    for (name, flag) in
        [(detail::HINT_SECURE_BOOT, boot), (detail::HINT_TPM, tpm), (detail::HINT_ENCLAVE, enclave)]
    {
        if let Some(Flag(on)) = flag {
            hints.insert(name.into(), on.to_string().into());
        }
    }
    Ok(())
}
