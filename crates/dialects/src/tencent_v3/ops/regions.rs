use serde::Serialize;

use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::language::Language;
use crate::tencent_v3::places::REGIONS;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    total_count: usize,
    region_set: Vec<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Region {
    region: &'static str,
    region_name: &'static str,
    region_state: &'static str,
}

/// `DescribeRegions`.
#[expect(clippy::unnecessary_wraps, reason = "every action has this signature")]
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let language = call.reply.language;
    let region_set: Vec<Region> = REGIONS
        .iter()
        .map(|(region, english, chinese)| Region {
            region,
            region_name: match language {
                Language::English => english,
                Language::Chinese => chinese,
            },
            region_state: "AVAILABLE",
        })
        .collect();
    let list = List { total_count: region_set.len(), region_set };
    Ok(Action::Answer(call.reply.success(list)))
}
