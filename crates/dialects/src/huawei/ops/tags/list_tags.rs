//! `GET …/cloudservers/tags`: every key in the project, with all its values.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::Action;
use crate::huawei::Call;

#[derive(Serialize)]
struct Key<'a> {
    key: &'a str,
    values: BTreeSet<&'a str>,
}

#[derive(Serialize)]
struct Body<'a> {
    tags: Vec<Key<'a>>,
}

pub(super) fn decode(call: &Call<'_>) -> Action {
    let (reply, project) = (call.reply, call.caller.project);
    Action::look(move |view| {
        let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for tag in view.world.servers_of(project).flat_map(|server| &server.details.tags) {
            all.entry(&tag.key).or_default().insert(&tag.value);
        }
        let tags = all.into_iter().map(|(key, values)| Key { key, values }).collect();
        reply.json(200, &Body { tags })
    })
}
