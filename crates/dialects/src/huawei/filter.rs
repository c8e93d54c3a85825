//! What lists are asked for: the query's pairs, and the tests that they put to a server.

use std::borrow::Cow;

use regiment_core::model::Server;

use super::detail::{enterprise_project, tag_text};
use super::faults::Row;
use super::states;
use crate::Request;

/// A query's pairs, decoded. A key may be repeated.
pub(super) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    pub fn of(request: &Request<'_>) -> Query {
        let owned =
            |(key, value): (Cow<'_, str>, Cow<'_, str>)| (key.into_owned(), value.into_owned());
        Query { pairs: request.query_pairs().into_iter().map(owned).collect() }
    }

    pub fn all<'s>(&'s self, key: &'s str) -> impl Iterator<Item = &'s str> {
        let given = self.pairs.iter().filter(move |(name, value)| name == key && !value.is_empty());
        given.map(|(_, value)| value.as_str())
    }

    /// The first value that is not empty.
    pub fn get(&self, key: &str) -> Option<&str> {
        let mut given = self.pairs.iter().filter(|(name, value)| name == key && !value.is_empty());
        given.next().map(|(_, value)| value.as_str())
    }

    /// All values of a key that may be repeated or hold commas.
    pub fn list(&self, key: &str) -> Vec<&str> {
        let given = self.pairs.iter().filter(|(name, _)| name == key);
        given.flat_map(|(_, value)| value.split(',')).filter(|part| !part.is_empty()).collect()
    }

    /// A whole number within bounds, or what is taken when none is given.
    pub fn number(
        &self,
        key: &str,
        range: std::ops::RangeInclusive<usize>,
        default: usize,
    ) -> Result<usize, Row> {
        let Some(text) = self.get(key) else { return Ok(default) };
        text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
            let (from, to) = (range.start(), range.end());
            Row::invalid(format!("{key} must be an integer from {from} to {to}."))
        })
    }
}

/// Whether `pattern` occurs in `text`, where a dot stands for any character and no case is minded.
pub(super) fn like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().map(|c| c.to_ascii_lowercase()).collect();
    let pattern: Vec<char> = pattern.chars().map(|c| c.to_ascii_lowercase()).collect();
    let fits = |part: &[char]| part.iter().zip(&pattern).all(|(c, p)| *p == '.' || c == p);
    pattern.is_empty() || text.windows(pattern.len()).any(fits)
}

/// Whether a server has a tag: `key`, `key=value` or `key.value`.
pub(super) fn tagged(server: &Server, wanted: &str) -> bool {
    server.details.tags.iter().any(|tag| {
        *tag.key == *wanted
            || tag_text(tag) == wanted
            || wanted
                .strip_prefix(&*tag.key)
                .and_then(|rest| rest.strip_prefix('.'))
                .is_some_and(|value| *tag.value == *value)
    })
}

/// The tests that v1 and v1.1 share.
pub(super) struct Common {
    name: Option<String>,
    status: Option<String>,
    tags: Vec<String>,
    not_tags: Vec<String>,
    enterprise_project: Option<String>,
}

impl Common {
    pub fn of(query: &Query) -> Common {
        let owned = |key| query.get(key).map(str::to_owned);
        let list = |key| query.list(key).into_iter().map(str::to_owned).collect();
        Common {
            name: owned("name"),
            status: owned("status"),
            tags: list("tags"),
            not_tags: list("not-tags"),
            enterprise_project: owned("enterprise_project_id").filter(|id| id != "all_granted_eps"),
        }
    }

    /// Whether it lets every server through.
    pub fn is_open(&self) -> bool {
        let Common { name, status, tags, not_tags, enterprise_project } = self;
        name.is_none()
            && status.is_none()
            && tags.is_empty()
            && not_tags.is_empty()
            && enterprise_project.is_none()
    }

    pub fn admits(&self, server: &Server) -> bool {
        let Common { name, status, tags, not_tags, enterprise_project: wanted } = self;
        name.as_ref().is_none_or(|name| like(&server.name, name))
            && status
                .as_ref()
                .is_none_or(|status| states::matches(status, states::of(server).status))
            && tags.iter().all(|tag| tagged(server, tag))
            && (not_tags.is_empty() || !not_tags.iter().all(|tag| tagged(server, tag)))
            && wanted.as_ref().is_none_or(|id| enterprise_project(server) == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_sought_loosely() {
        for (text, pattern, expected) in [
            ("web-1", "web", true),
            ("web-1", "EB.1", true),
            ("web-1", "....", true),
            ("web-1", "......", false),
            ("web-1", "", true),
            ("", "a", false),
            ("web-1", "web_1", false),
        ] {
            assert_eq!(like(text, pattern), expected, "{text} {pattern}");
        }
    }
}
