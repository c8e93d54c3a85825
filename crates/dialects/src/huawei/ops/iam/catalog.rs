//! `GET /v3/auth/catalog`, and the same list inside a token: where each service is.

use regiment_core::model::{Project, ProjectId};
use serde::Serialize;

use crate::Action;
use crate::huawei::ops::tokens::base_url;
use crate::huawei::{Call, ids};

const IDENTITY: &str = "identity";

/// The region of what belongs to none.
const EVERYWHERE: &str = "*";

/// Name, type and path of every service; a path that ends in a slash is followed by the project.
/// All are on this plane's own address.
const SERVICES: &[(&str, &str, &str)] = &[
    ("iam", IDENTITY, "/v3"),
    ("ecs", "ecs", "/v1/"),
    ("ecsv1.1", "ecsv1.1", "/v1.1/"),
    ("ecsv2", "ecsv2", "/v2/"),
    ("nova", "compute", "/v2.1/"),
    ("vpc", "vpc", "/v1/"),
    ("neutron", "network", "/v2.0"),
    ("evs", "volume", "/v2/"),
    ("evsv2", "volumev2", "/v2/"),
    ("evsv3", "volumev3", "/v3/"),
    ("glance", "image", "/v2"),
    ("ims", "ims", "/v2"),
];

#[derive(Serialize)]
pub(in crate::huawei) struct Service {
    id: String,
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    endpoints: Vec<Endpoint>,
}

#[derive(Serialize)]
struct Endpoint {
    id: String,
    interface: &'static str,
    region: String,
    region_id: String,
    url: String,
}

/// The services as they are reached at `base`. A project is named like its region; without one,
/// the services are told as of no region.
pub(in crate::huawei) fn services(
    base: &str,
    account: ProjectId,
    project: Option<&Project>,
) -> Vec<Service> {
    let region = project.map_or(EVERYWHERE, |project| &project.name);
    let service = |(name, kind, path): &(&'static str, &'static str, &str)| {
        let own = if path.ends_with('/') { account.plain() } else { String::new() };
        let endpoint = |id: String, region: &str| Endpoint {
            id: ids::of_catalog(&id),
            interface: "public",
            region: region.to_owned(),
            region_id: region.to_owned(),
            url: format!("{base}{path}{own}"),
        };
        let mut endpoints = vec![endpoint(format!("{name} endpoint"), region)];
        if *kind == IDENTITY && region != EVERYWHERE {
            // It is of no region; and clients that name one look for it there all the same.
            endpoints.insert(0, endpoint(format!("{name} endpoint {EVERYWHERE}"), EVERYWHERE));
        }
        Service { id: ids::of_catalog(name), name, kind, endpoints }
    };
    SERVICES.iter().map(service).collect()
}

#[derive(Serialize)]
struct Body {
    catalog: Vec<Service>,
    links: Links,
}

/// Of a list that is told whole.
#[derive(Serialize)]
pub(in crate::huawei) struct Links {
    #[serde(rename = "self")]
    own: String,
    next: (),
    previous: (),
}

impl Links {
    pub fn of(own: String) -> Links {
        Links { own, next: (), previous: () }
    }
}

pub(super) fn decode(call: &Call<'_>) -> Action {
    let (reply, account) = (call.reply, call.caller.project);
    let base = base_url(call.request);
    Action::look(move |view| {
        let catalog = services(&base, account, view.world.project(account));
        reply.json(200, &Body { catalog, links: Links::of(format!("{base}/v3/auth/catalog")) })
    })
}
