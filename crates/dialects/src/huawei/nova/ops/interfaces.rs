//! `…/servers/{server_id}/os-interface` and `…/{port_id}`: the interfaces of one server.

use std::net::Ipv4Addr;

use regiment_core::model::{FaultKind, NetworkId, Nic, PortId, Server};
use regiment_core::ops::{AddNics, DeleteNics, NicOrder, Operation};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::huawei::detail::mac_text;
use crate::huawei::ids;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::body::read;
use crate::huawei::nova::faults::Refusal;
use crate::huawei::nova::server::find;
use crate::huawei::nova::version::DEVICE_TAG;
use crate::huawei::ops::nics::list_interfaces::{FixedAddress, port_state};

#[derive(Serialize)]
struct Listed {
    #[serde(rename = "interfaceAttachments")]
    interfaces: Vec<Interface>,
}

#[derive(Serialize)]
struct Shown {
    #[serde(rename = "interfaceAttachment")]
    interface: Interface,
}

#[derive(Serialize)]
struct Interface {
    fixed_ips: [FixedAddress; 1],
    mac_addr: String,
    /// What this cloud calls a subnet.
    net_id: String,
    port_id: PortId,
    port_state: &'static str,
}

impl Interface {
    fn of(nic: &Nic, port_state: &'static str) -> Interface {
        Interface {
            fixed_ips: [FixedAddress::of(nic)],
            mac_addr: mac_text(nic.mac),
            net_id: nic.subnet.map(|id| id.to_string()).unwrap_or_default(),
            port_id: nic.port,
            port_state,
        }
    }
}

pub(in crate::huawei::nova) fn list(call: &NovaCall<'_>, id: &str) -> Action {
    let reply = call.reply;
    call.look(call.errand(id, "show"), move |server, _| {
        let nics = server.details.nics.iter();
        let interfaces = nics.map(|nic| Interface::of(nic, port_state(server))).collect();
        reply.json(200, &Listed { interfaces })
    })
}

pub(in crate::huawei::nova) fn show(call: &NovaCall<'_>, id: &str, port: &str) -> Action {
    let (reply, words) = (call.reply, port.to_owned());
    let port = PortId::parse_dashed(port);
    call.look(call.errand(id, "show"), move |server, _| {
        match port.and_then(|port| nic_of(server, port)) {
            Some(nic) => {
                reply.json(200, &Shown { interface: Interface::of(nic, port_state(server)) })
            }
            None => reply.refuse(&not_attached(&words)),
        }
    })
}

fn nic_of(server: &Server, port: PortId) -> Option<&Nic> {
    server.details.nics.iter().find(|nic| nic.port == port)
}

fn not_attached(words: &str) -> Refusal {
    Refusal::missing("Interface", words)
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "interfaceAttachment")]
    interface: Wanted,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    net_id: Option<String>,
    port_id: Option<String>,
    fixed_ips: Option<Vec<FixedIp>>,
    /// Only told to the guest, by a service that is not here.
    tag: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct FixedIp {
    ip_address: String,
}

impl Wanted {
    fn order(self, call: &NovaCall<'_>) -> Result<NicOrder, Refusal> {
        let Wanted { net_id, port_id, fixed_ips, tag } = self;
        if tag.is_some() && !call.reply.since(DEVICE_TAG) {
            return Err(Refusal::invalid(format!("tag is not known before version {DEVICE_TAG}.")));
        }
        let address = match fixed_ips.as_deref() {
            None => None,
            Some([FixedIp { ip_address }]) => Some(address(ip_address)?),
            Some(_) => return Err(Refusal::invalid("fixed_ips must have one entry.")),
        };
        let port = port_id.map(|id| ids::wide("port_id", &id)).transpose()?;
        let subnet = net_id.map(|id| ids::wide("net_id", &id)).transpose()?;
        if port.is_some() && subnet.is_some() {
            return Err(Refusal::invalid("net_id and port_id exclude each other."));
        }
        if address.is_some() && subnet.is_none() {
            return Err(Refusal::invalid("fixed_ips needs a net_id."));
        }
        let (port, subnet) = (port.map(PortId), subnet.map(NetworkId));
        Ok(NicOrder { subnet, address, port, ..NicOrder::default() })
    }
}

fn address(text: &str) -> Result<Ipv4Addr, Refusal> {
    text.parse().map_err(|_| Refusal::invalid("ip_address must be an IPv4 address."))
}

pub(in crate::huawei::nova) fn attach(call: &NovaCall<'_>, id: &str) -> Result<Action, Refusal> {
    let Body { interface } = read(call.call.request.body)?;
    let mut order = interface.order(call)?;
    let errand = call.errand(id, "attach_interface");
    let operation = |order| Operation::AddNics(AddNics::new(vec![order]));
    let mut command = call.command(operation(NicOrder::default()), &errand);
    let (reply, project) = (call.reply, call.call.caller.project);
    Ok(Action::consult(move |view| {
        let Some(server) = find(view, project, &errand.id) else {
            return Action::Answer(reply.refuse(&errand.no_such_server()));
        };
        if order.subnet.is_none() {
            // Where the server is already: of a port that is no server's, nothing is known.
            order.subnet = server.details.nics.first().and_then(|nic| nic.subnet);
        }
        let server = server.id;
        command.operation = operation(order);
        errand.order_and_wait(command, reply, move |job, view| {
            let Some(nic) = ordered(&job.operation) else {
                return reply.refuse(&Refusal::of(&FaultKind::Internal.into()));
            };
            let server = view.world.server(server);
            let plugged = server.and_then(|server| Some((server, nic_of(server, nic.port)?)));
            let interface = match plugged {
                Some((server, nic)) => Interface::of(nic, port_state(server)),
                // Its port and its address are its own before it is plugged in.
                None => Interface::of(nic, "DOWN"),
            };
            reply.json(200, &Shown { interface })
        })
    }))
}

/// The interface that was made of an order.
fn ordered(operation: &Operation) -> Option<&Nic> {
    let Operation::AddNics(add) = operation else { return None };
    add.nics.first()
}

pub(in crate::huawei::nova) fn detach(call: &NovaCall<'_>, id: &str, port: &str) -> Action {
    let (errand, words) = (call.errand(id, "detach_interface"), port.to_owned());
    let operation = |ports| Operation::DeleteNics(DeleteNics { ports });
    let mut command = call.command(operation(Vec::new()), &errand);
    let (reply, project) = (call.reply, call.call.caller.project);
    let port = PortId::parse_dashed(port);
    Action::consult(move |view| {
        let Some(server) = find(view, project, &errand.id) else {
            return Action::Answer(reply.refuse(&errand.no_such_server()));
        };
        let Some(nic) = port.and_then(|port| nic_of(server, port)) else {
            return Action::Answer(reply.refuse(&not_attached(&words)));
        };
        command.operation = operation(vec![nic.port]);
        errand.order_and_wait(command, reply, move |_, _| reply.empty(202))
    })
}
