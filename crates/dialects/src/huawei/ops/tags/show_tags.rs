//! `GET …/cloudservers/{server_id}/tags`

use regiment_core::model::Tag;
use serde::Serialize;

use crate::Action;
use crate::huawei::Call;

#[derive(Serialize)]
pub(super) struct Pair<'a> {
    key: &'a str,
    value: &'a str,
}

impl<'a> From<&'a Tag> for Pair<'a> {
    fn from(Tag { key, value }: &'a Tag) -> Pair<'a> {
        Pair { key, value }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    tags: Vec<Pair<'a>>,
}

pub(super) fn decode(call: &Call<'_>, id: &str) -> Action {
    let reply = call.reply;
    call.look_at(id, move |server, _| {
        reply.json(200, &Body { tags: server.details.tags.iter().map(Pair::from).collect() })
    })
}
