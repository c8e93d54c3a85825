//! Which path is which operation.

use std::borrow::Cow;

use regiment_core::model::Fault;

use super::answer::Reply;
use super::faults::Row;
use super::ops::{
    attributes, availability_zones, catalog, create, delete, flavors, guest, iam, launch_templates,
    lifecycle, limits, list_servers, nics, power, projects, recycle_bin, reinstall, rename,
    reset_password, resize, scheduled_events, server_groups, show_job, show_server, tags, tokens,
    volumes,
};
use super::{Call, evs, ims, nova, vpc};
use crate::{Action, Answer, Request};

/// The two ages of an operation that has two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    V1,
    V11,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route<'a> {
    IssueToken,
    CheckToken,
    /// The page that the address of a console leads to.
    ConsolePage,
    Projects,
    Iam(iam::Route<'a>),
    Catalog(catalog::Route<'a>),
    Images(ims::ops::Route<'a>),
    Create(Age),
    ListServers(Age),
    ShowServer(Cow<'a, str>),
    Power,
    Delete,
    ResetPasswords,
    ResetPassword(Cow<'a, str>),
    Rename,
    BatchResize,
    Resize(Age, Cow<'a, str>),
    /// Whether the image carries cloud-init, and the server.
    Reinstall(bool, Cow<'a, str>),
    ChangeOs(bool, Cow<'a, str>),
    Flavors,
    Limits,
    AvailabilityZones,
    ShowJob(Cow<'a, str>),
    Tags(tags::Route<'a>),
    Attributes(attributes::Route<'a>),
    Guest(guest::Route<'a>),
    LaunchTemplates(launch_templates::Route<'a>),
    ServerGroups(server_groups::Route<'a>),
    Lifecycle(lifecycle::Route<'a>),
    Nics(nics::Route<'a>),
    Vpc(vpc::Route<'a>),
    /// All versions of Nova, or the one named.
    NovaVersions(Option<Cow<'a, str>>),
    Nova(nova::Route<'a>),
    Volumes(volumes::Route<'a>),
    Evs(evs::Route<'a>),
    RecycleBin(recycle_bin::Route<'a>),
    ScheduledEvents(scheduled_events::Route<'a>),
}

/// Paths of operations not served here that would otherwise read as a server's id.
const NO_SERVERS: [&str; 2] = ["tags", "os-server-groups"];

/// The operation of a request's method and path, and the project in the path, if it has one.
pub(super) fn find<'a>(request: &Request<'a>) -> Option<(Route<'a>, Option<Cow<'a, str>>)> {
    let mut parts = request.segments();
    if parts.last().is_some_and(|part| part.is_empty()) {
        parts.pop();
    }
    // Clients of sister clouds, whose catalogs name these services without a version, add one to what
    // the catalog here says.
    let [first, second] = [0, 1].map(|at| parts.get(at).map_or("", AsRef::as_ref));
    if matches!((first, second), ("v2.0", "v1" | "v2.0") | ("v2", "v1" | "v2")) {
        parts.remove(0);
    }
    let words: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    let part = |at: usize| parts[at].clone();
    let without_project = match (request.method, words.as_slice()) {
        ("POST", ["v3", "auth", "tokens"]) => Some(Route::IssueToken),
        ("GET", ["v3", "auth", "tokens"]) => Some(Route::CheckToken),
        ("GET", ["v3", "projects"]) => Some(Route::Projects),
        ("GET", ["remote-console"]) => Some(Route::ConsolePage),
        ("GET", []) => Some(Route::NovaVersions(None)),
        ("GET", ["v2" | "v2.0" | "v2.1"]) => Some(Route::NovaVersions(Some(part(0)))),
        _ => iam::find(request.method, &parts).map(Route::Iam),
    };
    if let Some(route) = without_project {
        return Some((route, None));
    }
    if let ("POST", ["v1.0", "servers", _, "action"]) = (request.method, words.as_slice()) {
        return Some((Route::Attributes(attributes::Route::RegisterMonitor(part(2))), None));
    }
    if let Some((route, project)) = vpc::find(request.method, &parts) {
        return Some((Route::Vpc(route), project));
    }
    if let Some(route) = ims::ops::find(request.method, &parts) {
        return Some((Route::Images(route), None));
    }
    if let Some(route) = catalog::find(request.method, &parts) {
        return Some((Route::Catalog(route), Some(part(1))));
    }
    if let Some((route, project)) = nova::find(request.method, &parts) {
        return Some((Route::Nova(route), Some(project)));
    }
    let area = volumes::find(request.method, &parts)
        .map(Route::Volumes)
        .or_else(|| nics::find(request.method, &parts).map(Route::Nics))
        .or_else(|| lifecycle::find(request.method, &parts).map(Route::Lifecycle))
        .or_else(|| recycle_bin::find(request.method, &parts).map(Route::RecycleBin))
        .or_else(|| scheduled_events::find(request.method, &parts).map(Route::ScheduledEvents))
        .or_else(|| evs::find(request.method, &parts).map(Route::Evs));
    if let Some(route) = area {
        return Some((route, Some(part(1))));
    }
    let [version, _, rest @ ..] = words.as_slice() else { return None };
    let route = match (*version, request.method, rest) {
        ("v1", "POST", ["cloudservers"]) => Route::Create(Age::V1),
        ("v1.1", "POST", ["cloudservers"]) => Route::Create(Age::V11),
        ("v1", "GET", ["cloudservers", "detail"]) => Route::ListServers(Age::V1),
        ("v1.1", "GET", ["cloudservers", "detail"]) => Route::ListServers(Age::V11),
        ("v1", "GET", ["cloudservers", "flavors"]) => Route::Flavors,
        ("v1", "GET", ["cloudservers", "limits"]) => Route::Limits,
        ("v1", "GET", ["cloudservers", id]) if !NO_SERVERS.contains(id) => {
            Route::ShowServer(part(3))
        }
        ("v1", "POST", ["cloudservers", "action"]) => Route::Power,
        ("v1", "POST", ["cloudservers", "delete"]) => Route::Delete,
        ("v1", "POST", ["cloudservers", "batch-resize"]) => Route::BatchResize,
        ("v1", "PUT", ["cloudservers", "os-reset-passwords"]) => Route::ResetPasswords,
        ("v1", "PUT", ["cloudservers", "server-name"]) => Route::Rename,
        ("v1", "PUT", ["cloudservers", _, "os-reset-password"]) => Route::ResetPassword(part(3)),
        ("v1", "POST", ["cloudservers", _, "resize"]) => Route::Resize(Age::V1, part(3)),
        ("v1.1", "POST", ["cloudservers", _, "resize"]) => Route::Resize(Age::V11, part(3)),
        ("v1", "POST", ["cloudservers", _, "reinstallos"]) => Route::Reinstall(false, part(3)),
        ("v2", "POST", ["cloudservers", _, "reinstallos"]) => Route::Reinstall(true, part(3)),
        ("v1", "POST", ["cloudservers", _, "changeos"]) => Route::ChangeOs(false, part(3)),
        ("v2", "POST", ["cloudservers", _, "changeos"]) => Route::ChangeOs(true, part(3)),
        ("v1", "GET", ["availability-zones"]) => Route::AvailabilityZones,
        ("v1", "GET", ["jobs", _]) => Route::ShowJob(part(3)),
        _ => in_area(version, request.method, &parts[2..])?,
    };
    Some((route, Some(part(1))))
}

/// The operation of an area, from what follows the project in a path.
fn in_area<'a>(version: &str, method: &str, rest: &[Cow<'a, str>]) -> Option<Route<'a>> {
    let tags = || tags::find(version, method, rest).map(Route::Tags);
    let attributes = || attributes::find(version, method, rest).map(Route::Attributes);
    let guest = || guest::find(version, method, rest).map(Route::Guest);
    let templates = || launch_templates::find(version, method, rest).map(Route::LaunchTemplates);
    let groups = || server_groups::find(version, method, rest).map(Route::ServerGroups);
    tags().or_else(groups).or_else(attributes).or_else(templates).or_else(guest)
}

impl Route<'_> {
    /// The refusal of a request that names another project than the caller's.
    pub fn foreign_project(&self, reply: Reply) -> Answer {
        const MESSAGE: &str = "The project_id in the URL is not the project of the token.";
        if let Route::Nova(_) = self {
            nova::foreign_project(reply)
        } else if let Route::ShowJob(_) = self {
            reply.refuse_query(&Row::new("Common.0018", 400, MESSAGE))
        } else {
            reply.refuse(&Row::new("Ecs.0023", 400, MESSAGE))
        }
    }
}

impl Route<'_> {
    /// The refusal of a request for what it carries beside its own words.
    pub fn refuse(&self, reply: Reply, fault: &Fault) -> Answer {
        if let Route::Nova(_) = self {
            nova::refuse(reply, fault)
        } else if let Route::ShowJob(_) = self {
            reply.refuse_query(&Row::of(fault))
        } else if let Route::Evs(_) = self {
            reply.refuse(&evs::faults::row(fault))
        } else {
            reply.refuse(&Row::of(fault))
        }
    }
}

impl Call<'_> {
    pub fn decode(&self, route: Route<'_>) -> Result<Action, Row> {
        match route {
            Route::IssueToken => Ok(tokens::issue(self.request, self.context, self.reply)),
            Route::CheckToken => Ok(tokens::check(self)),
            Route::ConsolePage => {
                Ok(guest::console_page::decode(self.request, self.context, self.reply))
            }
            Route::Projects => Ok(projects::decode(self)),
            Route::Iam(route) => Ok(iam::decode(self, route)),
            Route::Images(route) => ims::ops::decode(self, route),
            Route::Catalog(route) => catalog::decode(self, route),
            Route::Create(age) => create::decode(self, age),
            Route::ListServers(age) => list_servers::decode(self, age),
            Route::ShowServer(id) => Ok(show_server::decode(self, &id)),
            Route::Power => power::decode(self),
            Route::Delete => delete::decode(self),
            Route::ResetPasswords => reset_password::decode_batch(self),
            Route::ResetPassword(id) => reset_password::decode_single(self, &id),
            Route::Rename => rename::decode(self),
            Route::BatchResize => resize::decode_batch(self),
            Route::Resize(age, id) => resize::decode_single(self, age, &id),
            Route::Reinstall(cloud_init, id) => reinstall::decode(self, cloud_init, &id),
            Route::ChangeOs(cloud_init, id) => reinstall::decode_change(self, cloud_init, &id),
            Route::Flavors => flavors::decode(self),
            Route::Limits => Ok(limits::decode(self)),
            Route::AvailabilityZones => Ok(availability_zones::decode(self)),
            Route::ShowJob(id) => Ok(show_job::decode(self, &id)),
            Route::Tags(route) => tags::decode(self, &route),
            Route::ServerGroups(route) => server_groups::decode(self, &route),
            Route::Attributes(route) => attributes::decode(self, &route),
            Route::Guest(route) => guest::decode(self, &route),
            Route::LaunchTemplates(route) => launch_templates::decode(self, &route),
            Route::Lifecycle(route) => lifecycle::decode(self, route),
            Route::Nics(route) => nics::decode(self, route),
            Route::Vpc(route) => vpc::decode(self, route),
            Route::NovaVersions(one) => {
                let answer = nova::versions::decode(self.request, one.as_deref(), self.reply);
                Ok(Action::Answer(answer))
            }
            Route::Nova(route) => Ok(nova::decode(self, &route)),
            Route::Volumes(route) => volumes::decode(self, &route),
            Route::Evs(route) => evs::decode(self, &route),
            Route::RecycleBin(route) => recycle_bin::decode(self, route),
            Route::ScheduledEvents(route) => scheduled_events::decode(self, route),
        }
    }
}
