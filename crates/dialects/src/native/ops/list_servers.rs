//! `GET servers`: those that fit, newest first.

use regiment_core::model::ServerId;
use regiment_core::select::{Glob, Selector, Status};
use serde::Serialize;

use crate::Action;
use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::show::ShownServer;
use crate::native::{Call, reply};

const NAMES: &[&str] = &["name", "status", "flavor", "host", "zone", "tag", "limit", "after"];

#[derive(Serialize)]
struct Page<'a> {
    servers: Vec<ShownServer<'a>>,
    /// What to give as `after` for the next page; nothing on the last one.
    next: Option<String>,
}

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let query = Query::of(call.request, NAMES)?;
    let limit = query.limit()?;
    let selector = selector(&query)?;
    let after = query.one("after")?.map(read_id).transpose()?;
    let (project, request) = (call.caller.project, call.context.request);
    Ok(Action::look(move |view| {
        let world = view.world;
        let order = match after.map(|id| (id, world.server_or_recycled(id))) {
            None => u64::MAX,
            Some((_, Some(server))) if server.project == project => server.order,
            Some((id, _)) => {
                let text = format!("after: the server {id} is gone; begin anew without after");
                return reply::refuse(&Refusal::invalid(text), request);
            }
        };
        let mut found =
            world.servers_older_than(project, order).filter(|server| selector.matches(server));
        let servers: Vec<ShownServer<'_>> =
            found.by_ref().take(limit).map(ShownServer::of).collect();
        let next = found.next().and(servers.last()).map(|last| last.id.clone());
        reply::json(200, &Page { servers, next })
    }))
}

fn read_id(text: &str) -> Result<ServerId, Refusal> {
    ServerId::parse_dashed(text).ok_or_else(|| Refusal::invalid("after must be a server's id"))
}

fn selector(query: &Query<'_>) -> Result<Selector, Refusal> {
    let text = |name| query.one(name).map(|given| given.map(Into::into));
    let tags = query.all("tag").map(|tag| match tag.split_once('=') {
        Some((key, value)) => (key.into(), Some(value.into())),
        None => (tag.into(), None),
    });
    Ok(Selector {
        name: query.one("name")?.map(Glob::new),
        statuses: query.all("status").map(status).collect::<Result<_, _>>()?,
        flavor: text("flavor")?,
        host: text("host")?,
        zone: text("zone")?,
        tags: tags.collect(),
    })
}

pub(in crate::native) fn status(word: &str) -> Result<Status, Refusal> {
    Status::ALL.into_iter().find(|status| status.word() == word).ok_or_else(|| {
        let words = Status::ALL.map(Status::word).join(", ");
        Refusal::invalid(format!("status must be one of: {words}"))
    })
}
