//! `GET /v3`: what a client that knows only this address asks first, before it has proved anything.

use serde::Serialize;

use crate::huawei::answer::Reply;
use crate::huawei::ops::tokens::base_url;
use crate::{Answer, Request};

#[derive(Serialize)]
struct Body {
    version: Version,
}

#[derive(Serialize)]
struct Version {
    id: &'static str,
    status: &'static str,
    updated: &'static str,
    links: [Link; 1],
    #[serde(rename = "media-types")]
    media_types: [Media; 1],
}

#[derive(Serialize)]
struct Link {
    rel: &'static str,
    href: String,
}

#[derive(Serialize)]
struct Media {
    #[serde(rename = "type")]
    kind: &'static str,
    base: &'static str,
}

pub(in crate::huawei) fn answer(request: &Request<'_>, reply: Reply) -> Answer {
    let own = Link { rel: "self", href: format!("{}/v3/", base_url(request)) };
    let media =
        Media { kind: "application/vnd.openstack.identity-v3+json", base: "application/json" };
    let version = Version {
        id: "v3.6",
        status: "stable",
        updated: "2016-04-04T00:00:00Z",
        links: [own],
        media_types: [media],
    };
    reply.json(200, &Body { version })
}
