use regiment_core::limits::IMAGES_MAX;
use serde::Serialize;

use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Quota {
    image_num_quota: usize,
}

/// `DescribeImageQuota`: images that an account may have in a region.
#[expect(clippy::unnecessary_wraps, reason = "every action has this signature")]
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Ok(call.look(|_| Ok(Quota { image_num_quota: IMAGES_MAX })))
}
