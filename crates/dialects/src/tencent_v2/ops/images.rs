//! `DescribeImages`.

use regiment_core::model::{ImageSource, ProjectId};
use regiment_core::world::{SeenImage, World};
use serde::Serialize;

use super::servers::{self, Page};
use crate::Action;
use crate::tencent::images::{self, State};
use crate::tencent::{accounts, ids, regions};
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::{task, times};

/// What is looked for; empty and absent are anything.
struct Filter {
    ids: Vec<String>,
    kind: Option<u32>,
    status: Option<u32>,
}

#[derive(Serialize)]
struct List {
    #[serde(rename = "totalCount")]
    total: usize,
    #[serde(rename = "imageSet")]
    images: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    un_img_id: String,
    image_id: u64,
    image_name: String,
    image_description: String,
    image_type: u32,
    status: u32,
    os_name: String,
    image_size: u32,
    creator: u64,
    create_time: String,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let filter = Filter {
        ids: servers::values(&fields, "imageIds")?,
        kind: fields.number("imageType", 1..=4)?,
        status: fields.number("status", 1..=5)?,
    };
    let page = Page::read(&fields)?;
    let (project, region) = (call.project(), regions::region(&call.region()).to_owned());
    Ok(Action::look(move |view| task::shown(Ok(list(view.world, project, &region, &filter, page)))))
}

fn list(world: &World, project: ProjectId, region: &str, filter: &Filter, page: Page) -> List {
    let seen = images::in_region(world, project, region);
    let found: Vec<Item> =
        seen.map(|seen| Item::of(world, seen)).filter(|item| filter.takes(item)).collect();
    let (total, part) = page.of(found);
    List { total, images: part.collect() }
}

impl Filter {
    fn takes(&self, item: &Item) -> bool {
        let named = |id: &String| *id == item.un_img_id || *id == item.image_id.to_string();
        (self.ids.is_empty() || self.ids.iter().any(named))
            && self.kind.is_none_or(|kind| kind == item.image_type)
            && self.status.is_none_or(|status| status == item.status)
    }
}

impl Item {
    fn of(world: &World, seen: SeenImage<'_>) -> Item {
        let SeenImage { image, source, own } = seen;
        Item {
            un_img_id: ids::image(image.id),
            image_id: ids::image_number(image.id),
            image_name: image.name.to_string(),
            image_description: own.map(|own| own.description.to_string()).unwrap_or_default(),
            image_type: match source {
                ImageSource::Private => 1,
                ImageSource::Public => 2,
                ImageSource::Market => 3,
                ImageSource::Shared => 4,
            },
            status: match images::state(world, seen) {
                State::Creating => 1,
                State::Normal => 2,
                State::Using => 3,
                // The vendor has two, for the image that is copied and for the copy.
                State::Syncing => 5,
                // Any other number is none of the five.
                State::CreateFailed => 6,
            },
            os_name: image.os.to_string(),
            image_size: image.disk_gib_min,
            creator: own.map_or(0, |own| accounts::number(own.project)),
            create_time: times::beijing(image.created_at),
        }
    }
}
