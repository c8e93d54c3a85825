//! `POST …/cloudservers/{server_id}/tags/action`: put tags on a server, or take them off.

use regiment_core::edits::{ChangeTags, Edit, TagNamed};
use regiment_core::model::{Server, Tag};
use regiment_core::view::View;
use serde::Deserialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::read;
use crate::huawei::faults::Row;
use crate::huawei::fields::tag_pairs;
use crate::huawei::limits::TAGS_MAX;

#[derive(Deserialize)]
struct Body {
    action: String,
    tags: Vec<Pair>,
}

#[derive(Deserialize)]
struct Pair {
    key: String,
    value: Option<String>,
}

pub(super) fn decode(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let Body { action, tags } = read(call.request.body)?;
    if tags.is_empty() {
        return Err(Row::invalid("tags must have from 1 to 10 entries."));
    }
    let with_value: Vec<bool> = tags.iter().map(|Pair { key: _, value }| value.is_some()).collect();
    let pair = |Pair { key, value }| (key, value.unwrap_or_default());
    let tags = tag_pairs(tags.into_iter().map(pair).collect())?;
    let (put, remove) = match action.as_str() {
        "create" => (tags, Vec::new()),
        "delete" => (Vec::new(), named(tags, &with_value)),
        _ => return Err(Row::invalid("action must be create or delete.")),
    };
    let count_max = u16::try_from(TAGS_MAX).expect("ten fits");
    let change = move |server: &Server, _: &View<'_>| {
        Ok(Edit::ChangeTags(ChangeTags { server: server.id, put, remove, count_max }))
    };
    let reply = call.reply;
    Ok(call.edit_one(id, change, move |_, _| reply.empty(204)))
}

/// A tag to be taken off is named by its key alone, or with its value.
fn named(tags: Vec<Tag>, with_value: &[bool]) -> Vec<TagNamed> {
    tags.into_iter()
        .zip(with_value)
        .map(|(Tag { key, value }, said)| TagNamed { key, value: said.then_some(value) })
        .collect()
}
