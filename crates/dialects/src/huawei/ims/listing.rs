//! What the lists are asked for: filters by the names of an image's own fields, order and page.

use regiment_core::model::ProjectId;
use regiment_core::world::{SeenImage, World};
use serde_json::Value;

use super::image::{ImageOf, describe};
use crate::huawei::Call;
use crate::huawei::faults::Row;
use crate::huawei::filter::Query;
use crate::huawei::limits::PAGE_MAX;

/// Filters whose name is a field's.
const FIELDS: &[&str] = &[
    "id",
    "name",
    "status",
    "visibility",
    "owner",
    "protected",
    "min_disk",
    "min_ram",
    "container_format",
    "disk_format",
    "virtual_env_type",
    "__os_type",
    "__os_bit",
    "__platform",
    "__isregistered",
    "__support_kvm",
];

/// Filters for what no image here has: whoever sets one finds nothing.
const NOWHERE: &[&str] = &[
    "tag",
    "member_status",
    "__support_diskintensive",
    "__support_highperformance",
    "__support_kvm_gpu_type",
    "__support_kvm_infiniband",
    "__support_largememory",
    "__support_xen",
    "__support_xen_gpu_type",
    "__support_xen_hana",
];

const SORT_KEYS: &[&str] = &[
    "created_at",
    "updated_at",
    "name",
    "container_format",
    "disk_format",
    "status",
    "id",
    "size",
    "min_disk",
];

const KINDS: [&str; 4] = ["gold", "private", "shared", "market"];

/// A refusal by this service.
pub(super) fn refused(message: impl Into<std::borrow::Cow<'static, str>>) -> Row {
    Row::new("IMG.0001", 400, "").saying(message)
}

pub(super) struct Listing {
    project: ProjectId,
    fields: Vec<(&'static str, String)>,
    kinds: Vec<String>,
    /// Field, comparison, time.
    times: Vec<(&'static str, String, String)>,
    flavor: Option<String>,
    nothing: bool,
    sort_key: &'static str,
    ascending: bool,
    pub limit: usize,
    marker: Option<String>,
}

/// A page, and the id that the next one begins after.
pub(super) struct Page<'a> {
    pub images: Vec<ImageOf<'a>>,
    pub next: Option<String>,
}

impl Listing {
    pub fn of(call: &Call<'_>, limit_default: usize) -> Result<Listing, Row> {
        let query = Query::of(call.request);
        let kinds: Vec<String> = query.list("__imagetype").into_iter().map(str::to_owned).collect();
        if kinds.iter().any(|kind| !KINDS.contains(&kind.as_str())) {
            return Err(Row::new("IMG.0024", 400, "The imagetype is invalid."));
        }
        let sort_key = query.get("sort_key").unwrap_or("created_at");
        let sort_key = SORT_KEYS.iter().find(|known| **known == sort_key);
        let ascending = match query.get("sort_dir") {
            None | Some("desc") => false,
            Some("asc") => true,
            Some(_) => return Err(refused("sort_dir must be asc or desc.")),
        };
        let architecture = query.get("architecture").is_some_and(|name| name != "x86");
        let enterprise = query
            .get("enterprise_project_id")
            .is_some_and(|id| id != "0" && id != "all_granted_eps");
        Ok(Listing {
            project: call.caller.project,
            fields: FIELDS
                .iter()
                .filter_map(|field| Some((*field, query.get(field)?.to_owned())))
                .collect(),
            kinds,
            times: times(&query)?,
            flavor: query.get("flavor_id").map(str::to_owned),
            nothing: architecture
                || enterprise
                || NOWHERE.iter().any(|name| query.get(name).is_some()),
            sort_key: sort_key.ok_or_else(|| refused("sort_key is not known."))?,
            ascending,
            limit: query
                .number("limit", 1..=PAGE_MAX, limit_default)
                .map_err(|row| refused(row.message))?,
            marker: query.get("marker").map(str::to_owned),
        })
    }

    pub fn page<'a>(&self, world: &'a World) -> Result<Page<'a>, Row> {
        let known = self.flavor.as_ref().is_none_or(|name| world.flavor(name).is_some());
        let seen = world.seen_images(self.project).filter(|_| known && !self.nothing);
        let mut all: Vec<SeenImage<'a>> = seen.collect();
        all.sort_by_key(|seen| seen.image.id);
        let mut found: Vec<(Value, ImageOf<'a>)> =
            all.into_iter().map(told).filter(|(fields, _)| self.admits(fields)).collect();
        // Of equals the id decides, which is the order they come in.
        found.sort_by(|(one, _), (other, _)| {
            let order = compare(&one[self.sort_key], &other[self.sort_key]);
            if self.ascending { order } else { order.reverse() }
        });
        if let Some(marker) = &self.marker {
            match found.iter().position(|(_, image)| image.id == *marker) {
                Some(at) => drop(found.drain(..=at)),
                None => return Err(refused("The marker is no image of the list.")),
            }
        }
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        let images: Vec<ImageOf<'a>> = found.into_iter().map(|(_, image)| image).collect();
        let next = images.last().filter(|_| more).map(|image| image.id.clone());
        Ok(Page { images, next })
    }

    fn admits(&self, image: &Value) -> bool {
        let is = |field: &str, wanted: &str| match &image[field] {
            Value::String(text) => text == wanted,
            Value::Number(number) => number.to_string() == wanted,
            Value::Bool(truth) => wanted == if *truth { "true" } else { "false" },
            Value::Null | Value::Array(_) | Value::Object(_) => false,
        };
        let kind = image["__imagetype"].as_str().unwrap_or_default();
        self.fields.iter().all(|(field, wanted)| is(field, wanted))
            && (self.kinds.is_empty() || self.kinds.iter().any(|wanted| wanted == kind))
            && self.times.iter().all(|(field, comparison, wanted)| {
                let order = image[*field].as_str().unwrap_or_default().cmp(wanted);
                match comparison.as_str() {
                    "gt" => order.is_gt(),
                    "gte" => order.is_ge(),
                    "lt" => order.is_lt(),
                    "lte" => order.is_le(),
                    "neq" => order.is_ne(),
                    _ => order.is_eq(),
                }
            })
    }
}

fn told(seen: SeenImage<'_>) -> (Value, ImageOf<'_>) {
    let image = describe(seen);
    (serde_json::to_value(&image).unwrap_or_default(), image)
}

fn compare(one: &Value, other: &Value) -> std::cmp::Ordering {
    match (one.as_u64(), other.as_u64()) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.as_str().cmp(&other.as_str()),
    }
}

/// `created_at=gt:2018-10-28T10:00:00Z`, and `updated_at` alike.
fn times(query: &Query) -> Result<Vec<(&'static str, String, String)>, Row> {
    let mut times = Vec::new();
    for field in ["created_at", "updated_at"] {
        for text in query.all(field) {
            let parts = text.split_once(':');
            let known = |word: &&str| ["gt", "gte", "lt", "lte", "eq", "neq"].contains(word);
            let Some((comparison, time)) = parts.filter(|(word, _)| known(word)) else {
                return Err(refused(format!("{field} must be an operator, a colon and a time.")));
            };
            let time = format!("{}Z", time.trim_end_matches('Z').replace(' ', "T"));
            times.push((field, comparison.to_owned(), time));
        }
    }
    Ok(times)
}
