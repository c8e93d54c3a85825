//! Ids that this cloud has and the core does not: derived, so that they are the same each time.

use std::net::Ipv4Addr;

use regiment_core::model::{NetworkId, ProjectId, RequestId, ServerId, Time, VolumeId};

use super::faults::Row;
use super::times;
use crate::sign;

/// Reads an id of 32 hexadecimal digits, dashed or plain.
pub(super) fn wide(what: &str, text: &str) -> Result<u128, Row> {
    NetworkId::parse_dashed(text)
        .or_else(|| NetworkId::parse_plain(text))
        .map(|id| id.0)
        .ok_or_else(|| {
            let shown: String = text.chars().take(64).collect();
            Row::invalid(format!("{what}[{shown}] is not uuid."))
        })
}

/// Reads an IPv4 address.
pub(super) fn address(text: &str) -> Result<Ipv4Addr, Row> {
    text.parse().map_err(|_| Row::invalid("ip_address must be an IPv4 address."))
}

/// An order's id: `CS`, ten digits of the time, five letters and digits.
pub(super) fn order(at: Time, request: RequestId) -> String {
    let letters = request.handle().to_string().to_ascii_uppercase();
    format!("CS{}{}", times::digits(at), &letters[letters.len() - 5..])
}

fn derived(what: &str, of: &str) -> u128 {
    let digest = sign::sha256(format!("{what}:{of}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(bytes)
}

/// A number that always belongs to the same thing.
pub(super) fn small(of: &str) -> u32 {
    u32::try_from(derived("number", of) & 0x7FFF_FFFF).expect("31 bits fit")
}

/// A random-looking UUID that always belongs to the same thing.
fn derived_uuid(what: &str, of: &str) -> u128 {
    derived(what, of) & !(0xF << 76) & !(0b11 << 62) | 0x4 << 76 | 0b10 << 62
}

/// The network of a server that was given none.
pub(super) fn default_network(project: ProjectId) -> NetworkId {
    NetworkId(derived_uuid("vpc", &project.plain()))
}

/// The one subnet that OpenStack's half sees in the network that is a subnet here.
pub(super) fn neutron_subnet(subnet: NetworkId) -> NetworkId {
    NetworkId(derived_uuid("neutron-subnet", &subnet.plain()))
}

/// The security group of a server that was given none.
pub(super) fn default_group(project: ProjectId) -> NetworkId {
    NetworkId(derived_uuid("group", &project.plain()))
}

/// The account that a project belongs to.
pub(super) fn domain(project: ProjectId) -> String {
    format!("{:032x}", derived("domain", &project.plain()))
}

/// The user that an access key belongs to.
pub(super) fn user(access_key: &str) -> String {
    format!("{:032x}", derived("user", access_key))
}

/// The id of an endpoint or a service in a token's catalog.
pub(super) fn of_catalog(name: &str) -> String {
    format!("{:032x}", derived("catalog", name))
}

/// A host as one tenant sees it: 56 hexadecimal digits.
pub(super) fn host(project: ProjectId, host: &str) -> String {
    hex::encode(&sign::sha256(format!("{}:{host}", project.plain()).as_bytes())[..28])
}

/// One disk in one server.
pub(super) fn attachment(disk: VolumeId, server: ServerId) -> String {
    VolumeId(derived_uuid("attachment", &format!("{disk}:{server}"))).to_string()
}

/// The id of a kind of disk.
pub(super) fn disk_type(name: &str) -> String {
    VolumeId(derived_uuid("volume type", name)).to_string()
}

/// The name by which hosts know a disk: 32 hexadecimal digits that begin with the maker's.
pub(super) fn disk_name(disk: VolumeId) -> String {
    format!("6888603{}", &disk.plain()[7..])
}
