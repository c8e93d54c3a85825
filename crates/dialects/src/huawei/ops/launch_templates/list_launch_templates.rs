//! `GET /v3/{project_id}/launch-templates`

use std::cmp::Reverse;

use regiment_core::model::{LaunchTemplate, LaunchTemplateId, ProjectId};
use regiment_core::view::View;
use serde::Serialize;

use crate::Action;
use crate::huawei::faults::Row;
use crate::huawei::filter::Query;
use crate::huawei::limits::{PAGE_NUMBER_MAX, TEMPLATE_PAGE_MAX};
use crate::huawei::{Call, times};

#[derive(Serialize)]
struct Body<'a> {
    launch_templates: Vec<Entry<'a>>,
    page_info: PageInfo,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: LaunchTemplateId,
    name: &'a str,
    description: &'a str,
    created_at: String,
    updated_at: String,
    default_version: u32,
    latest_version: u32,
}

/// Where the pages beside this one begin; a key is absent where there is none.
#[derive(Serialize)]
pub(super) struct PageInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_marker: Option<String>,
}

/// Which part of a list is asked for.
pub(super) struct Page {
    limit: usize,
    marker: Option<String>,
}

impl Page {
    pub fn of(query: &Query) -> Result<Page, Row> {
        let limit = query.number("limit", 1..=PAGE_NUMBER_MAX, TEMPLATE_PAGE_MAX)?;
        let marker = query.get("marker").map(str::to_owned);
        Ok(Page { limit: limit.min(TEMPLATE_PAGE_MAX), marker })
    }

    /// The page's part of a list, which is in order; `id` is what a marker names.
    pub fn cut<T>(
        &self,
        all: Vec<T>,
        id: impl Fn(&T) -> String,
    ) -> Result<(Vec<T>, PageInfo), Row> {
        let start = match &self.marker {
            None => 0,
            Some(marker) => {
                let named = |one| id(one).eq_ignore_ascii_case(marker);
                let place = all.iter().position(named);
                place.ok_or_else(|| Row::invalid("The marker could not be found."))? + 1
            }
        };
        let more = all.len() > start + self.limit;
        let page: Vec<T> = all.into_iter().skip(start).take(self.limit).collect();
        let info = PageInfo {
            next_marker: page.last().filter(|_| more).map(&id),
            previous_marker: page.first().filter(|_| start > 0).map(&id),
        };
        Ok((page, info))
    }
}

/// A project's templates, the newest first.
pub(super) fn newest_first<'v>(view: &View<'v>, project: ProjectId) -> Vec<&'v LaunchTemplate> {
    let mut all: Vec<&LaunchTemplate> = view.world.launch_templates(project).collect();
    all.sort_by_key(|template| (Reverse(template.created_at), template.id));
    all
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let query = Query::of(call.request);
    let page = Page::of(&query)?;
    let owned = |key| -> Vec<String> { query.list(key).into_iter().map(str::to_owned).collect() };
    let (ids, names) = (owned("launch_template_id"), owned("name"));
    let (reply, project) = (call.reply, call.caller.project);
    Ok(Action::look(move |view| {
        let wanted = |template: &&LaunchTemplate| {
            let id = template.id.to_string();
            (ids.is_empty() || ids.iter().any(|one| one.eq_ignore_ascii_case(&id)))
                && (names.is_empty() || names.iter().any(|name| **name == *template.name))
        };
        let all = newest_first(view, project).into_iter().filter(wanted).collect();
        match page.cut(all, |template| template.id.to_string()) {
            Err(row) => reply.refuse(&row),
            Ok((page, page_info)) => {
                let launch_templates = page.into_iter().map(entry).collect();
                reply.json(200, &Body { launch_templates, page_info })
            }
        }
    }))
}

fn entry(template: &LaunchTemplate) -> Entry<'_> {
    Entry {
        id: template.id,
        name: &template.name,
        description: &template.description,
        created_at: times::plain(template.created_at),
        updated_at: times::plain(template.updated_at),
        default_version: template.default_version,
        latest_version: template.latest_version(),
    }
}
