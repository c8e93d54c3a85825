//! `GET /v3/regions` and `GET /v3/regions/{region_id}`: there is one, named like the project.

use serde::Serialize;

use super::catalog::Links;
use crate::Action;
use crate::huawei::Call;
use crate::huawei::filter::Query;
use crate::huawei::ops::tokens::base_url;

#[derive(Serialize)]
struct Body<'a> {
    regions: Vec<Region<'a>>,
    links: Links,
}

#[derive(Serialize)]
struct One<'a> {
    region: Region<'a>,
}

#[derive(Serialize)]
struct Region<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    description: &'static str,
    parent_region_id: (),
    locales: Locales<'a>,
    links: Own,
}

/// The name that a person is shown, by language.
#[derive(Serialize)]
struct Locales<'a> {
    #[serde(rename = "zh-cn")]
    zh_cn: &'a str,
    #[serde(rename = "en-us")]
    en_us: &'a str,
}

#[derive(Serialize)]
struct Own {
    #[serde(rename = "self")]
    own: String,
}

const PUBLIC: &str = "public";

fn describe<'a>(id: &'a str, base: &str) -> Region<'a> {
    Region {
        id,
        kind: PUBLIC,
        description: "",
        parent_region_id: (),
        locales: Locales { zh_cn: id, en_us: id },
        links: Own { own: format!("{base}/v3/regions/{id}") },
    }
}

pub(super) fn decode(call: &Call<'_>) -> Action {
    let query = Query::of(call.request);
    // The one region is public and has no parent.
    let wanted =
        query.get("type").is_none_or(|kind| kind == PUBLIC) && query.get("parent").is_none();
    let (reply, project, base) = (call.reply, call.caller.project, base_url(call.request));
    Action::look(move |view| {
        let project = view.world.project(project).filter(|_| wanted);
        let regions = project.into_iter().map(|project| describe(&project.name, &base)).collect();
        reply.json(200, &Body { regions, links: Links::of(format!("{base}/v3/regions")) })
    })
}

pub(super) fn decode_one(call: &Call<'_>, id: &str) -> Action {
    let (reply, project, base) = (call.reply, call.caller.project, base_url(call.request));
    let id = id.to_owned();
    Action::look(move |view| {
        match view.world.project(project).filter(|project| *project.name == *id) {
            Some(project) => reply.json(200, &One { region: describe(&project.name, &base) }),
            None => reply.iam(404, "Not Found", &format!("Could not find region: {id}.")),
        }
    })
}
