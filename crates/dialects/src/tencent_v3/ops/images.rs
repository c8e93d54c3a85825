use std::sync::Arc;

use regiment_core::model::{ImageSource, OsFamily};
use regiment_core::world::{SeenImage, World};
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::images::{self, State};
use crate::tencent::{accounts, hints, ids};
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
    image_creator: String,
    image_source: &'static str,
    sync_percent: Option<u32>,
    is_support_cloudinit: bool,
    snapshot_set: [(); 0],
    tags: Vec<Tag>,
    license_type: &'static str,
    image_family: String,
    image_deprecated: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: Arc<str>,
    value: Arc<str>,
}

const FILTERS: [&str; 6] =
    ["image-id", "image-type", "image-name", "platform", "tag-key", "tag-value"];

fn known(name: &str) -> bool {
    FILTERS.contains(&name) || name.starts_with("tag:")
}

/// `DescribeImages`: every image suits every type.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let named = wanted.image_ids.filter(|named| !named.is_empty());
    if named.is_some() && wanted.filters.as_ref().is_some_and(|filters| !filters.is_empty()) {
        return Err(Refusal::conflict("ImageIds", "Filters")
            .coded("InvalidParameter.InvalidParameterCoexistImageIdsFilters"));
    }
    let filters = filters::check(wanted.filters.as_ref(), known)?;
    let signed = |number: Option<u64>| number.map(|number| i64::try_from(number).unwrap_or(-1));
    let page = Page::read(signed(wanted.offset), signed(wanted.limit))?;
    if let Some(id) = named.iter().flatten().find(|id| !ids::may_be_image(id)) {
        return Err(Refusal::bad("InvalidImageId.Malformed", "ImageIds", id));
    }
    let (project, region) = (call.project(), call.region.clone());
    Ok(call.look(move |view| {
        if let Some(wanted) = &wanted.instance_type {
            types::find(view.world, wanted)?;
        }
        let seen = images::in_region(view.world, project, &region);
        let mut shown: Vec<Shown> = seen.map(|seen| Shown::of(view.world, seen)).collect();
        if let Some(named) = named {
            shown.retain(|image| named.contains(&image.image_id));
        }
        shown.retain(|image| filters.iter().all(|filter| image.passes(filter)));
        let (total_count, part) = page.of(shown);
        Ok(List { image_set: part.collect(), total_count })
    }))
}

impl Shown {
    fn of(world: &World, seen: SeenImage<'_>) -> Shown {
        let SeenImage { image, source, own } = seen;
        let platform = match image.family {
            OsFamily::Linux => image.os.split(' ').next().unwrap_or_default(),
            OsFamily::Windows => "Windows",
        };
        let state = images::state(world, seen);
        let said = |hint| own.and_then(|own| hints::said(&own.hints, hint));
        Shown {
            image_id: ids::image(image.id),
            os_name: image.os.to_string(),
            image_type: match source {
                ImageSource::Public | ImageSource::Market => "PUBLIC_IMAGE",
                ImageSource::Private => "PRIVATE_IMAGE",
                ImageSource::Shared => "SHARED_IMAGE",
            },
            created_time: times::utc(image.created_at),
            image_name: image.name.to_string(),
            image_description: own.map(|own| own.description.to_string()).unwrap_or_default(),
            image_size: image.disk_gib_min,
            architecture: "x86_64",
            image_state: match state {
                State::Creating => "CREATING",
                State::Normal => "NORMAL",
                State::CreateFailed => "CREATEFAILED",
                State::Syncing => "SYNCING",
                State::Using => "USING",
            },
            platform: platform.to_owned(),
            image_creator: own
                .map(|own| accounts::number(own.project).to_string())
                .unwrap_or_default(),
            image_source: if own.is_some() { "CREATE_IMAGE" } else { "OFFICIAL" },
            sync_percent: (state == State::Syncing).then_some(0),
            is_support_cloudinit: true,
            snapshot_set: [],
            tags: own
                .iter()
                .flat_map(|own| &own.tags)
                .map(|tag| Tag { key: tag.key.clone(), value: tag.value.clone() })
                .collect(),
            license_type: "TencentCloud",
            image_family: said(images::FAMILY).unwrap_or_default().to_owned(),
            image_deprecated: said(images::DEPRECATED) == Some("true"),
        }
    }

    fn passes(&self, filter: &Filter) -> bool {
        match &*filter.name {
            "image-id" => filter.is(&self.image_id),
            "image-type" => filter.is(self.image_type),
            "image-name" => filter.is_in(&self.image_name),
            "tag-key" => self.tags.iter().any(|tag| filter.is(&tag.key)),
            "tag-value" => self.tags.iter().any(|tag| filter.is(&tag.value)),
            name => match name.strip_prefix("tag:") {
                Some(key) => self.tags.iter().any(|tag| *tag.key == *key && filter.is(&tag.value)),
                None => filter.is_in(&self.platform),
            },
        }
    }
}
