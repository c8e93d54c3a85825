//! `POST …/{server_id}/migrate`: to a dedicated host, or away from one.

use std::collections::BTreeMap;
use std::sync::Arc;

use regiment_core::model::NetworkId;
use regiment_core::ops::{Migrate, Operation};
use serde::{Deserialize, Deserializer};

use crate::Action;
use crate::huawei::body::{read, target};
use crate::huawei::detail::{self, HINT_DEDICATED_HOST, HINT_TENANCY, POSTPAID, charging};
use crate::huawei::faults::Row;
use crate::huawei::{Call, ids};

#[derive(Deserialize)]
struct Body {
    /// May be null, but not be left out.
    #[serde(deserialize_with = "nullable")]
    migrate: Option<Options>,
}

#[derive(Deserialize)]
struct Options {
    dedicated_host_id: Option<String>,
}

fn nullable<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Options>, D::Error> {
    Option::deserialize(from)
}

const PAID_BY_PERIOD: Row = Row::new("Ecs.0112", 400, "Only a pay-per-use ECS can be migrated.");
const THERE_ALREADY: Row = Row::new("Ecs.0221", 400, "The ECS is on the dedicated host already.");

pub(super) fn decode(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let Body { migrate } = read(call.request.body)?;
    let host = migrate.and_then(|options| options.dedicated_host_id).filter(|id| !id.is_empty());
    let host = host.as_deref().map(|host| ids::wide("dedicated host id", host)).transpose()?;
    let host: Option<Arc<str>> = host.map(|id| NetworkId(id).to_string().into());
    let tenancy = host.is_some().then(|| "dedicated".into());
    let hints = BTreeMap::from([
        (HINT_DEDICATED_HOST.into(), host.clone()),
        (HINT_TENANCY.into(), tenancy),
    ]);
    let named = target(id);
    let action = call.order_one(Operation::Migrate(Migrate { hints }), named.clone());
    let (reply, project) = (call.reply, call.caller.project);
    Ok(Action::consult(move |view| match view.world.named(project, &named) {
        Some(server) if charging(server) != POSTPAID => {
            Action::Answer(reply.refuse(&PAID_BY_PERIOD))
        }
        Some(server)
            if host.is_some() && detail::hint(server, HINT_DEDICATED_HOST) == host.as_deref() =>
        {
            Action::Answer(reply.refuse(&THERE_ALREADY))
        }
        Some(_) | None => action,
    }))
}
