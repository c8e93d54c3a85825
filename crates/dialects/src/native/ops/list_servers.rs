//! `GET servers`: those that fit, newest first.

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
    let after = query.after()?.unwrap_or(u64::MAX);
    let project = call.caller.project;
    Ok(Action::look(move |view| {
        let world = view.world;
        let mut found =
            world.servers_older_than(project, after).filter(|server| selector.matches(server));
        let mut last = None;
        let servers = found
            .by_ref()
            .take(limit)
            .map(|server| {
                last = Some(server.order);
                ShownServer::of(server)
            })
            .collect();
        // A place in the order outlives the server that had it.
        let next = found.next().and(last).map(|last| last.to_string());
        reply::json(200, &Page { servers, next })
    }))
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
