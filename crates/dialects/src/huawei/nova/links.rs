//! Addresses in answers.

use serde::Serialize;

use crate::huawei::Call;
use crate::huawei::ops::tokens::base_url;

#[derive(Serialize)]
pub(super) struct Link {
    pub rel: &'static str,
    pub href: String,
}

/// Where things are, for one caller.
#[derive(Clone)]
pub(super) struct Links {
    base: String,
    version: &'static str,
    project: String,
}

impl Links {
    pub fn of(call: &Call<'_>) -> Links {
        let version = if call.request.path.starts_with("/v2.1") { "v2.1" } else { "v2" };
        Links { base: base_url(call.request), version, project: call.caller.project.plain() }
    }

    pub fn bookmark(&self, kind: &str, id: &str) -> Link {
        let Links { base, version: _, project } = self;
        Link { rel: "bookmark", href: format!("{base}/{project}/{kind}/{id}") }
    }

    pub fn both(&self, kind: &str, id: &str) -> [Link; 2] {
        let Links { base, version, project } = self;
        let own = Link { rel: "self", href: format!("{base}/{version}/{project}/{kind}/{id}") };
        [own, self.bookmark(kind, id)]
    }
}
