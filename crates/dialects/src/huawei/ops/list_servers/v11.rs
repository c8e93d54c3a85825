use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use regiment_core::model::{ImageId, Server, ServerId, Time};
use serde::Serialize;

use super::{after, marker};
use crate::Action;
use crate::huawei::detail::{
    ById, HINT_CHARGING, HINT_DEDICATED_HOST, HINT_TENANCY, HINT_THREADS, Lens, POSTPAID, PREPAID,
    SPOT, addresses, enterprise_project, hint, network_id, security_groups, tag_text, user,
};
use crate::huawei::faults::Row;
use crate::huawei::filter::{Common, Query, like};
use crate::huawei::limits::{PAGE_DEFAULT_V11, PAGE_MAX_V11};
use crate::huawei::ops::tokens::base_url;
use crate::huawei::{Call, ids, states, times};

#[derive(Serialize)]
struct Body<'a> {
    request_id: String,
    servers: Vec<CloudServer<'a>>,
    servers_links: Vec<Link>,
}

#[derive(Serialize)]
struct Link {
    href: String,
    rel: &'static str,
}

#[derive(Serialize)]
struct CloudServer<'a> {
    id: ServerId,
    name: &'a str,
    status: &'static str,
    vm_state: &'static str,
    task_state: Option<&'static str>,
    created: String,
    updated: String,
    tenant_id: String,
    user_id: Cow<'a, str>,
    availability_zone: &'a str,
    flavor: FlavorOf<'a>,
    description: &'a str,
    fault: Option<FaultOf>,
    in_recycle_bin: bool,
    spod_id: &'static str,
    #[serde(flatten)]
    expected: BTreeMap<&'static str, serde_json::Value>,
}

#[derive(Serialize)]
struct FlavorOf<'a> {
    id: &'a str,
    name: &'a str,
    disk: u32,
    vcpus: u32,
    ram: u32,
    gpus: [(); 0],
    asic_accelerators: [(); 0],
}

#[derive(Serialize)]
struct FaultOf {
    code: u16,
    created: String,
    message: String,
    details: &'static str,
}

#[derive(Serialize)]
struct VolumeOf<'a> {
    id: String,
    delete_on_termination: bool,
    #[serde(rename = "bootIndex")]
    boot_index: &'static str,
    device: &'a str,
    size: u32,
}

/// A field that is only there when asked for.
type Make = fn(&Lens<'_>, &Server) -> serde_json::Value;

fn value(of: impl Serialize) -> serde_json::Value {
    serde_json::to_value(of).expect("answers are plain data")
}

const EXPECTED: &[(&str, Make)] = &[
    ("launched_at", |_, server| value(server.launched_at.map(times::launched))),
    ("key_name", |_, server| value(&server.details.key_name)),
    ("locked", |_, server| value(server.details.locked)),
    ("root_device_name", |_, server| {
        value(server.details.volumes.first().map_or("", |volume| &volume.device))
    }),
    ("tenancy", |_, server| value(hint(server, HINT_TENANCY).unwrap_or("shared"))),
    ("dedicated_host_id", |_, server| value(hint(server, HINT_DEDICATED_HOST).unwrap_or(""))),
    ("enterprise_project_id", |_, server| value(enterprise_project(server))),
    ("tags", |_, server| value(server.details.tags.iter().map(tag_text).collect::<Vec<_>>())),
    ("metadata", |lens, server| value(lens.metadata(server))),
    ("addresses", |lens, server| {
        value(BTreeMap::from([(network_id(server), addresses(server, lens.view.world, 4))]))
    }),
    ("security_groups", |lens, server| value(security_groups(server, lens.view.world))),
    ("volumes_attached", |_, server| value(volumes(server))),
    ("image", |_, server| value(ById { id: server.image.to_string() })),
    ("power_state", |_, server| value(states::of(server).power)),
    ("cpu_options", |_, server| {
        let threads = hint(server, HINT_THREADS).and_then(|text| text.parse::<u8>().ok());
        value(threads.map(|threads| BTreeMap::from([(HINT_THREADS, threads)])).unwrap_or_default())
    }),
    ("market_info", |_, server| value(BTreeMap::from([("charge_mode", charge_mode(server))]))),
];

fn charge_mode(server: &Server) -> &'static str {
    match hint(server, HINT_CHARGING).unwrap_or(POSTPAID) {
        PREPAID => "prepaid",
        SPOT => "spot",
        _ => "postpaid",
    }
}

/// The definition says of this filter's values nothing: both of the cloud's spellings are taken, the
/// digit in metadata and the word in `market_info`.
fn pays_by(server: &Server, mode: &str) -> bool {
    hint(server, HINT_CHARGING).unwrap_or(POSTPAID) == mode
        || charge_mode(server).eq_ignore_ascii_case(mode)
}

fn volumes(server: &Server) -> Vec<VolumeOf<'_>> {
    let volumes = server.details.volumes.iter().enumerate();
    volumes
        .map(|(at, volume)| VolumeOf {
            id: volume.id.to_string(),
            delete_on_termination: volume.delete_with_server,
            boot_index: if at == 0 { "0" } else { "-1" },
            device: &volume.device,
            size: volume.size_gib,
        })
        .collect()
}

/// What only v1.1 filters by.
struct Filter {
    common: Common,
    ids: Vec<ServerId>,
    any_id: bool,
    flavor: Option<String>,
    image: Option<ImageId>,
    metadata: Vec<(String, String)>,
    metadata_key: Option<String>,
    zone_like: Option<String>,
    zone: Option<String>,
    charging_mode: Option<String>,
    key_name: Option<String>,
    launched_since: Option<Time>,
    /// Those in the recycle bin, or those that are not.
    recycled: bool,
    /// Nothing of ours is in a pod.
    nothing: bool,
}

impl Filter {
    fn of(query: &Query) -> Result<Filter, Row> {
        let owned = |key| query.get(key).map(str::to_owned);
        let ids = query.list("id");
        let since = query.get("launched_since").map(|text| {
            let message = "launched_since must have the form 2019-07-15T11:31:09Z.";
            times::parse_plain(text).ok_or_else(|| Row::invalid(message))
        });
        let image = query.get("image_id").map(|text| ids::wide("image_id", text)).transpose()?;
        Ok(Filter {
            common: Common::of(query),
            any_id: ids.is_empty(),
            ids: ids.into_iter().filter_map(ServerId::parse_dashed).collect(),
            flavor: owned("flavor_name"),
            image: image.map(ImageId),
            metadata: query
                .all("metadata")
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
            metadata_key: owned("metadata-key"),
            zone_like: owned("availability_zone"),
            zone: owned("availability_zone_eq"),
            charging_mode: owned("charging_mode"),
            key_name: owned("key_name"),
            launched_since: since.transpose()?,
            recycled: query.get("in_recycle_bin") == Some("true"),
            nothing: query.get("spod_id").is_some(),
        })
    }

    fn admits(&self, lens: &Lens<'_>, server: &Server) -> bool {
        let Filter {
            common,
            ids,
            any_id,
            flavor,
            image,
            metadata,
            metadata_key,
            zone_like,
            zone,
            charging_mode,
            key_name,
            launched_since,
            recycled: _,
            nothing,
        } = self;
        let details = &server.details;
        let asks_metadata = !metadata.is_empty() || metadata_key.is_some();
        let has = if asks_metadata { lens.metadata(server) } else { BTreeMap::new() };
        !nothing
            && (*any_id || ids.contains(&server.id))
            && common.admits(server)
            && flavor.as_ref().is_none_or(|name| *server.flavor == **name)
            && image.is_none_or(|id| server.image == id)
            && metadata.iter().all(|(key, value)| has.get(&**key).is_some_and(|v| v == value))
            && metadata_key.as_deref().is_none_or(|key| has.contains_key(key))
            && zone_like.as_ref().is_none_or(|part| like(&details.zone, part))
            && zone.as_ref().is_none_or(|zone| *details.zone == **zone)
            && charging_mode.as_deref().is_none_or(|mode| pays_by(server, mode))
            && key_name.as_deref().is_none_or(|name| details.key_name.as_deref() == Some(name))
            && launched_since
                .is_none_or(|since| server.launched_at.is_some_and(|launched| launched >= since))
    }
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let query = Query::of(call.request);
    let limit = query.number("limit", 0..=PAGE_MAX_V11, PAGE_DEFAULT_V11)?;
    let marker = marker(query.get("marker"))?;
    let filter = Filter::of(&query)?;
    let wanted = query.list("expect-fields");
    let expected: Vec<(&'static str, Make)> =
        EXPECTED.iter().filter(|(name, _)| wanted.contains(name)).copied().collect();
    let next = next_page(call);
    let (reply, project) = (call.reply, call.caller.project);
    Ok(Action::look(move |view| {
        let lens = Lens::new(view);
        let servers = match after(view, project, marker, filter.recycled) {
            Ok(servers) => servers,
            Err(row) => return reply.refuse(&row),
        };
        let mut page: Vec<&Server> =
            servers.filter(|server| filter.admits(&lens, server)).take(limit + 1).collect();
        let more = page.len() > limit;
        page.truncate(limit);
        let last = page.last().filter(|_| more);
        let links = last.map(|last| Link { href: format!("{next}{}", last.id), rel: "next" });
        reply.json(
            200,
            &Body {
                request_id: reply.request.plain(),
                servers: page.into_iter().map(|server| show(&lens, server, &expected)).collect(),
                servers_links: links.into_iter().collect(),
            },
        )
    }))
}

/// This request's address without its marker, ready for another one.
pub(in crate::huawei) fn next_page(call: &Call<'_>) -> String {
    let mut address = format!("{}{}?", base_url(call.request), call.request.path);
    for (key, value) in call.request.query_pairs().iter().filter(|(key, _)| key != "marker") {
        let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        // A name of a parameter is told back as it is written in the API.
        let key = encode(key).replace("%2D", "-").replace("%5F", "_");
        address.extend([&key, "=", &encode(value), "&"]);
    }
    address + "marker="
}

fn show<'a>(
    lens: &Lens<'_>,
    server: &'a Server,
    expected: &[(&'static str, Make)],
) -> CloudServer<'a> {
    let state = states::of(server);
    let flavor = lens.view.world.flavor(&server.flavor);
    CloudServer {
        id: server.id,
        name: &server.name,
        status: state.status,
        vm_state: state.vm,
        task_state: state.task,
        created: times::plain(server.created_at),
        updated: times::plain(server.updated_at),
        tenant_id: server.project.plain(),
        user_id: user(server),
        availability_zone: &server.details.zone,
        flavor: FlavorOf {
            id: &server.flavor,
            name: &server.flavor,
            disk: 0,
            vcpus: flavor.map_or(0, |flavor| flavor.vcpus),
            ram: flavor.map_or(0, |flavor| flavor.ram_mib),
            gpus: [],
            asic_accelerators: [],
        },
        description: &server.details.description,
        fault: server.fault.as_deref().map(|fault| {
            let row = Row::of(fault);
            FaultOf {
                code: 500,
                created: times::plain(server.updated_at),
                message: row.message.into_owned(),
                details: row.code,
            }
        }),
        in_recycle_bin: server.details.recycled.is_some(),
        spod_id: "",
        expected: expected.iter().map(|(name, make)| (*name, make(lens, server))).collect(),
    }
}
