use std::net::Ipv4Addr;

use regiment_core::model::{ProjectId, Server, ServerId};
use regiment_core::view::View;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{after, marker};
use crate::Action;
use crate::huawei::detail::{Detail, FaultOf, Lens, NULLS, reservation};
use crate::huawei::faults::Row;
use crate::huawei::filter::{Common, Query, like};
use crate::huawei::limits::{PAGE_DEFAULT, PAGE_MAX, PAGE_NUMBER_MAX};
use crate::huawei::{Call, times};

#[derive(Serialize)]
struct Body<'a> {
    count: usize,
    servers: Vec<Entry<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Entry<'a> {
    Found(Box<Detail<'a>>),
    Missing(Missing),
}

/// Every field null but the id and the fault.
struct Missing {
    id: String,
    fault: FaultOf,
}

impl Serialize for Missing {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(NULLS.len() + 2))?;
        map.serialize_entry("id", &self.id)?;
        NULLS.iter().try_for_each(|key| map.serialize_entry(key, &()))?;
        map.serialize_entry("fault", &self.fault)?;
        map.end()
    }
}

/// What only v1 filters by.
struct Filter {
    common: Common,
    flavor: Option<String>,
    address_like: Option<String>,
    address: Option<Ipv4Addr>,
    reserved: Option<String>,
}

impl Filter {
    fn of(query: &Query) -> Result<Filter, Row> {
        let owned = |key| query.get(key).map(str::to_owned);
        let address = query
            .get("ip_eq")
            .map(|text| text.parse().map_err(|_| Row::invalid("ip_eq must be an IPv4 address.")));
        Ok(Filter {
            common: Common::of(query),
            flavor: owned("flavor"),
            address_like: owned("ip"),
            address: address.transpose()?,
            reserved: owned("reservation_id"),
        })
    }

    fn is_open(&self) -> bool {
        let Filter { common, flavor, address_like, address, reserved } = self;
        common.is_open()
            && flavor.is_none()
            && address_like.is_none()
            && address.is_none()
            && reserved.is_none()
    }

    fn admits(&self, server: &Server) -> bool {
        let Filter { common, flavor, address_like, address, reserved } = self;
        let mut addresses = server.details.nics.iter().map(|nic| nic.address);
        common.admits(server)
            && flavor.as_ref().is_none_or(|flavor| *server.flavor == **flavor)
            && address.is_none_or(|address| addresses.clone().any(|one| one == address))
            && address_like
                .as_ref()
                .is_none_or(|part| addresses.any(|one| like(&one.to_string(), part)))
            && reserved.as_ref().is_none_or(|id| reservation(server) == **id)
    }
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let query = Query::of(call.request);
    let (reply, project) = (call.reply, call.caller.project);
    let named: Vec<String> = query.list("server_id").into_iter().map(str::to_owned).collect();
    if named.len() > PAGE_MAX {
        return Err(Row::invalid(format!("server_id may name at most {PAGE_MAX} servers.")));
    }
    if !named.is_empty() {
        return Ok(Action::look(move |view| reply.json(200, &by_ids(view, project, &named))));
    }
    let limit = query.number("limit", 1..=PAGE_MAX, PAGE_DEFAULT)?;
    let page = query.number("offset", 0..=PAGE_NUMBER_MAX, 1)?.max(1);
    let marker = marker(query.get("marker"))?;
    let filter = Filter::of(&query)?;
    Ok(Action::look(move |view| {
        let lens = Lens::new(view);
        let entry = |server| Entry::Found(Box::new(lens.detail(server, true)));
        let servers = match after(view, project, marker, false) {
            Ok(servers) => servers,
            Err(row) => return reply.refuse(&row),
        };
        let skip = (page - 1).saturating_mul(limit);
        let body = if filter.is_open() {
            let count = usize::try_from(view.world.usage(project).servers).unwrap_or(usize::MAX);
            let servers: Vec<_> = match marker {
                Some(_) => servers.take(limit).map(entry).collect(),
                None => view.world.servers_after(project, skip).take(limit).map(entry).collect(),
            };
            Body { count, servers }
        } else {
            let skip = if marker.is_some() { 0 } else { skip };
            let all = view.world.servers_of(project);
            let count = all.filter(|server| filter.admits(server)).count();
            let fitting = servers.filter(|server| filter.admits(server));
            Body { count, servers: fitting.skip(skip).take(limit).map(entry).collect() }
        };
        reply.json(200, &body)
    }))
}

fn by_ids<'a>(view: &View<'a>, project: ProjectId, named: &[String]) -> Body<'a> {
    let lens = Lens::new(view);
    let entry = |words: &String| {
        let server = ServerId::parse_dashed(words).and_then(|id| view.world.server(id));
        match server.filter(|server| server.project == project) {
            Some(server) => Entry::Found(Box::new(lens.detail(server, true))),
            None => {
                let fault = FaultOf::not_found(words, times::plain(view.now));
                Entry::Missing(Missing { id: words.clone(), fault })
            }
        }
    };
    let servers: Vec<_> = named.iter().map(entry).collect();
    Body { count: servers.len(), servers }
}
