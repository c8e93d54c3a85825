//! `GET …/servers` and `GET …/servers/detail`

use std::borrow::Cow;
use std::cmp::Ordering;

use regiment_core::model::{ImageId, ProjectId, Server, ServerId, Time};
use regiment_core::view::View;
use serde::Serialize;

use crate::Action;
use crate::huawei::detail::{self, reservation};
use crate::huawei::filter::{Common, Query, like};
use crate::huawei::limits::PAGE_DEFAULT;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::faults::Refusal;
use crate::huawei::nova::links::{Link, Links};
use crate::huawei::nova::page;
use crate::huawei::nova::server::{Detail, Glass, Simple, find};
use crate::huawei::ops::list_servers::next_page;
use crate::huawei::{ids, states, times};

#[derive(Serialize)]
struct Body<T> {
    servers: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    servers_links: Option<Vec<Link>>,
}

/// The definition promises the links of a list in detail; in the short one they are there when
/// there is a next page.
fn links_of<T>(servers: Vec<T>, next: Option<Link>, always: bool) -> Body<T> {
    let links: Vec<Link> = next.into_iter().collect();
    Body { servers, servers_links: (always || !links.is_empty()).then_some(links) }
}

pub(in crate::huawei::nova) fn decode(
    call: &NovaCall<'_>,
    detail: bool,
) -> Result<Action, Refusal> {
    let query = Query::of(call.call.request);
    let limit = page::limit(&query, PAGE_DEFAULT)?;
    let marker = query.get("marker").map(str::to_owned);
    let filter = Filter::of(&query)?;
    let order = Order::of(&query)?;
    let next = next_page(call.call);
    let (reply, project, links) = (call.reply, call.call.caller.project, Links::of(call.call));
    Ok(Action::look(move |view| {
        let after = match marker.as_deref().map(|id| (id, find(view, project, id))) {
            Some((_, Some(server))) => Some(server),
            Some((id, None)) => {
                let shown: String = id.chars().take(64).collect();
                return reply.refuse(&Refusal::invalid(format!("marker [{shown}] not found")));
            }
            None => None,
        };
        let mut page = order.page(view, project, after, limit + 1, |server| filter.admits(server));
        let more = page.len() > limit;
        page.truncate(limit);
        let last = page.last().filter(|_| more);
        let next = last.map(|last| Link { rel: "next", href: format!("{next}{}", last.id) });
        if detail {
            let glass = Glass::new(view, links, reply);
            let servers: Vec<Detail<'_>> =
                page.into_iter().map(|server| glass.detail(server)).collect();
            reply.json(200, &links_of(servers, next, true))
        } else {
            let servers: Vec<Simple<'_>> =
                page.into_iter().map(|server| Simple::of(server, &links)).collect();
            reply.json(200, &links_of(servers, next, false))
        }
    }))
}

type Value = for<'a> fn(&'a Server) -> Cow<'a, str>;

/// The keys that a list may be ordered by. All are compared as text; times are padded.
const SORT_KEYS: [(&str, Value); 11] = [
    ("created_at", |server| Cow::Owned(format!("{:020}", server.created_at.0))),
    ("availability_zone", |server| Cow::Borrowed(&*server.details.zone)),
    ("display_name", |server| Cow::Borrowed(&*server.name)),
    ("host", |server| Cow::Borrowed(server.host.as_deref().unwrap_or_default())),
    ("instance_type_id", |server| Cow::Borrowed(&*server.flavor)),
    ("key_name", |server| Cow::Borrowed(server.details.key_name.as_deref().unwrap_or_default())),
    ("project_id", |server| Cow::Owned(server.project.plain())),
    ("user_id", detail::user),
    ("updated_at", |server| Cow::Owned(format!("{:020}", server.updated_at.0))),
    ("uuid", |server| Cow::Owned(server.id.to_string())),
    ("vm_state", |server| Cow::Borrowed(states::of(server).vm)),
];

/// How a list is ordered: by each key in turn, then newest first.
struct Order {
    keys: Vec<(Value, bool)>,
}

impl Order {
    fn of(query: &Query) -> Result<Order, Refusal> {
        let mut directions = query.all("sort_dir");
        let keys = query.all("sort_key").map(|name| {
            let known = SORT_KEYS.iter().find(|(key, _)| *key == name);
            let (_, value) = known.ok_or_else(|| {
                let names = SORT_KEYS.map(|(key, _)| key);
                Refusal::invalid(format!("sort_key must be one of {names:?}."))
            })?;
            match directions.next() {
                None | Some("desc") => Ok((*value, true)),
                Some("asc") => Ok((*value, false)),
                Some(_) => Err(Refusal::invalid("sort_dir must be asc or desc.")),
            }
        });
        let mut keys: Vec<(Value, bool)> = keys.collect::<Result<_, _>>()?;
        if let Some(direction) = directions.next() {
            match direction {
                "asc" => keys.push((SORT_KEYS[0].1, false)),
                "desc" => {}
                _ => return Err(Refusal::invalid("sort_dir must be asc or desc.")),
            }
        }
        Ok(Order { keys })
    }

    fn compare(&self, a: &Server, b: &Server) -> Ordering {
        let by_key = self.keys.iter().map(|(value, descending)| {
            let ordering = value(a).cmp(&value(b));
            if *descending { ordering.reverse() } else { ordering }
        });
        let first = by_key.into_iter().find(|ordering| *ordering != Ordering::Equal);
        first.unwrap_or_else(|| b.order.cmp(&a.order))
    }

    /// The first servers that are admitted, behind the marker.
    fn page<'a>(
        &self,
        view: &View<'a>,
        project: ProjectId,
        after: Option<&'a Server>,
        count: usize,
        admits: impl Fn(&Server) -> bool,
    ) -> Vec<&'a Server> {
        let world = view.world;
        if self.keys.is_empty() {
            // The fleet is kept in this order.
            return match after {
                None => world.servers_of(project).filter(|one| admits(one)).take(count).collect(),
                Some(last) => {
                    let older = world.servers_older_than(project, last.order);
                    older.filter(|one| admits(one)).take(count).collect()
                }
            };
        }
        let behind = |one: &&Server| {
            after.is_none_or(|last| self.compare(last, one) == Ordering::Less) && admits(one)
        };
        let mut all: Vec<&Server> = world.servers_of(project).filter(behind).collect();
        all.sort_by(|a, b| self.compare(a, b));
        all.truncate(count);
        all
    }
}

/// The tests that a list puts to a server.
struct Filter {
    common: Common,
    ids: Vec<ServerId>,
    any_id: bool,
    flavor: Option<String>,
    host: Option<String>,
    image: Option<ImageId>,
    ip: Option<String>,
    reservation: Option<String>,
    zone: Option<String>,
    key_name: Option<String>,
    changed_since: Option<Time>,
}

impl Filter {
    fn of(query: &Query) -> Result<Filter, Refusal> {
        let owned = |key| query.get(key).map(str::to_owned);
        let since = query.get("changes-since").map(|text| {
            let message = "changes-since must have the form 2019-07-15T11:31:09Z.";
            times::parse_plain(text).ok_or_else(|| Refusal::invalid(message))
        });
        let ids = query.list("uuid");
        let image = query.get("image").map(|text| ids::wide("image", text)).transpose()?;
        Ok(Filter {
            common: Common::of(query),
            any_id: ids.is_empty(),
            ids: ids.into_iter().filter_map(ServerId::parse_dashed).collect(),
            flavor: owned("flavor"),
            host: owned("host"),
            image: image.map(ImageId),
            ip: owned("ip"),
            reservation: owned("reservation_id"),
            zone: owned("availability_zone"),
            key_name: owned("key_name"),
            changed_since: since.transpose()?,
        })
    }

    fn admits(&self, server: &Server) -> bool {
        let Filter {
            common,
            ids,
            any_id,
            flavor,
            host,
            image,
            ip,
            reservation: reserved,
            zone,
            key_name,
            changed_since,
        } = self;
        let details = &server.details;
        let at = |ip: &String| details.nics.iter().any(|nic| like(&nic.address.to_string(), ip));
        common.admits(server)
            && (*any_id || ids.contains(&server.id))
            && flavor.as_ref().is_none_or(|name| *server.flavor == **name)
            && host.as_ref().is_none_or(|host| server.host.as_deref() == Some(&**host))
            && image.is_none_or(|id| server.image == id)
            && ip.as_ref().is_none_or(at)
            && reserved.as_ref().is_none_or(|id| reservation(server) == **id)
            && zone.as_ref().is_none_or(|zone| *details.zone == **zone)
            && key_name.as_ref().is_none_or(|name| details.key_name.as_deref() == Some(&**name))
            && changed_since.is_none_or(|since| server.updated_at >= since)
    }
}
