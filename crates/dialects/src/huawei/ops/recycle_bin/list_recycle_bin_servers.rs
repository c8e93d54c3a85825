//! `GET …/recycle-bin/cloudservers`

use regiment_core::model::Server;
use serde::Serialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::detail::{Detail, Lens};
use crate::huawei::faults::Row;
use crate::huawei::filter::{Query, like, tagged};
use crate::huawei::limits::{PAGE_DEFAULT_V11, PAGE_MAX_V11, PAGE_NUMBER_MAX};
use crate::huawei::ops::list_servers::{after, marker};

#[derive(Serialize)]
struct Body<'a> {
    servers: Vec<Detail<'a>>,
}

struct Filter {
    name: Option<String>,
    zone: Option<String>,
    address: Option<String>,
    tags: Vec<String>,
    tag_keys: Vec<String>,
}

impl Filter {
    fn of(query: &Query) -> Filter {
        let owned = |key| query.get(key).map(str::to_owned);
        let list = |key| query.list(key).into_iter().map(str::to_owned).collect();
        Filter {
            name: owned("name"),
            zone: owned("availability_zone"),
            address: owned("ip_address"),
            tags: list("tags"),
            tag_keys: list("tags_key"),
        }
    }

    fn admits(&self, server: &Server) -> bool {
        let Filter { name, zone, address, tags, tag_keys } = self;
        let details = &server.details;
        let mut addresses = details.nics.iter().map(|nic| nic.address.to_string());
        name.as_ref().is_none_or(|name| like(&server.name, name))
            && zone.as_ref().is_none_or(|zone| *details.zone == **zone)
            && address.as_ref().is_none_or(|part| addresses.any(|one| like(&one, part)))
            && tags.iter().all(|tag| tagged(server, tag))
            && tag_keys.iter().all(|key| details.tags.iter().any(|tag| *tag.key == **key))
    }
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let query = Query::of(call.request);
    let limit = query.number("limit", 0..=PAGE_MAX_V11, PAGE_DEFAULT_V11)?;
    let skip = query.number("offset", 0..=PAGE_NUMBER_MAX, 0)?;
    let marker = marker(query.get("marker"))?;
    let filter = Filter::of(&query);
    let (reply, project) = (call.reply, call.caller.project);
    Ok(Action::look(move |view| {
        let servers = match after(view, project, marker, true) {
            Ok(servers) => servers,
            Err(row) => return reply.refuse(&row),
        };
        let lens = Lens::new(view);
        let fitting = servers.filter(|server| filter.admits(server)).skip(skip).take(limit);
        reply.json(200, &Body { servers: fitting.map(|one| lens.detail(one, true)).collect() })
    }))
}
