//! `GET /v3/projects`: how a client that knows only a region finds its project. Also
//! `GET /v3/auth/projects`, which tells all that are the caller's, and `GET /v3/projects/{project_id}`.

use regiment_core::model::Project;
use serde::Serialize;

use crate::Action;
use crate::huawei::filter::Query;
use crate::huawei::ops::iam::catalog::Links;
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
struct One<'a> {
    project: ProjectOf<'a>,
}

pub(in crate::huawei) fn decode(call: &Call<'_>) -> Action {
    let name = Query::of(call.request).get("name").map(str::to_owned);
    list(call, "/v3/projects", name)
}

pub(in crate::huawei) fn decode_own(call: &Call<'_>) -> Action {
    list(call, "/v3/auth/projects", None)
}

fn list(call: &Call<'_>, path: &'static str, name: Option<String>) -> Action {
    let (reply, id) = (call.reply, call.caller.project);
    let base = base_url(call.request);
    Action::look(move |view| {
        let named = |project: &&Project| name.as_deref().is_none_or(|name| *project.name == *name);
        let project = view.world.project(id).filter(named);
        let projects = project.map(|project| describe(project, &base)).into_iter().collect();
        reply.json(200, &Body { projects, links: Links::of(format!("{base}{path}")) })
    })
}

pub(in crate::huawei) fn decode_one(call: &Call<'_>, wanted: &str) -> Action {
    let (reply, id) = (call.reply, call.caller.project);
    let (base, wanted) = (base_url(call.request), wanted.to_owned());
    Action::look(move |view| {
        match view.world.project(id).filter(|project| project.id.plain() == wanted) {
            Some(project) => reply.json(200, &One { project: describe(project, &base) }),
            None => reply.iam(404, "Not Found", &format!("Could not find project: {wanted}.")),
        }
    })
}

fn describe<'a>(project: &'a Project, base: &str) -> ProjectOf<'a> {
    let id = project.id.plain();
    ProjectOf {
        name: &project.name,
        domain_id: ids::domain(project.id),
        parent_id: ids::domain(project.id),
        enabled: true,
        is_domain: false,
        description: "",
        links: Own { own: format!("{base}/v3/projects/{id}") },
        id,
    }
}
