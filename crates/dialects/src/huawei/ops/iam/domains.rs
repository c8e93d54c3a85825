//! `GET /v3/auth/domains`: the account that the caller belongs to.

use serde::Serialize;

use super::catalog::Links;
use crate::Action;
use crate::huawei::ops::tokens::base_url;
use crate::huawei::{Call, ids};

#[derive(Serialize)]
struct Body<'a> {
    domains: [Domain<'a>; 1],
    links: Links,
}

#[derive(Serialize)]
struct Domain<'a> {
    id: String,
    name: &'a str,
    description: &'static str,
    enabled: bool,
    links: Own,
}

#[derive(Serialize)]
struct Own {
    #[serde(rename = "self")]
    own: String,
}

pub(super) fn decode(call: &Call<'_>) -> Action {
    let base = base_url(call.request);
    let id = ids::domain(call.caller.project);
    let own = Own { own: format!("{base}/v3/domains/{id}") };
    // An account has no name here but its key's, which is also what a token calls it.
    let name = &call.caller.access_key;
    let domain = Domain { id, name, description: "", enabled: true, links: own };
    let links = Links::of(format!("{base}/v3/auth/domains"));
    Action::Answer(call.reply.json(200, &Body { domains: [domain], links }))
}
