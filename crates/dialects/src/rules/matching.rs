//! Whom a rule is about.

use std::collections::BTreeMap;
use std::sync::Arc;

use regiment_core::model::{ProjectId, Server};
use regiment_core::select::Glob;
use serde::{Deserialize, Serialize};

use super::Stage;
use crate::native;

/// Conditions that all must hold; none at all means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Matching {
    /// The name of a cloud's API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect: Option<Arc<str>>,
    /// What the API itself calls it: an `Action`, or method and path. With `*` and `?`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Arc<str>>,
    /// What the operation is called here: `stop`, `reset_password` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<Arc<str>>,
    /// An id, long or short, or a name with `*` and `?`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<Arc<str>>,
    /// Tags that the server has; an empty value stands for any.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<Arc<str>, Arc<str>>,
}

/// What is happening, as far as it is known at its stage.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    pub stage: Stage,
    pub dialect: &'a str,
    /// Empty where nobody asks: while a driver works.
    pub action: &'a str,
    pub operation: Option<&'a str>,
    pub project: Option<ProjectId>,
    /// The servers that it is about: one at `run`, all that were named at other stages.
    pub servers: &'a [&'a Server],
}

impl Matching {
    pub fn fits(&self, occasion: &Occasion<'_>) -> bool {
        let Matching { dialect, action, operation, project, server, tags } = self;
        let Occasion {
            stage,
            dialect: spoken,
            action: asked,
            operation: done,
            project: of,
            servers,
        } = occasion;
        let is_server = |one: &&Server| {
            server.as_deref().is_none_or(|wanted| is(one, wanted))
                && tags.iter().all(|(key, value)| has(one, key, value))
        };
        let about_servers = server.is_some() || !tags.is_empty();
        // Who looks after a test is not to be cut off by it.
        let ours = *spoken == native::NAME && matches!(stage, Stage::Request | Stage::Reply);
        !ours
            && dialect.as_deref().is_none_or(|dialect| dialect == *spoken)
            && action.as_ref().is_none_or(|action| {
                *stage != Stage::Run && Glob::new(action.clone()).matches(asked)
            })
            && operation.as_deref().is_none_or(|wanted| *done == Some(wanted))
            && project.as_deref().is_none_or(|wanted| of.is_some_and(|of| of.plain() == wanted))
            && (!about_servers || servers.iter().any(is_server))
    }
}

fn is(server: &Server, wanted: &str) -> bool {
    Glob::new(wanted).matches(&server.name)
        || server.id.to_string() == wanted
        || server.id.handle().to_string() == wanted.strip_prefix("ins-").unwrap_or(wanted)
}

fn has(server: &Server, key: &str, value: &str) -> bool {
    let mut tags = server.details.tags.iter();
    tags.any(|tag| *tag.key == *key && (value.is_empty() || *tag.value == *value))
}
