use regiment_core::model::{Image, ImageSource, OsFamily};
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::filters::{self, Filter, Page};
use crate::tencent_v3::{times, types};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    image_ids: Option<Vec<String>>,
    filters: Option<Vec<Filter>>,
    offset: Option<u64>,
    limit: Option<u64>,
    instance_type: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    image_set: Vec<Shown>,
    total_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shown {
    image_id: String,
    os_name: String,
    image_type: &'static str,
    created_time: String,
    image_name: String,
    image_description: String,
    image_size: u32,
    architecture: &'static str,
    image_state: &'static str,
    platform: String,
    image_creator: &'static str,
    image_source: &'static str,
    sync_percent: Option<u32>,
    is_support_cloudinit: bool,
    snapshot_set: [(); 0],
    tags: [(); 0],
    license_type: &'static str,
    image_family: String,
    image_deprecated: bool,
}

fn known(name: &str) -> bool {
    ["image-id", "image-type", "image-name", "platform"].contains(&name)
}

/// `DescribeImages`: every image suits every type.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let named = wanted.image_ids.filter(|named| !named.is_empty());
    if named.is_some() && wanted.filters.is_some() {
        return Err(Refusal::conflict("ImageIds", "Filters"));
    }
    let filters = filters::check(wanted.filters.as_ref(), known)?;
    let signed = |number: Option<u64>| number.map(|number| i64::try_from(number).unwrap_or(-1));
    let page = Page::read(signed(wanted.offset), signed(wanted.limit))?;
    if let Some(id) = named.iter().flatten().find(|id| !ids::may_be_image(id)) {
        return Err(Refusal::bad("InvalidImageId.Malformed", "ImageIds", id));
    }
    Ok(call.look(move |view| {
        if let Some(wanted) = &wanted.instance_type {
            types::find(view.world, wanted)?;
        }
        let mut shown: Vec<Shown> = view.world.images().map(|image| Shown::of(image)).collect();
        if let Some(named) = named {
            shown.retain(|image| named.contains(&image.image_id));
        }
        shown.retain(|image| filters.iter().all(|filter| image.passes(filter)));
        let (total_count, part) = page.of(shown);
        Ok(List { image_set: part.collect(), total_count })
    }))
}

impl Shown {
    fn of(image: &Image) -> Shown {
        let family = match image.family {
            OsFamily::Linux => image.os.split(' ').next().unwrap_or_default(),
            OsFamily::Windows => "Windows",
        };
        Shown {
            image_id: ids::image(image.id),
            os_name: image.os.to_string(),
            image_type: match image.source {
                ImageSource::Public | ImageSource::Market => "PUBLIC_IMAGE",
                ImageSource::Private => "PRIVATE_IMAGE",
                ImageSource::Shared => "SHARED_IMAGE",
            },
            created_time: times::utc(image.created_at),
            image_name: image.name.to_string(),
            image_description: String::new(),
            image_size: image.disk_gib_min,
            architecture: "x86_64",
            image_state: "NORMAL",
            platform: family.to_owned(),
            image_creator: "",
            image_source: "OFFICIAL",
            sync_percent: None,
            is_support_cloudinit: true,
            snapshot_set: [],
            tags: [],
            license_type: "TencentCloud",
            image_family: String::new(),
            image_deprecated: false,
        }
    }

    fn passes(&self, filter: &Filter) -> bool {
        match &*filter.name {
            "image-id" => filter.is(&self.image_id),
            "image-type" => filter.is(self.image_type),
            "image-name" => filter.is_in(&self.image_name),
            _ => filter.is_in(&self.platform),
        }
    }
}
