//! What is checked and kept of a create request beyond its names, its image and its flavor.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use regiment_core::model::{ImageId, NetworkId, PortId, ServerGroupId, Tag, Time};
use regiment_core::ops::{NicOrder, VolumeOrder};

use super::wire::{
    Charging, CpuOptions, EnclaveOptions, Extend, Group, MetadataOptions, Nic, PublicAddress,
    SchedulerHints, SecurityOptions, TagPair, Volume,
};
use crate::huawei::body::{Flag, Whole};
use crate::huawei::detail;
use crate::huawei::faults::Row;
use crate::huawei::limits::{
    DATA_VOLUME_GIB, DATA_VOLUMES_MAX, DESCRIPTION_CHARS_MAX, METADATA_CHARS_MAX, METADATA_MAX,
    NICS_MAX, ROOT_VOLUME_GIB, TAG_KEY_CHARS_MAX, TAG_VALUE_CHARS_MAX, TAGS_MAX,
    TERMINATE_AFTER_MS_MAX, TERMINATE_AFTER_MS_MIN, USER_DATA_CHARS_MAX,
};
use crate::huawei::ops::nics::virtual_addresses;
use crate::huawei::route::Age;
use crate::huawei::{ids, times};

pub(in crate::huawei) type Hints = BTreeMap<Arc<str>, Arc<str>>;

/// Text that is there and not empty.
pub(super) fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

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

pub(in crate::huawei) const VOLUME_TYPES: [&str; 9] =
    ["SATA", "SAS", "SSD", "GPSSD", "co-p1", "uh-l1", "ESSD", "GPSSD2", "ESSD2"];

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

/// Up to ten tags, each key once.
pub(in crate::huawei::ops) fn tag_pairs(all: Vec<(String, String)>) -> Result<Vec<Tag>, Row> {
    if all.len() > TAGS_MAX {
        return Err(Row::new("Ecs.0905", 400, "A server can have at most 10 tags."));
    }
    let mut seen = BTreeSet::new();
    all.into_iter()
        .map(|(key, value)| {
            let (key_chars, value_chars) = (key.chars().count(), value.chars().count());
            if !(1..=TAG_KEY_CHARS_MAX).contains(&key_chars) || value_chars > TAG_VALUE_CHARS_MAX {
                return Err(Row::new("Ecs.0906", 400, "A tag's key or value has a wrong length."));
            }
            let forbidden = |c: char| c.is_control() || "=*<>\\,|/".contains(c);
            if key.contains(forbidden) || value.contains(forbidden) {
                return Err(Row::new("Ecs.0907", 400, "A tag contains invalid characters."));
            }
            if !seen.insert(key.clone()) {
                return Err(Row::new("Ecs.0908", 400, "A tag's key is given twice."));
            }
            Ok(Tag { key: key.into(), value: value.into() })
        })
        .collect()
}

pub(in crate::huawei) fn metadata(given: BTreeMap<String, String>) -> Result<Hints, Row> {
    if given.len() > METADATA_MAX {
        let message = format!("metadata must have at most {METADATA_MAX} pairs.");
        return Err(Row::invalid(message));
    }
    metadata_pairs(given)
}

pub(in crate::huawei::ops) fn metadata_pairs(
    given: BTreeMap<String, String>,
) -> Result<Hints, Row> {
    let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.');
    given
        .into_iter()
        .map(|(key, value)| {
            let fits = (1..=METADATA_CHARS_MAX).contains(&key.chars().count())
                && key.chars().all(named)
                && value.chars().count() <= METADATA_CHARS_MAX;
            if fits {
                Ok((key.into(), value.into()))
            } else {
                Err(Row::invalid("metadata: a key or a value is not allowed."))
            }
        })
        .collect()
}

pub(in crate::huawei) fn check_user_data(text: &str) -> Result<(), Row> {
    if text.len() > USER_DATA_CHARS_MAX {
        return Err(Row::invalid("user_data is too long."));
    }
    match BASE64_STANDARD.decode(text) {
        Ok(_) => Ok(()),
        Err(_) => Err(Row::invalid("user_data must be base64.")),
    }
}

pub(in crate::huawei) fn description(text: Option<String>) -> Result<Arc<str>, Row> {
    let text = text.unwrap_or_default();
    if text.chars().count() > DESCRIPTION_CHARS_MAX || text.contains(['<', '>']) {
        return Err(Row::new("Ecs.0041", 400, "The description is too long or contains < or >."));
    }
    Ok(text.into())
}

/// When the server is to be taken away; the seconds do not count.
pub(in crate::huawei::ops) fn auto_terminate(
    text: Option<String>,
    now: Time,
) -> Result<Option<Time>, Row> {
    let Some(text) = said(text) else { return Ok(None) };
    let unfit = Row::new("Ecs.0082", 400, "auto_terminate_time is not allowed.");
    let at = times::parse_plain(&text).ok_or_else(|| unfit.clone())?;
    let after_ms = at.ms_since(now);
    if after_ms < 0 {
        return Err(Row::new("Ecs.0083", 403, "auto_terminate_time has passed."));
    }
    if !(TERMINATE_AFTER_MS_MIN..=TERMINATE_AFTER_MS_MAX).contains(&after_ms) {
        return Err(unfit);
    }
    Ok(Some(Time(at.0 - at.0.rem_euclid(60_000))))
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

/// What is paid for in advance: one to nine months, or one to three years, as months. The fields are
/// in `inside` and have the names `kind` and `count`.
pub(in crate::huawei::ops) fn check_period(
    inside: &str,
    [kind, count]: [&str; 2],
    period_type: Option<&str>,
    period_num: Option<Whole>,
) -> Result<u32, Row> {
    let (most, months) = match period_type {
        Some("month") => (9, 1),
        Some("year") => (3, 12),
        _ => return Err(Row::invalid(format!("{inside}: {kind} must be month or year."))),
    };
    match period_num {
        Some(Whole(number)) if (1..=most).contains(&number) => {
            Ok(months * u32::try_from(number).unwrap_or(1))
        }
        _ => Err(Row::invalid(format!("{inside}: {count} must be from 1 to {most}."))),
    }
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

/// How a server may ask for its own metadata.
pub(in crate::huawei::ops) fn metadata_options(options: MetadataOptions) -> Result<Hints, Row> {
    let MetadataOptions { http_endpoint, http_tokens } = options;
    let mut hints = Hints::new();
    for (key, name, given, allowed) in [
        ("http_endpoint", detail::HINT_METADATA_ENDPOINT, http_endpoint, ["enabled", "disabled"]),
        ("http_tokens", detail::HINT_METADATA_TOKENS, http_tokens, ["optional", "required"]),
    ] {
        let Some(given) = said(given) else { continue };
        if !allowed.contains(&given.as_str()) {
            let [one, other] = allowed;
            return Err(Row::invalid(format!("{key} must be {one} or {other}.")));
        }
        hints.insert(name.into(), given.into());
    }
    Ok(hints)
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
