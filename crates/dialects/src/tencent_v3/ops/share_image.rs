use regiment_core::edits::{Edit, ShareImage};
use regiment_core::limits::IMAGE_SHARES_MAX;
use regiment_core::model::FaultKind;
use regiment_core::ops::Operation;
use serde::Deserialize;

use super::describe_image::image;
use crate::Action;
use crate::tencent::accounts;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    image_id: String,
    account_ids: Vec<String>,
    permission: String,
}

/// `ModifyImageSharePermission`: other accounts may make instances of the image, or may no more.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let shared = match &*wanted.permission {
        "SHARE" => true,
        "CANCEL" => false,
        other => return Err(Refusal::bad("InvalidParameterValue", "Permission", other)),
    };
    if wanted.account_ids.is_empty() {
        return Err(Refusal::missing("AccountIds"));
    }
    if wanted.account_ids.len() > IMAGE_SHARES_MAX {
        return Err(Refusal::too_many("AccountIds", IMAGE_SHARES_MAX).coded("OverQuota"));
    }
    let region = call.region.clone();
    Ok(call.consult(move |view, issuer| {
        let seen = image(view, issuer, &region, &wanted.image_id)?;
        if seen.own.is_none_or(|own| own.project != issuer.project) {
            return Err(Refusal::from(FaultKind::ImageNotOwn).about(&wanted.image_id));
        }
        let mut with = Vec::with_capacity(wanted.account_ids.len());
        for id in &wanted.account_ids {
            let project = accounts::find(view.world, id).ok_or_else(|| {
                Refusal::said_by_action(
                    "InvalidAccountId.NotFound",
                    format!("the account `{id}` does not exist"),
                    format!("账号 `{id}` 不存在"),
                )
            })?;
            if project == issuer.project {
                return Err(Refusal::said_by_action(
                    "InvalidAccountIs.YourSelf",
                    "an image is shared with other accounts than your own",
                    "不能将镜像共享给自己",
                ));
            }
            with.push(project);
        }
        let edit = ShareImage { image: seen.image.id, with, shared };
        let operation = Operation::from(Edit::ShareImage(edit));
        Ok(issuer.edit(issuer.command(operation, Vec::new())))
    }))
}
