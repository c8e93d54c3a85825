use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, with_details};
use crate::model::{Fault, FaultKind, ServerId, Tag};

/// Put tags on a server, or take them off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeTags {
    pub server: ServerId,
    /// A tag whose key is there already gets the new value in its old place.
    pub put: Vec<Tag>,
    pub remove: Vec<TagNamed>,
    /// How many tags the server may have after.
    pub count_max: u16,
}

/// Tags by their key, and by their value too if one is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagNamed {
    pub key: Arc<str>,
    pub value: Option<Arc<str>>,
}

impl TagNamed {
    fn names(&self, tag: &Tag) -> bool {
        self.key == tag.key && self.value.as_ref().is_none_or(|value| *value == tag.value)
    }
}

impl EditRules for ChangeTags {
    fn name(&self) -> &'static str {
        "change_tags"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let server = desk.server(self.server)?;
        let kept = |tag: &Tag| !self.remove.iter().any(|named| named.names(tag));
        let mut tags: Vec<Tag> =
            server.details.tags.iter().filter(|tag| kept(tag)).cloned().collect();
        for Tag { key, value } in &self.put {
            match tags.iter_mut().find(|tag| tag.key == *key) {
                Some(tag) => tag.value = value.clone(),
                None => tags.push(Tag { key: key.clone(), value: value.clone() }),
            }
        }
        let before: BTreeSet<&Arc<str>> = server.details.tags.iter().map(|tag| &tag.key).collect();
        let grows = tags.iter().any(|tag| !before.contains(&tag.key));
        if grows && tags.len() > usize::from(self.count_max) {
            return Err(FaultKind::TooManyTags.into());
        }
        Ok(with_details(server, |details| details.tags = tags).into())
    }
}
