//! `GET /` and `GET /{api_version}`: anyone may ask.

use serde::Serialize;

use crate::huawei::answer::Reply;
use crate::huawei::nova::answer::NovaReply;
use crate::huawei::nova::links::Link;
use crate::huawei::nova::version::{NEWEST, OLDEST};
use crate::huawei::ops::tokens::base_url;
use crate::{Answer, Request};

#[derive(Serialize)]
struct All {
    versions: [Version; 2],
}

#[derive(Serialize)]
struct One {
    version: Detail,
}

#[derive(Serialize)]
struct Version {
    id: &'static str,
    status: &'static str,
    #[serde(rename = "version")]
    newest: String,
    #[serde(rename = "min_version")]
    oldest: String,
    updated: &'static str,
    links: Vec<Link>,
}

#[derive(Serialize)]
struct Detail {
    #[serde(flatten)]
    version: Version,
    #[serde(rename = "media-types")]
    media_types: [MediaType; 1],
}

#[derive(Serialize)]
struct MediaType {
    base: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

pub(in crate::huawei) fn decode(request: &Request<'_>, one: Option<&str>, plain: Reply) -> Answer {
    let reply = NovaReply { plain, version: None };
    let base = base_url(request);
    match one {
        None => reply.json(200, &All { versions: [old(&base), current(&base)] }),
        Some("v2.1") => {
            let kind = "application/vnd.openstack.compute+json;version=2.1";
            reply.json(200, &One { version: detail(current(&base), kind) })
        }
        Some(_) => {
            let kind = "application/vnd.openstack.compute+json;version=2";
            reply.json(200, &One { version: detail(old(&base), kind) })
        }
    }
}

/// Without microversions.
fn old(base: &str) -> Version {
    Version {
        id: "v2.0",
        status: "SUPPORTED",
        newest: String::new(),
        oldest: String::new(),
        updated: "2011-01-21T11:33:21Z",
        links: vec![Link { rel: "self", href: format!("{base}/v2/") }],
    }
}

fn current(base: &str) -> Version {
    Version {
        id: "v2.1",
        status: "CURRENT",
        newest: NEWEST.to_string(),
        oldest: OLDEST.to_string(),
        updated: "2013-07-23T11:33:21Z",
        links: vec![Link { rel: "self", href: format!("{base}/v2.1/") }],
    }
}

fn detail(mut version: Version, kind: &'static str) -> Detail {
    let about = Link { rel: "describedby", href: "http://docs.openstack.org/".to_owned() };
    version.links.push(about);
    Detail { version, media_types: [MediaType { base: "application/json", kind }] }
}
