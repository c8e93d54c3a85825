//! `POST …/cloudservers/resource_instances/action`: a page of the servers with these tags, or their
//! number.

use std::collections::BTreeSet;

use regiment_core::model::{Server, ServerId};
use serde::{Deserialize, Serialize};

use super::show_tags::Pair;
use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::{Whole, read};
use crate::huawei::faults::Row;
use crate::huawei::limits::{PAGE_MAX, TAG_KEYS_ASKED_MAX, TAG_VALUES_ASKED_MAX};

#[derive(Deserialize)]
struct Body {
    action: String,
    limit: Option<Whole>,
    offset: Option<Whole>,
    tags: Option<Vec<Asked>>,
    not_tags: Option<Vec<Asked>>,
    matches: Option<Vec<Match>>,
}

/// A key with any of these values, or with any at all if none is named.
#[derive(Deserialize)]
struct Asked {
    key: String,
    values: Option<BTreeSet<String>>,
}

#[derive(Deserialize)]
struct Match {
    key: String,
    #[serde(default)]
    value: String,
}

#[derive(Serialize)]
struct Found<'a> {
    resource_id: ServerId,
    /// Kept free by the vendor.
    resource_detail: (),
    resource_name: &'a str,
    tags: Vec<Pair<'a>>,
}

impl<'a> Found<'a> {
    fn of(server: &'a Server) -> Found<'a> {
        Found {
            resource_id: server.id,
            resource_detail: (),
            resource_name: &server.name,
            tags: server.details.tags.iter().map(Pair::from).collect(),
        }
    }
}

#[derive(Serialize)]
struct Page<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    resources: Option<Vec<Found<'a>>>,
    total_count: usize,
}

impl Asked {
    fn holds(&self, server: &Server) -> bool {
        let Asked { key, values } = self;
        server.details.tags.iter().any(|tag| {
            *tag.key == **key
                && values
                    .as_ref()
                    .is_none_or(|values| values.is_empty() || values.contains(&*tag.value))
        })
    }
}

/// What a server must be to be among those asked for.
struct Filter {
    tags: Vec<Asked>,
    not_tags: Vec<Asked>,
    name: String,
}

impl Filter {
    fn admits(&self, server: &Server) -> bool {
        let Filter { tags, not_tags, name } = self;
        tags.iter().all(|asked| asked.holds(server))
            && !not_tags.iter().any(|asked| asked.holds(server))
            && server.name.to_lowercase().contains(name)
    }
}

fn asked(what: &str, given: Option<Vec<Asked>>) -> Result<Vec<Asked>, Row> {
    let given = given.unwrap_or_default();
    let too_many = |asked: &Asked| {
        asked.values.as_ref().is_some_and(|values| values.len() > TAG_VALUES_ASKED_MAX)
    };
    if given.len() > TAG_KEYS_ASKED_MAX || given.iter().any(too_many) {
        let message = format!(
            "{what} may name at most {TAG_KEYS_ASKED_MAX} keys with at most \
             {TAG_VALUES_ASKED_MAX} values each."
        );
        return Err(Row::invalid(message));
    }
    let keys: BTreeSet<&str> = given.iter().map(|asked| asked.key.as_str()).collect();
    if keys.len() < given.len() || keys.contains("") {
        return Err(Row::invalid(format!("{what}: a key is empty or given twice.")));
    }
    Ok(given)
}

fn name(matches: Option<Vec<Match>>) -> Result<String, Row> {
    let mut name = String::new();
    for Match { key, value } in matches.unwrap_or_default() {
        if key != "resource_name" {
            return Err(Row::invalid("matches: the key must be resource_name."));
        }
        name = value.to_lowercase();
    }
    Ok(name)
}

fn within(
    what: &str,
    given: Option<Whole>,
    least: usize,
    most: usize,
    default: usize,
) -> Result<usize, Row> {
    let Some(Whole(number)) = given else { return Ok(default) };
    usize::try_from(number)
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| Row::invalid(format!("{what} must be an integer from {least} to {most}.")))
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let Body { action, limit, offset, tags, not_tags, matches } = read(call.request.body)?;
    let counts = match action.as_str() {
        "filter" => false,
        "count" => true,
        _ => return Err(Row::invalid("action must be filter or count.")),
    };
    let limit = within("limit", limit, 1, PAGE_MAX, PAGE_MAX)?;
    let offset = within("offset", offset, 0, usize::MAX, 0)?;
    let filter = Filter {
        tags: asked("tags", tags)?,
        not_tags: asked("not_tags", not_tags)?,
        name: name(matches)?,
    };
    let (reply, project) = (call.reply, call.caller.project);
    Ok(Action::look(move |view| {
        let fitting = || view.world.servers_of(project).filter(|server| filter.admits(server));
        let total_count = fitting().count();
        let resources =
            (!counts).then(|| fitting().skip(offset).take(limit).map(Found::of).collect());
        reply.json(200, &Page { resources, total_count })
    }))
}
