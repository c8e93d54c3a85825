//! `…/servers/{server_id}/metadata`, whole or one key of it.
//!
//! What is told is what a server shows of itself: the client's own keys and those that the cloud
//! keeps. The latter can be named with the values they have, as a client does that sends back what
//! it read, and be neither changed nor deleted.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use regiment_core::edits::{ChangeMetadata, Edit};
use regiment_core::model::{FaultKind, Server};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::huawei::detail::Lens;
use crate::huawei::limits::{METADATA_CHARS_MAX, METADATA_MADE_MAX};
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::body::read;
use crate::huawei::nova::faults::Refusal;
use crate::{Action, Answer};

type Pairs = BTreeMap<Arc<str>, Arc<str>>;

#[derive(Deserialize)]
struct Body {
    metadata: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct ItemBody {
    meta: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Whole<'a> {
    metadata: BTreeMap<&'a str, Cow<'a, str>>,
}

#[derive(Serialize)]
struct Item<'a> {
    meta: BTreeMap<&'a str, &'a str>,
}

pub(in crate::huawei::nova) fn show(call: &NovaCall<'_>, id: &str) -> Action {
    let reply = call.reply;
    call.look(call.errand(id, "show"), move |server, view| {
        reply.json(200, &Whole { metadata: Lens::new(view).metadata(server) })
    })
}

/// `PUT` forgets what is there, `POST` adds to it.
pub(in crate::huawei::nova) fn change(
    call: &NovaCall<'_>,
    afresh: bool,
    id: &str,
) -> Result<Action, Refusal> {
    let Body { metadata } = read(call.call.request.body)?;
    let put = pairs(metadata)?;
    let reply = call.reply;
    let answer = move |server: &Server, view: &View<'_>| {
        reply.json(200, &Whole { metadata: Lens::new(view).metadata(server) })
    };
    Ok(order(call, id, UPDATE, move |server, view| edit(server, view, afresh, put), answer))
}

pub(in crate::huawei::nova) fn show_item(call: &NovaCall<'_>, id: &str, key: &str) -> Action {
    let (reply, key) = (call.reply, key.to_owned());
    call.look(call.errand(id, "show"), move |server, view| {
        match Lens::new(view).metadata(server).get(&*key) {
            Some(value) => reply.json(200, &Item { meta: BTreeMap::from([(&*key, &**value)]) }),
            None => reply.refuse(&NO_SUCH_KEY),
        }
    })
}

pub(in crate::huawei::nova) fn update_item(
    call: &NovaCall<'_>,
    id: &str,
    key: &str,
) -> Result<Action, Refusal> {
    let ItemBody { meta } = read(call.call.request.body)?;
    if meta.len() != 1 {
        return Err(Refusal::invalid("Request body contains too many items"));
    }
    if !meta.contains_key(key) {
        return Err(Refusal::invalid("Request body and URI mismatch"));
    }
    let put = pairs(meta)?;
    let (reply, key) = (call.reply, key.to_owned());
    let told = put.clone();
    let answer = move |_: &Server, _: &View<'_>| {
        let value = told.get(&*key).map_or("", |value| value);
        reply.json(200, &Item { meta: BTreeMap::from([(&*key, value)]) })
    };
    Ok(order(call, id, UPDATE, move |server, view| edit(server, view, false, put), answer))
}

pub(in crate::huawei::nova) fn delete_item(call: &NovaCall<'_>, id: &str, key: &str) -> Action {
    let (reply, key) = (call.reply, key.to_owned());
    let edit = move |server: &Server, view: &View<'_>| {
        if server.details.metadata.contains_key(&*key) {
            return Ok(Edit::ChangeMetadata(ChangeMetadata {
                remove: vec![key.into()],
                ..nothing(server)
            }));
        }
        let kept = Lens::new(view).kept_metadata(server).contains_key(&*key);
        Err(if kept { is_kept(&key) } else { NO_SUCH_KEY })
    };
    order(call, id, "delete metadata", edit, move |_, _| reply.empty(204))
}

const UPDATE: &str = "update metadata";

const NO_SUCH_KEY: Refusal =
    Refusal { status: 404, message: Cow::Borrowed("Metadata item was not found") };

fn is_kept(key: &str) -> Refusal {
    Refusal::new(403, format!("Metadata item {key} is kept by the cloud."))
}

fn order(
    call: &NovaCall<'_>,
    id: &str,
    word: &'static str,
    edit: impl FnOnce(&Server, &View<'_>) -> Result<Edit, Refusal> + Send + 'static,
    answer: impl FnOnce(&Server, &View<'_>) -> Answer + Send + 'static,
) -> Action {
    let full = || {
        let message = format!("Maximum number of metadata items exceeds {METADATA_MADE_MAX}");
        Refusal::new(403, message)
    };
    let errand = call.errand(id, word).saying(FaultKind::QuotaExceeded, full());
    call.edit(errand, edit, answer)
}

fn edit(server: &Server, view: &View<'_>, afresh: bool, mut put: Pairs) -> Result<Edit, Refusal> {
    for (key, value) in Lens::new(view).kept_metadata(server) {
        if put.remove(key).is_some_and(|given| *given != *value) {
            return Err(is_kept(key));
        }
    }
    Ok(Edit::ChangeMetadata(ChangeMetadata { afresh, put, ..nothing(server) }))
}

/// An edit that changes nothing yet.
fn nothing(server: &Server) -> ChangeMetadata {
    ChangeMetadata {
        server: server.id,
        afresh: false,
        put: BTreeMap::new(),
        remove: Vec::new(),
        count_max: METADATA_MADE_MAX,
    }
}

/// Nova allows blanks in keys, where this cloud's own API does not.
pub(super) fn pairs(given: BTreeMap<String, String>) -> Result<Pairs, Refusal> {
    let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | ' ');
    let pair = |(key, value): (String, String)| {
        if !(1..=METADATA_CHARS_MAX).contains(&key.chars().count()) || !key.chars().all(named) {
            let shown: String = key.chars().take(64).collect();
            let message = format!("Invalid input for field/attribute metadata: the key {shown}.");
            return Err(Refusal::invalid(message));
        }
        if value.chars().count() > METADATA_CHARS_MAX {
            let message =
                format!("Invalid input for field/attribute {key}: its value is too long.");
            return Err(Refusal::invalid(message));
        }
        Ok((key.into(), value.into()))
    };
    given.into_iter().map(pair).collect()
}
