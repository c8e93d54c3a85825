//! `GET /v3/{project_id}/launch-template-versions`

use std::cmp::Reverse;

use regiment_core::model::{LaunchTemplate, LaunchTemplateId, TemplateVersion, TemplateVersionId};
use serde::Serialize;

use super::create_launch_template::data::Data;
use super::list_launch_templates::{Page, PageInfo, newest_first};
use crate::Action;
use crate::huawei::faults::Row;
use crate::huawei::filter::Query;
use crate::huawei::{Call, times};

#[derive(Serialize)]
struct Body<'a> {
    launch_template_versions: Vec<Entry<'a>>,
    page_info: PageInfo,
}

#[derive(Serialize)]
struct Entry<'a> {
    launch_template_id: LaunchTemplateId,
    version_id: TemplateVersionId,
    version_number: u32,
    #[serde(skip_serializing_if = "str::is_empty")]
    version_description: &'a str,
    /// Absent when nothing was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    template_data: Option<Data>,
    created_at: String,
}

/// What the list is asked for.
struct Wanted {
    template: Option<String>,
    image: Option<String>,
    flavor: Option<String>,
    versions: Vec<u32>,
}

impl Wanted {
    fn of(query: &Query) -> Result<Wanted, Row> {
        let owned = |key| query.get(key).map(str::to_owned);
        let number = |text: &str| {
            text.parse().map_err(|_| Row::invalid("version must be a list of integers."))
        };
        Ok(Wanted {
            template: owned("launch_template_id"),
            image: owned("image_id"),
            flavor: owned("flavor_id"),
            versions: query.list("version").into_iter().map(number).collect::<Result<_, _>>()?,
        })
    }

    fn admits(&self, template: LaunchTemplateId, number: u32, data: Option<&Data>) -> bool {
        let Wanted { template: own, image, flavor, versions } = self;
        own.as_ref().is_none_or(|id| id.eq_ignore_ascii_case(&template.to_string()))
            && (versions.is_empty() || versions.contains(&number))
            && image.as_ref().is_none_or(|id| data.is_some_and(|data| data.uses_image(id)))
            && flavor.as_ref().is_none_or(|flavor| {
                data.is_some_and(|data| data.flavor_id.as_ref() == Some(flavor))
            })
    }
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let query = Query::of(call.request);
    let (page, wanted) = (Page::of(&query)?, Wanted::of(&query)?);
    let (reply, project) = (call.reply, call.caller.project);
    Ok(Action::look(move |view| {
        let templates = newest_first(view, project);
        let all = templates.iter().flat_map(|template| versions(template)).filter(|entry| {
            wanted.admits(
                entry.launch_template_id,
                entry.version_number,
                entry.template_data.as_ref(),
            )
        });
        match page.cut(all.collect(), |entry| entry.version_id.to_string()) {
            Err(row) => reply.refuse(&row),
            Ok((launch_template_versions, page_info)) => {
                reply.json(200, &Body { launch_template_versions, page_info })
            }
        }
    }))
}

/// The versions of a template, the newest first.
fn versions(template: &LaunchTemplate) -> Vec<Entry<'_>> {
    let entry = |version| entry(template, version);
    let mut entries: Vec<Entry<'_>> = template.versions.iter().map(entry).collect();
    entries.sort_by_key(|entry| Reverse(entry.version_number));
    entries
}

fn entry<'a>(template: &LaunchTemplate, version: &'a TemplateVersion) -> Entry<'a> {
    Entry {
        launch_template_id: template.id,
        version_id: version.id,
        version_number: version.number,
        version_description: &version.description,
        template_data: Data::read(&version.content),
        created_at: times::plain(version.created_at),
    }
}
