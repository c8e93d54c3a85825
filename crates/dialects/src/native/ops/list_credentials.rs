//! `GET credentials`: who is let into the project, and what each may do. Never with a secret key.

use regiment_core::model::Credential;
use serde::Serialize;

use crate::Action;
use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::{Call, reply, times};

#[derive(Serialize)]
struct Page {
    credentials: Vec<ShownCredential>,
}

#[derive(Serialize)]
pub(in crate::native) struct ShownCredential {
    access_key: String,
    role: &'static str,
    project_id: String,
    created_at: Option<String>,
}

impl ShownCredential {
    pub fn of(credential: &Credential) -> ShownCredential {
        let Credential { access_key, project, secret_key: _, role, created_at } = credential;
        ShownCredential {
            access_key: access_key.to_string(),
            role: role.word(),
            project_id: project.plain(),
            created_at: created_at.map(times::time),
        }
    }
}

/// All of them: a project has 1,000 at most.
pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    let project = call.caller.project;
    Ok(Action::look(move |view| {
        let all = view.world.credentials_of(project).map(ShownCredential::of);
        reply::json(200, &Page { credentials: all.collect() })
    }))
}
