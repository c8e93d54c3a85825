//! `POST …/cloudservers/{server_id}/metadata`, `DELETE …/cloudservers/{server_id}/metadata/{key}`

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regiment_core::edits::{ChangeMetadata, Edit};
use regiment_core::model::Server;
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::read;
use crate::huawei::faults::Row;
use crate::huawei::fields::metadata_pairs;
use crate::huawei::limits::METADATA_MADE_MAX;

#[derive(Deserialize)]
struct Body {
    metadata: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Said {
    metadata: BTreeMap<Arc<str>, Arc<str>>,
}

pub(super) fn decode_update(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let Body { metadata } = read(call.request.body)?;
    let metadata = metadata_pairs(metadata)?;
    let (reply, put) = (call.reply, metadata.clone());
    let edit = move |server: &Server, _: &View<'_>| {
        let own = server.details.metadata.keys();
        let keys: BTreeSet<&Arc<str>> = own.chain(put.keys()).collect();
        if keys.len() > METADATA_MADE_MAX {
            let message = format!("metadata must have at most {METADATA_MADE_MAX} keys.");
            return Err(Row::invalid(message));
        }
        Ok(change(server, put, Vec::new()))
    };
    Ok(call.edit_one(id, edit, move |_, _| reply.json(200, &Said { metadata })))
}

pub(super) fn decode_delete(call: &Call<'_>, id: &str, key: &str) -> Action {
    let (reply, key) = (call.reply, key.to_owned());
    let edit = move |server: &Server, _: &View<'_>| {
        if !server.details.metadata.contains_key(&*key) {
            return Err(Row::new("Ecs.0000", 404, "The metadata has no such key."));
        }
        Ok(change(server, BTreeMap::new(), vec![key.into()]))
    };
    call.edit_one(id, edit, move |_, _| reply.empty(204))
}

fn change(server: &Server, put: BTreeMap<Arc<str>, Arc<str>>, remove: Vec<Arc<str>>) -> Edit {
    Edit::ChangeMetadata(ChangeMetadata {
        server: server.id,
        afresh: false,
        put,
        remove,
        count_max: METADATA_MADE_MAX,
    })
}
