use regiment_core::model::Server;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::{Call, targets};
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::filters::Page;
use crate::tencent_v3::states;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_ids: Option<Vec<String>>,
    offset: Option<i64>,
    limit: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    total_count: u64,
    instance_status_set: Vec<Status>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    instance_id: String,
    instance_state: &'static str,
}

impl Status {
    fn of(server: &Server) -> Status {
        Status {
            instance_id: ids::instance(server.id.handle()),
            instance_state: states::state(server),
        }
    }
}

/// `DescribeInstancesStatus`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let page = Page::read(wanted.offset, wanted.limit)?;
    let named = wanted.instance_ids.filter(|named| !named.is_empty());
    let targets = named.map(|named| targets("InstanceIds", &named)).transpose()?;
    let project = call.project();
    Ok(call.look(move |view| {
        let Some(targets) = targets else {
            let part = view.world.servers_after(project, page.offset).take(page.limit);
            let total_count = view.world.usage(project).servers;
            return Ok(List { total_count, instance_status_set: part.map(Status::of).collect() });
        };
        let found: Vec<&Server> =
            targets.iter().filter_map(|target| view.world.named(project, target)).collect();
        let (total, part) = page.of(found);
        let total_count = u64::try_from(total).unwrap_or(u64::MAX);
        Ok(List { total_count, instance_status_set: part.map(Status::of).collect() })
    }))
}
