//! `GET /v3/projects`: how a client that knows only a region finds its project.

use serde::Serialize;

use crate::Action;
use crate::huawei::filter::Query;
use crate::huawei::ops::tokens::base_url;
use crate::huawei::{Call, ids};

#[derive(Serialize)]
struct Body<'a> {
    projects: Vec<ProjectOf<'a>>,
    links: Links,
}

#[derive(Serialize)]
struct ProjectOf<'a> {
    id: String,
    name: &'a str,
    domain_id: String,
    parent_id: String,
    enabled: bool,
    is_domain: bool,
    description: &'static str,
    links: Own,
}

#[derive(Serialize)]
struct Own {
    #[serde(rename = "self")]
    own: String,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    own: String,
    next: (),
    previous: (),
}

pub(in crate::huawei) fn decode(call: &Call<'_>) -> Action {
    let name = Query::of(call.request).get("name").map(str::to_owned);
    let (reply, id) = (call.reply, call.caller.project);
    let base = base_url(call.request);
    Action::look(move |view| {
        let project = view.world.project(id);
        let named = |project: &_| {
            let project: &regiment_core::model::Project = project;
            name.as_deref().is_none_or(|name| *project.name == *name)
        };
        let projects = project.filter(|project| named(*project)).map(|project| ProjectOf {
            id: id.plain(),
            name: &project.name,
            domain_id: ids::domain(id),
            parent_id: ids::domain(id),
            enabled: true,
            is_domain: false,
            description: "",
            links: Own { own: format!("{base}/v3/projects/{}", id.plain()) },
        });
        let links = Links { own: format!("{base}/v3/projects"), next: (), previous: () };
        reply.json(200, &Body { projects: projects.into_iter().collect(), links })
    })
}
