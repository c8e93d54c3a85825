//! `PUT …/cloudservers/{server_id}`

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use regiment_core::edits::{Describe, Edit};
use regiment_core::model::{Server, ServerId};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::huawei::body::read;
use crate::huawei::detail::{self, Lens};
use crate::huawei::faults::Row;
use crate::huawei::fields::{check_user_data, description};
use crate::huawei::limits::{HOSTNAME_CHARS_MAX, NAME_UPDATED_CHARS_MAX};
use crate::huawei::ops::tokens::base_url;
use crate::huawei::{Call, ids, names, states, times};

#[derive(Deserialize)]
struct Body {
    server: Wanted,
}

#[derive(Deserialize)]
struct Wanted {
    name: Option<String>,
    hostname: Option<String>,
    description: Option<String>,
    user_data: Option<String>,
}

pub(super) fn decode(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let Body { server: Wanted { name, hostname, description: text, user_data } } =
        read(call.request.body)?;
    if let Some(name) = &name {
        check_name(name)?;
    }
    if let Some(hostname) = &hostname {
        check_hostname(hostname)?;
    }
    user_data.as_deref().map(check_user_data).transpose()?;
    let text = match text {
        Some(_) => Some(description(text)?),
        None => None,
    };
    let edit = |server: &Server, _: &View<'_>| {
        Ok(Edit::Describe(Describe {
            name: name.map(Into::into),
            hostname: hostname.map(Into::into),
            description: text,
            user_data: user_data.map(Into::into),
            ..Describe::of(server.id)
        }))
    };
    let reply = call.reply;
    let base = base_url(call.request);
    Ok(call.edit_one(id, edit, move |server, view| {
        reply.json(200, &Answered { server: Changed::new(server, &Lens::new(view), &base) })
    }))
}

fn check_name(name: &str) -> Result<(), Row> {
    if name.chars().count() > NAME_UPDATED_CHARS_MAX {
        return Err(Row::new("Ecs.0914", 400, "The name is too long."));
    }
    names::check(name)
}

/// Parts of letters, digits and hyphens, between dots.
fn check_hostname(name: &str) -> Result<(), Row> {
    let part = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    if name.chars().count() <= HOSTNAME_CHARS_MAX && name.split('.').all(part) {
        Ok(())
    } else {
        Err(Row::invalid("hostname must be up to 64 letters, digits, hyphens and dots."))
    }
}

#[derive(Serialize)]
struct Answered<'a> {
    server: Changed<'a>,
}

#[derive(Serialize)]
struct Link {
    href: String,
    rel: &'static str,
}

#[derive(Serialize)]
struct Flavor<'a> {
    id: &'a str,
    links: [Link; 1],
}

#[derive(Serialize)]
struct Address {
    addr: Ipv4Addr,
    version: u8,
}

#[derive(Serialize)]
struct Changed<'a> {
    id: ServerId,
    name: &'a str,
    status: &'static str,
    tenant_id: String,
    user_id: Cow<'a, str>,
    #[serde(rename = "hostId")]
    host_id: String,
    created: String,
    updated: String,
    addresses: BTreeMap<String, Vec<Address>>,
    flavor: Flavor<'a>,
    /// Empty for a server that starts from a disk, as all do here.
    image: &'static str,
    links: [Link; 2],
    metadata: BTreeMap<&'a str, Cow<'a, str>>,
    tags: Vec<String>,
    description: &'a str,
    locked: bool,
    progress: u8,
    #[serde(rename = "accessIPv4")]
    access_ipv4: &'static str,
    #[serde(rename = "accessIPv6")]
    access_ipv6: &'static str,
    #[serde(rename = "OS-DCF:diskConfig")]
    disk_config: &'static str,
    #[serde(rename = "OS-EXT-SRV-ATTR:hostname")]
    hostname: &'a str,
    #[serde(rename = "OS-EXT-SRV-ATTR:user_data", skip_serializing_if = "Option::is_none")]
    user_data: Option<&'a str>,
}

impl<'a> Changed<'a> {
    fn new(server: &'a Server, lens: &'a Lens<'a>, base: &str) -> Changed<'a> {
        let details = &*server.details;
        let project = server.project.plain();
        let host = server.host.as_deref().unwrap_or_default();
        let link = |rel, place: String| Link { rel, href: format!("{base}{place}") };
        let nics = details.nics.iter().map(|nic| Address { addr: nic.address, version: 4 });
        Changed {
            id: server.id,
            name: &server.name,
            status: states::of(server).status,
            user_id: detail::user(server),
            host_id: if host.is_empty() { String::new() } else { ids::host(server.project, host) },
            created: times::plain(server.created_at),
            updated: times::plain(server.updated_at),
            addresses: BTreeMap::from([(detail::network_id(server), nics.collect())]),
            flavor: Flavor {
                id: &server.flavor,
                links: [link("bookmark", format!("/{project}/flavors/{}", server.flavor))],
            },
            image: "",
            links: [
                link("self", format!("/v2/{project}/servers/{}", server.id)),
                link("bookmark", format!("/{project}/servers/{}", server.id)),
            ],
            metadata: lens.metadata(server),
            tags: details.tags.iter().map(detail::tag_text).collect(),
            description: &details.description,
            locked: details.locked,
            progress: 0,
            access_ipv4: "",
            access_ipv6: "",
            disk_config: "MANUAL",
            hostname: &details.hostname,
            user_data: details.user_data.as_deref(),
            tenant_id: project,
        }
    }
}
