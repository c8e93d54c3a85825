//! A server's interfaces: adding and deleting them, moving the server to another network, and what
//! can be changed of one interface.
//!
//! Deliberately absent: ports that belong to no server, supplementary interfaces, IPv6. Networks
//! themselves are shown by the room beside this one, [`vpc`](crate::huawei::vpc).

mod add_nics;
mod change_interface;
mod change_vpc;
mod delete_nics;
pub(in crate::huawei) mod list_interfaces;
mod show_attachable_nics;
mod update_interface;
mod virtual_address;

use std::borrow::Cow;
use std::net::Ipv4Addr;

use regiment_core::command::TargetRef;
use regiment_core::model::{Fault, FaultKind, NetworkId, PortId, ProjectId, Server, ServerId};
use regiment_core::ops::NicOrder;
use regiment_core::view::View;
use serde::Deserialize;

use crate::Action;
use crate::huawei::body::target;
use crate::huawei::faults::{Row, no_such_server};
use crate::huawei::fields::said;
use crate::huawei::{Call, ids};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    AddNics(Cow<'a, str>),
    DeleteNics(Cow<'a, str>),
    ChangeVpc(Cow<'a, str>),
    ListInterfaces(Cow<'a, str>),
    ShowAttachableNics(Cow<'a, str>),
    /// The server, and the port.
    UpdateInterface(Cow<'a, str>, Cow<'a, str>),
    ChangeInterface(Cow<'a, str>, Cow<'a, str>),
    /// The port.
    VirtualAddress(Cow<'a, str>),
}

/// The operation of a method and the parts of a path.
pub(in crate::huawei) fn find<'a>(method: &str, parts: &[Cow<'a, str>]) -> Option<Route<'a>> {
    let words: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    let ["v1", _, "cloudservers", rest @ ..] = words.as_slice() else { return None };
    let part = |at: usize| parts[at].clone();
    match (method, rest) {
        ("PUT", ["nics", _]) => Some(Route::VirtualAddress(part(4))),
        ("POST", [_, "nics"]) => Some(Route::AddNics(part(3))),
        ("POST", [_, "nics", "delete"]) => Some(Route::DeleteNics(part(3))),
        ("POST", [_, "changevpc"]) => Some(Route::ChangeVpc(part(3))),
        ("GET", [_, "os-interface"]) => Some(Route::ListInterfaces(part(3))),
        ("GET", [_, "os-interface_extension"]) => Some(Route::ShowAttachableNics(part(3))),
        ("PUT", [_, "os-interface", _]) => Some(Route::UpdateInterface(part(3), part(5))),
        ("POST", [_, "os-interface", _, "change-network-interface"]) => {
            Some(Route::ChangeInterface(part(3), part(5)))
        }
        _ => None,
    }
}

pub(in crate::huawei) fn decode(call: &Call<'_>, route: Route<'_>) -> Result<Action, Row> {
    match route {
        Route::AddNics(id) => add_nics::decode(call, &id),
        Route::DeleteNics(id) => delete_nics::decode(call, &id),
        Route::ChangeVpc(id) => change_vpc::decode(call, &id),
        Route::ListInterfaces(id) => Ok(list_interfaces::decode(call, &id)),
        Route::ShowAttachableNics(id) => Ok(show_attachable_nics::decode(call, &id)),
        Route::UpdateInterface(id, port) => update_interface::decode(call, &id, &port),
        Route::ChangeInterface(id, port) => change_interface::decode(call, &id, &port),
        Route::VirtualAddress(port) => virtual_address::decode(call, &port),
    }
}

/// An interface as a client orders it. What it says of IPv6 and of elastic interfaces has no effect.
#[derive(Deserialize)]
struct Wanted {
    subnet_id: Option<String>,
    port_id: Option<String>,
    ip_address: Option<String>,
    security_groups: Option<Vec<Named>>,
    allowed_address_pairs: Option<Vec<AddressPair>>,
}

/// An address that an interface answers to beside its own; ranges of them and those of IPv6 have no effect.
#[derive(Deserialize)]
pub(in crate::huawei::ops) struct AddressPair {
    ip_address: Option<String>,
}

/// The addresses among what is allowed.
pub(in crate::huawei::ops) fn virtual_addresses(pairs: Option<Vec<AddressPair>>) -> Vec<Ipv4Addr> {
    let named = pairs.into_iter().flatten().filter_map(|AddressPair { ip_address }| ip_address);
    let mut addresses: Vec<Ipv4Addr> = named.filter_map(|text| text.parse().ok()).collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

impl Wanted {
    fn order(self) -> Result<NicOrder, Row> {
        let Wanted { subnet_id, port_id, ip_address, security_groups, allowed_address_pairs } =
            self;
        let subnet = said(subnet_id).map(|id| ids::wide("subnet_id", &id)).transpose()?;
        let port = said(port_id).map(|id| ids::wide("port_id", &id)).transpose()?;
        if subnet.is_none() && port.is_none() {
            return Err(Row::invalid("a nic needs a subnet_id or a port_id."));
        }
        let groups = security_groups.unwrap_or_default().into_iter();
        let groups = groups.map(|Named { id }| ids::wide("security group id", &id).map(NetworkId));
        let address = said(ip_address).map(|text| ids::address(&text)).transpose()?;
        Ok(NicOrder {
            subnet: subnet.map(NetworkId),
            // A port brings its own address.
            address: address.filter(|_| port.is_none()),
            port: port.map(PortId),
            security_groups: groups.collect::<Result<_, _>>()?,
            virtual_addresses: virtual_addresses(allowed_address_pairs),
        })
    }
}

/// Why an edit of the server that a path names was refused.
fn refused(id: &str, fault: &Fault) -> Row {
    if fault.kind == FaultKind::ServerNotFound { no_such_server(id) } else { Row::of(fault) }
}

/// The server that a path names.
fn server_id(id: &str) -> Result<ServerId, Row> {
    match target(id) {
        TargetRef::Server(id) => Ok(id),
        TargetRef::Short(_)
        | TargetRef::Balancer(_)
        | TargetRef::Disk(_)
        | TargetRef::Image(_)
        | TargetRef::Unreadable(_) => Err(no_such_server(id)),
    }
}

/// The caller's server that a path names.
pub(in crate::huawei) fn server<'a>(
    view: &View<'a>,
    project: ProjectId,
    id: &str,
) -> Result<&'a Server, Row> {
    let found = server_id(id).ok().and_then(|id| view.world.server(id));
    found.filter(|server| server.project == project).ok_or_else(|| no_such_server(id))
}
