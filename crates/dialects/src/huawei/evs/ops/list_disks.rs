//! `GET /v2/{project_id}/cloudvolumes/detail`

use regiment_core::model::{ServerId, VolumeId};
use regiment_core::view::View;
use serde::Serialize;

use crate::Action;
use crate::huawei::evs::entry::{Entry, Found, Frame, status};
use crate::huawei::faults::Row;
use crate::huawei::filter::Query;
use crate::huawei::limits::{PAGE_MAX, PAGE_NUMBER_MAX};
use crate::huawei::ops::tokens::base_url;
use crate::huawei::{Call, ids};

#[derive(Serialize)]
struct Body<'a> {
    count: usize,
    volumes: Vec<Entry<'a>>,
}

/// What the list is asked for.
struct Wanted {
    ids: Option<Vec<VolumeId>>,
    server: Option<ServerId>,
    name: Option<String>,
    status: Option<String>,
    zone: Option<String>,
    class: Option<String>,
    shareable: Option<bool>,
    service: Option<String>,
}

impl Wanted {
    fn of(query: &Query) -> Wanted {
        let owned = |key| query.get(key).map(str::to_owned);
        // One id alone, or several as a list in words.
        let plain = |text: &str| text.trim_matches(['[', ']', '\'', '"', ' ']).to_owned();
        let mut named: Vec<String> = query.list("id").into_iter().map(plain).collect();
        named.extend(query.list("ids").into_iter().map(plain));
        let given = query.get("id").is_some() || query.get("ids").is_some();
        Wanted {
            ids: given.then(|| named.iter().filter_map(|id| VolumeId::parse_dashed(id)).collect()),
            // What is no id is the id of no server.
            server: query
                .get("server_id")
                .map(|id| ServerId::parse_dashed(id).unwrap_or(ServerId(0))),
            name: owned("name"),
            status: owned("status"),
            zone: owned("availability_zone"),
            class: owned("volume_type_id"),
            shareable: query.get("multiattach").map(|text| text.eq_ignore_ascii_case("true")),
            service: owned("service_type"),
        }
    }

    fn admits(&self, found: Found<'_>, view: &View<'_>) -> bool {
        let Wanted { ids: wanted, server, name, status, zone, class, shareable, service } = self;
        wanted.as_ref().is_none_or(|ids| ids.contains(&found.id()))
            && server.is_none_or(|server| found.is_in(server))
            && name.as_ref().is_none_or(|name| found.name().contains(name.as_str()))
            && zone.as_ref().is_none_or(|zone| found.zone() == zone)
            && class.as_ref().is_none_or(|class| ids::disk_type(found.class()) == *class)
            && shareable.is_none_or(|shareable| found.shareable() == shareable)
            && service.as_ref().is_none_or(|service| service == "EVS")
            && status
                .as_ref()
                .is_none_or(|status| crate::huawei::evs::entry::status(found, view) == status)
    }
}

#[derive(Clone, Copy)]
enum SortKey {
    Created,
    Id,
    Size,
    Status,
}

fn sort_key(query: &Query) -> Result<(SortKey, bool), Row> {
    let key = match query.get("sort_key") {
        None | Some("created_at") => SortKey::Created,
        Some("id") => SortKey::Id,
        Some("size") => SortKey::Size,
        Some("status") => SortKey::Status,
        Some(_) => return Err(bad("sort_key must be id, status, size or created_at.")),
    };
    match query.get("sort_dir") {
        None | Some("desc") => Ok((key, true)),
        Some("asc") => Ok((key, false)),
        Some(_) => Err(bad("sort_dir must be asc or desc.")),
    }
}

fn bad(message: &'static str) -> Row {
    Row::new("EVS.5400", 400, message)
}

fn sort(found: &mut [Found<'_>], key: SortKey, descends: bool, view: &View<'_>) {
    match key {
        SortKey::Created => found.sort_by_key(|one| one.created_at()),
        SortKey::Id => found.sort_by_key(|one| one.id()),
        SortKey::Size => found.sort_by_key(|one| one.size()),
        SortKey::Status => found.sort_by_key(|one| status(*one, view)),
    }
    if descends {
        found.reverse();
    }
}

pub(in crate::huawei::evs) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let query = Query::of(call.request);
    let own = |row: Row| Row { code: "EVS.5400", ..row };
    let limit = query.number("limit", 1..=PAGE_MAX, PAGE_MAX).map_err(own)?;
    let offset = query.number("offset", 0..=PAGE_NUMBER_MAX, 0).map_err(own)?;
    let (key, descends) = sort_key(&query)?;
    let marker = query.get("marker").map(str::to_owned);
    let wanted = Wanted::of(&query);
    let (reply, project) = (call.reply, call.caller.project);
    let (base, user) = (base_url(call.request), ids::user(&call.caller.access_key));
    Ok(Action::look(move |view| {
        let mut found: Vec<Found<'_>> =
            view.world.all_disks(project).filter(|found| wanted.admits(*found, view)).collect();
        // Of those made at one time, the one that stands first stays first.
        if descends {
            found.reverse();
        }
        sort(&mut found, key, descends, view);
        let after = match marker.map(|marker| VolumeId::parse_dashed(&marker)) {
            None => 0,
            Some(id) => {
                let place = found.iter().position(|found| Some(found.id()) == id);
                match place {
                    Some(place) => place + 1,
                    None => return reply.refuse(&bad("The marker could not be found.")),
                }
            }
        };
        let frame = Frame { view: *view, project, base, user };
        let page = found.iter().skip(after.saturating_add(offset)).take(limit);
        let volumes = page.map(|found| frame.entry(*found)).collect();
        reply.json(200, &Body { count: found.len(), volumes })
    }))
}
