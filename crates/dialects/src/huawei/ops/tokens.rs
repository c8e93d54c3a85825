//! `POST` and `GET /v3/auth/tokens`: a bearer token for a name and a password, which here are an
//! access key and its secret key.

use regiment_core::model::{self, Project};
use serde::{Deserialize, Serialize};

use crate::huawei::answer::Reply;
use crate::huawei::body::{Password, read};
use crate::huawei::filter::Query;
use crate::huawei::ops::iam::catalog::{self, Service};
use crate::huawei::{Call, ids, times};
use crate::{Action, Answer, Bearer, Context, Request};

#[derive(Deserialize)]
struct Body {
    auth: Auth,
}

#[derive(Deserialize)]
struct Auth {
    identity: Identity,
    scope: Option<Scope>,
}

#[derive(Deserialize)]
struct Identity {
    methods: Vec<String>,
    password: Option<ByPassword>,
}

#[derive(Deserialize)]
struct ByPassword {
    user: User,
}

#[derive(Deserialize)]
struct User {
    name: String,
    password: Password,
}

#[derive(Deserialize)]
struct Scope {
    project: Option<Named>,
    domain: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: Option<String>,
    name: Option<String>,
}

/// Scheme and host as the client reached us.
pub(in crate::huawei) fn base_url(request: &Request<'_>) -> String {
    request.base_url()
}

fn unauthorized(reply: Reply, message: &str) -> Answer {
    reply.iam(401, "Unauthorized", message)
}

/// IAM's own words for what the gateway in front of ECS says otherwise.
pub(in crate::huawei) fn unauthenticated(reply: Reply) -> Answer {
    unauthorized(reply, "The request you have made requires authentication.")
}

pub(in crate::huawei) fn issue(
    request: &Request<'_>,
    context: &Context<'_>,
    reply: Reply,
) -> Action {
    let auth = match read::<Body>(request.body) {
        Ok(Body { auth }) => auth,
        Err(row) => return Action::Answer(reply.iam(400, "Bad Request", &row.message)),
    };
    let Auth { identity: Identity { methods, password }, scope } = auth;
    let (true, Some(ByPassword { user })) = (methods.iter().any(|m| m == "password"), password)
    else {
        let message = "the one method served is password.";
        return Action::Answer(reply.iam(400, "Bad Request", message));
    };
    let User { name, password: Password(secret) } = user;
    let Some((token, bearer)) = context.gate.issue(&name, secret.expose()) else {
        let message = "The username or password is wrong.";
        return Action::Answer(unauthorized(reply, message));
    };
    let catalog = Query::of(request).get("nocatalog").is_none().then(|| base_url(request));
    Action::look(move |view| {
        let project = view.world.project(bearer.project);
        let scoped = match scope {
            Some(Scope { project: Some(wanted), domain: _ }) => {
                match project.filter(|project| names(&wanted, project)) {
                    Some(project) => Some(project),
                    None => return unauthorized(reply, "The scope names no project of the user."),
                }
            }
            // Whoever asks for the account may still not act on a project with it, except that
            // there is but one.
            Some(Scope { project: None, domain: Some(_) }) => None,
            Some(Scope { project: None, domain: None }) | None => project,
        };
        let body = describe(&bearer, scoped, catalog.as_deref());
        reply.json(201, &body).with_header("x-subject-token", token)
    })
}

fn names(wanted: &Named, project: &Project) -> bool {
    let Named { id, name } = wanted;
    (id.is_some() || name.is_some())
        && id.as_ref().is_none_or(|id| project.id.plain() == *id)
        && name.as_ref().is_none_or(|name| *project.name == **name)
}

pub(in crate::huawei) fn check(call: &Call<'_>) -> Action {
    let reply = call.reply;
    let Some(subject) = call.request.header("x-subject-token").map(str::to_owned) else {
        let message = "The header X-Subject-Token is missing.";
        return Action::Answer(reply.iam(400, "Bad Request", message));
    };
    let known = call.context.gate.bearer(&subject);
    let Some(bearer) = known.filter(|bearer| bearer.project == call.caller.project) else {
        return Action::Answer(reply.iam(404, "Not Found", "The token could not be found."));
    };
    let catalog =
        Query::of(call.request).get("nocatalog").is_none().then(|| base_url(call.request));
    Action::look(move |view| {
        let body = describe(&bearer, view.world.project(bearer.project), catalog.as_deref());
        reply.json(200, &body).with_header("x-subject-token", subject)
    })
}

#[derive(Serialize)]
struct TokenBody<'a> {
    token: Token<'a>,
}

#[derive(Serialize)]
struct Token<'a> {
    methods: [&'static str; 1],
    expires_at: String,
    issued_at: String,
    user: UserOf,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<ProjectOf<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<Domain>,
    roles: [Role; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    catalog: Option<Vec<Service>>,
}

#[derive(Serialize)]
struct Domain {
    id: String,
    name: String,
}

#[derive(Serialize)]
struct UserOf {
    id: String,
    name: String,
    domain: Domain,
    password_expires_at: &'static str,
}

#[derive(Serialize)]
struct ProjectOf<'a> {
    id: String,
    name: &'a str,
    domain: Domain,
}

#[derive(Serialize)]
struct Role {
    id: &'static str,
    name: &'static str,
}

/// In the words that this cloud has for all of a project's things.
const fn role_of(role: model::Role) -> Role {
    let name = match role {
        model::Role::Reader => "readonly",
        model::Role::Operator | model::Role::Admin => "te_admin",
    };
    Role { id: "0", name }
}

fn describe<'a>(
    bearer: &Bearer,
    project: Option<&'a Project>,
    base: Option<&str>,
) -> TokenBody<'a> {
    let account = bearer.project;
    let domain = || Domain { id: ids::domain(account), name: bearer.access_key.to_string() };
    let id = account.plain();
    let catalog = base.map(|base| catalog::services(base, account, project));
    TokenBody {
        token: Token {
            methods: ["password"],
            expires_at: times::micros(bearer.expires_at),
            issued_at: times::micros(bearer.issued_at),
            user: UserOf {
                id: ids::user(&bearer.access_key),
                name: bearer.access_key.to_string(),
                domain: domain(),
                password_expires_at: "",
            },
            project: project.map(|project| ProjectOf {
                id: id.clone(),
                name: &project.name,
                domain: domain(),
            }),
            domain: project.is_none().then(domain),
            roles: [role_of(bearer.role)],
            catalog,
        },
    }
}
