//! `DescribeRewrite`: the rules that send their clients on.

use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, ShownRule};
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    load_balancer_id: String,
    #[serde(default)]
    source_listener_ids: Vec<String>,
    #[serde(default)]
    source_location_ids: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    rewrite_set: Vec<ShownRule>,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let project = call.project();
    Ok(call.look(move |view| {
        let Wanted { load_balancer_id, source_listener_ids, source_location_ids } = &wanted;
        let balancer = clb::find(view, project, load_balancer_id)?;
        let among = |ids: &[String], id: &String| ids.is_empty() || ids.contains(id);
        let found = balancer.rules().filter(|(listener, rule)| {
            rule.redirection.is_some()
                && among(source_listener_ids, &ids::listener(listener.id))
                && among(source_location_ids, &ids::rule(rule.id))
        });
        Ok(List {
            rewrite_set: found
                .map(|(listener, rule)| ShownRule::of(balancer, listener, rule))
                .collect(),
        })
    }))
}
