//! Which servers an order means, said by what they are instead of by their ids.

use std::sync::Arc;

use crate::model::{Phase, Power, Server};

/// What a server is, in one word: the part of its state that does not pass by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Creating,
    Running,
    Stopped,
    Broken,
}

impl Status {
    pub const ALL: [Status; 4] =
        [Status::Creating, Status::Running, Status::Stopped, Status::Broken];

    pub const fn of(server: &Server) -> Status {
        match (server.phase, server.power) {
            (Phase::Creating, _) => Status::Creating,
            (Phase::Broken, _) => Status::Broken,
            (Phase::Ready, Power::Running) => Status::Running,
            (Phase::Ready, Power::Stopped) => Status::Stopped,
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Status::Creating => "creating",
            Status::Running => "running",
            Status::Stopped => "stopped",
            Status::Broken => "broken",
        }
    }
}

/// A name with holes: `*` stands for any characters or none, `?` for exactly one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(Arc<str>);

impl Glob {
    pub fn new(pattern: impl Into<Arc<str>>) -> Glob {
        Glob(pattern.into())
    }

    /// Time grows with the product of both lengths at worst, never beyond.
    pub fn matches(&self, text: &str) -> bool {
        let (mut pattern, mut text) = (self.0.chars(), text.chars());
        // Behind the last star, and what is left of the text if that star takes one more.
        let mut retry = None;
        loop {
            let fits = match pattern.next() {
                Some('*') => {
                    retry = Some((pattern.clone(), text.clone()));
                    continue;
                }
                None if text.as_str().is_empty() => return true,
                None => false,
                Some(wanted) => match text.next() {
                    None => return false,
                    Some(found) => wanted == '?' || wanted == found,
                },
            };
            if fits {
                continue;
            }
            let Some((after_star, mut rest)) = retry else { return false };
            if rest.next().is_none() {
                return false;
            }
            (pattern, text) = (after_star.clone(), rest.clone());
            retry = Some((after_star, rest));
        }
    }
}

/// Conditions that all must hold; none at all means every server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    pub name: Option<Glob>,
    /// Any of these; empty for whichever.
    pub statuses: Vec<Status>,
    pub flavor: Option<Arc<str>>,
    pub host: Option<Arc<str>>,
    pub zone: Option<Arc<str>>,
    /// Each key is there, and with this value if one is given.
    pub tags: Vec<(Arc<str>, Option<Arc<str>>)>,
}

impl Selector {
    pub fn matches(&self, server: &Server) -> bool {
        let Selector { name, statuses, flavor, host, zone, tags } = self;
        let tagged = |(key, value): &(Arc<str>, Option<Arc<str>>)| {
            let mut tags = server.details.tags.iter();
            tags.any(|tag| tag.key == *key && value.as_ref().is_none_or(|v| tag.value == *v))
        };
        name.as_ref().is_none_or(|name| name.matches(&server.name))
            && (statuses.is_empty() || statuses.contains(&Status::of(server)))
            && flavor.as_ref().is_none_or(|flavor| server.flavor == *flavor)
            && host.as_ref().is_none_or(|host| server.host.as_ref() == Some(host))
            && zone.as_ref().is_none_or(|zone| server.details.zone == *zone)
            && tags.iter().all(tagged)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_glob_means_what_shells_mean() {
        for (pattern, text, fits) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "anything", true),
            ("web-*", "web-1", true),
            ("web-*", "web-", true),
            ("web-*", "web", false),
            ("web-*", "my-web-1", false),
            ("*-1", "web-1-1", true),
            ("w*b*1", "web-b-11", true),
            ("w*b*1", "web-b-12", false),
            ("web-?", "web-1", true),
            ("web-?", "web-", false),
            ("web-?", "web-11", false),
            ("?*", "", false),
            ("机*?", "机器一", true),
            ("a**b", "ab", true),
            ("ab*", "a", false),
            ("a?", "a", false),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), fits, "{pattern:?} on {text:?}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        let pattern = "*a".repeat(60) + "b";
        assert!(!Glob::new(pattern).matches(&"a".repeat(2_000)));
    }

    /// The plainest meaning: each character of the pattern in turn, each star every way.
    fn plainly(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|taken| plainly(rest, &text[taken..])),
            Some((wanted, rest)) => text.split_first().is_some_and(|(found, left)| {
                (*wanted == '?' || wanted == found) && plainly(rest, left)
            }),
        }
    }

    proptest! {
        #[test]
        fn a_glob_agrees_with_its_plainest_meaning(
            pattern in "[ab?*]{0,8}",
            text in "[ab]{0,8}",
        ) {
            let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(Glob::new(pattern).matches(&text), plainly(&p, &t));
        }
    }
}
