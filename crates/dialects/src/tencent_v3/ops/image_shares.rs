use regiment_core::model::FaultKind;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::{accounts, ids, images};
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::times;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    image_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    share_permission_set: Vec<Permission>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Permission {
    created_time: String,
    account_id: String,
}

/// `DescribeImageSharePermission`: the accounts that an own image is shared with.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let Wanted { image_id: id } = call.read()?;
    if !ids::may_be_image(&id) {
        return Err(Refusal::bad("InvalidImageId.Malformed", "ImageId", &id));
    }
    let (project, region) = (call.project(), call.region.clone());
    Ok(call.look(move |view| {
        let seen = images::find(view.world, project, &region, &id)
            .ok_or_else(|| Refusal::from(FaultKind::ImageNotFound).about(&id))?;
        let own = seen.own.filter(|own| own.project == project);
        let own = own.ok_or_else(|| Refusal::from(FaultKind::ImageNotOwn).about(&id))?;
        let permission = |share: &regiment_core::model::ImageShare| Permission {
            created_time: times::utc(share.at),
            account_id: accounts::number(share.with).to_string(),
        };
        Ok(List { share_permission_set: own.shares.iter().map(permission).collect() })
    }))
}
