//! `GetImageShareUinInfo`.

use regiment_core::limits::IMAGE_SHARES_MAX;
use regiment_core::model::{Fault, FaultKind, OwnImage, ProjectId};
use regiment_core::world::World;
use serde::Serialize;

use crate::Action;
use crate::tencent::{accounts, ids, images, regions};
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::{batch, task, times};

/// Images in one call.
const IDS_MAX: usize = 10;

#[derive(Serialize)]
struct Body {
    data: Data,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    image_num: usize,
    max_img_share_num: usize,
    image_list: Vec<Shared>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shared {
    image_id: String,
    share_uin_info: Vec<With>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct With {
    uin: u64,
    share_time_stamp: String,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let names = batch::names(call, "imageIds")?;
    if names.len() > IDS_MAX {
        return Err(call.fields().bad("imageIds", format!("must name at most {IDS_MAX} images")));
    }
    let (project, region) = (call.project(), regions::region(&call.region()).to_owned());
    Ok(Action::look(move |view| task::shown(list(view.world, project, &region, &names))))
}

fn list(
    world: &World,
    project: ProjectId,
    region: &str,
    names: &[String],
) -> Result<Body, Refusal> {
    let mut image_list = Vec::with_capacity(names.len());
    for name in names {
        let found = images::find(world, project, region, name);
        let own = found.and_then(|seen| seen.own).filter(|own| own.project == project);
        let own = own.ok_or_else(|| Fault::with(FaultKind::ImageNotFound, name.as_str()))?;
        image_list.push(Shared::of(own));
    }
    let image_num = image_list.len();
    Ok(Body { data: Data { image_num, max_img_share_num: IMAGE_SHARES_MAX, image_list } })
}

impl Shared {
    fn of(own: &OwnImage) -> Shared {
        let with = own.shares.iter().map(|share| With {
            uin: accounts::number(share.with),
            share_time_stamp: times::beijing(share.at),
        });
        Shared { image_id: ids::image(own.id()), share_uin_info: with.collect() }
    }
}
