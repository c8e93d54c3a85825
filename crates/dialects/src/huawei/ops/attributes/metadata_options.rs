//! `GET …/cloudservers/{server_id}/metadata-options`, and `PUT` to change them.

use regiment_core::edits::{Describe, Edit};
use regiment_core::model::Server;
use regiment_core::view::View;
use serde::Serialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::read;
use crate::huawei::detail::{HINT_METADATA_ENDPOINT, HINT_METADATA_TOKENS, hint};
use crate::huawei::faults::Row;
use crate::huawei::fields::{MetadataOptions, metadata_options};

#[derive(Serialize)]
struct Body<'a> {
    http_endpoint: &'a str,
    http_tokens: &'a str,
}

pub(super) fn decode_show(call: &Call<'_>, id: &str) -> Action {
    let reply = call.reply;
    call.look_at(id, move |server, _| {
        let http_endpoint = hint(server, HINT_METADATA_ENDPOINT).unwrap_or("enabled");
        let http_tokens = hint(server, HINT_METADATA_TOKENS).unwrap_or("optional");
        reply.json(200, &Body { http_endpoint, http_tokens })
    })
}

pub(super) fn decode_update(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let hints = metadata_options(read::<MetadataOptions>(call.request.body)?)?;
    let reply = call.reply;
    let edit = |server: &Server, _: &View<'_>| {
        Ok(Edit::Describe(Describe { hints, ..Describe::of(server.id) }))
    };
    Ok(call.edit_one(id, edit, move |_, _| reply.empty(204)))
}
