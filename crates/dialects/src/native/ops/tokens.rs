//! `POST tokens`: a bearer token for whoever knows an access key and its secret key.

use regiment_core::vault::Secret;
use serde::{Deserialize, Deserializer, Serialize};

use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::{body, reply, times};
use crate::{Action, Context, Request};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    access_key: String,
    #[serde(deserialize_with = "secret")]
    secret_key: Secret,
}

fn secret<'de, D: Deserializer<'de>>(given: D) -> Result<Secret, D::Error> {
    String::deserialize(given).map(Secret::new)
}

#[derive(Serialize)]
struct Issued {
    token: String,
    expires_at: String,
    project_id: String,
}

pub(in crate::native) fn decode(
    request: &Request<'_>,
    context: &Context<'_>,
) -> Result<Action, Refusal> {
    Query::of(request, &[])?;
    let Asked { access_key, secret_key } = body::read(request)?;
    let issued = context.gate.issue(&access_key, secret_key.expose());
    let (token, bearer) = issued.ok_or_else(|| {
        Refusal::unauthorized("the access key is unknown, or the secret key is not its")
    })?;
    let issued = Issued {
        token,
        expires_at: times::time(bearer.expires_at),
        project_id: bearer.project.plain(),
    };
    Ok(Action::Answer(reply::json(201, &issued).with_header("cache-control", "no-store")))
}
