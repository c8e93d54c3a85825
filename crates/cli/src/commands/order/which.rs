//! Which servers are meant: by id, by name, or by what they are.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Map, Value, json};

use crate::client::{Client, Pages, Server, Trouble, typed};
use crate::outcome::Misuse;

/// What servers can be picked by beside their ids.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Which servers")]
pub struct Filters {
    /// Servers of this name; * stands for any characters, ? for one
    #[arg(long, value_name = "GLOB")]
    name: Option<String>,

    /// In this state; may be given several times
    #[arg(long, value_name = "STATUS", value_delimiter = ',',
          value_parser = ["creating", "running", "stopped", "broken"])]
    status: Vec<String>,

    /// With this tag; may be given several times, and then all must be there
    #[arg(long, value_name = "KEY[=VALUE]")]
    tag: Vec<String>,

    /// Of this flavor
    #[arg(long, value_name = "FLAVOR")]
    flavor: Option<String>,

    /// On this host
    #[arg(long, value_name = "HOST")]
    host: Option<String>,

    /// In this zone
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
}

#[derive(Args, Debug, Default)]
pub struct Which {
    /// Servers by id or by name, e.g. 'web-*'. Eight small letters or digits, and what begins with
    /// ins-, are a short id; a name that looks like one is given with --name
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,

    #[command(flatten)]
    filters: Filters,
}

/// Whom an order is for.
#[derive(Debug, PartialEq)]
pub enum Targets {
    /// These, by id, in this order.
    Named(Vec<String>),
    /// Those that fit when the order arrives.
    Selected(Value),
}

impl Targets {
    /// Puts itself into the body of an order.
    pub fn put_into(self, body: &mut Map<String, Value>) {
        match self {
            Targets::Named(ids) => body.insert("servers".to_owned(), json!(ids)),
            Targets::Selected(select) => body.insert("select".to_owned(), select),
        };
    }
}

/// What one word on the command line means.
#[derive(Debug, PartialEq)]
enum Word<'a> {
    Id(&'a str),
    Name(&'a str),
}

impl<'a> Word<'a> {
    fn of(word: &'a str) -> Word<'a> {
        let short = |text: &str| {
            text.len() == 8
                && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
        };
        let long = |text: &str| {
            text.len() == 36
                && text.bytes().enumerate().all(|(place, byte)| match place {
                    8 | 13 | 18 | 23 => byte == b'-',
                    _ => byte.is_ascii_hexdigit(),
                })
        };
        match word.strip_prefix("ins-").filter(|rest| short(rest)) {
            Some(rest) => Word::Id(rest),
            None if short(word) || long(word) => Word::Id(word),
            None => Word::Name(word),
        }
    }
}

/// Whether a name stands for itself alone.
fn is_exact(name: &str) -> bool {
    !name.contains(['*', '?'])
}

impl Filters {
    const fn are_none(&self) -> bool {
        let Filters { name, status, tag, flavor, host, zone } = self;
        name.is_none()
            && status.is_empty()
            && tag.is_empty()
            && flavor.is_none()
            && host.is_none()
            && zone.is_none()
    }

    /// As an order's selector.
    fn select(&self, name: Option<&str>) -> Value {
        let Filters { name: own, status, tag, flavor, host, zone } = self;
        let mut select = Map::new();
        let texts = [("name", name.or(own.as_deref())), ("flavor", flavor.as_deref())];
        for (key, value) in
            texts.into_iter().chain([("host", host.as_deref()), ("zone", zone.as_deref())])
        {
            if let Some(value) = value {
                select.insert(key.to_owned(), Value::from(value));
            }
        }
        if !status.is_empty() {
            select.insert("status".to_owned(), json!(status));
        }
        if !tag.is_empty() {
            let tags: BTreeMap<&str, Option<&str>> =
                tag.iter().map(|tag| key_and_value(tag)).collect();
            select.insert("tags".to_owned(), json!(tags));
        }
        Value::Object(select)
    }

    /// As the parameters of a list.
    fn query(&self, name: Option<&str>) -> Vec<(&'static str, String)> {
        let Filters { name: own, status, tag, flavor, host, zone } = self;
        let texts = [
            ("name", name.or(own.as_deref())),
            ("flavor", flavor.as_deref()),
            ("host", host.as_deref()),
            ("zone", zone.as_deref()),
        ];
        let texts = texts.into_iter().filter_map(|(key, value)| Some((key, value?.to_owned())));
        let status = status.iter().map(|status| ("status", status.clone()));
        let tags = tag.iter().map(|tag| ("tag", tag.clone()));
        texts.chain(status).chain(tags).collect()
    }
}

fn key_and_value(tag: &str) -> (&str, Option<&str>) {
    tag.split_once('=').map_or((tag, None), |(key, value)| (key, Some(value)))
}

impl Which {
    /// Whether each server is named by its own id: nothing can be meant that was not said.
    pub fn is_by_id(&self) -> bool {
        !self.selectors.is_empty()
            && self.selectors.iter().all(|word| matches!(Word::of(word), Word::Id(_)))
    }

    /// Whom an order is for. One name or none is left to the server, which looks when the order
    /// arrives; among several words names are looked up here. An id that is nobody's is the server's to
    /// refuse: it does not stop the others.
    pub fn targets(&self, client: &Client) -> Result<Targets> {
        self.check(true)?;
        if let [word] = &*self.selectors
            && let Word::Name(name) = Word::of(word)
        {
            return Ok(Targets::Selected(self.filters.select(Some(name))));
        }
        if self.selectors.is_empty() {
            return Ok(Targets::Selected(self.filters.select(None)));
        }
        let mut ids = Vec::with_capacity(self.selectors.len());
        for word in &self.selectors {
            match Word::of(word) {
                Word::Id(id) => ids.push(id.to_owned()),
                Word::Name(name) => {
                    for said in self.list(client, name, None)? {
                        ids.push(typed::<Server>(client, &said)?.id);
                    }
                }
            }
        }
        Ok(Targets::Named(ids))
    }

    /// The servers themselves, as the API shows them: each once, in the order of the words, and for
    /// one word newest first.
    pub fn find(&self, client: &Client, most: Option<usize>) -> Result<Vec<Value>> {
        self.check(false)?;
        let list =
            |name| Pages::of(client, "servers", "servers", self.filters.query(name)).all(most);
        if self.selectors.is_empty() {
            return Ok(list(None)?);
        }
        let mut found = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for word in &self.selectors {
            let those = match Word::of(word) {
                Word::Id(id) => vec![client.get(&format!("servers/{id}"), &[])?],
                Word::Name(name) if is_exact(name) => self.list(client, name, most)?,
                Word::Name(name) => self.fitting(client, name, most)?,
            };
            let new =
                |server: &Value| seen.insert(server["id"].as_str().unwrap_or_default().to_owned());
            found.extend(those.into_iter().filter(new));
        }
        found.truncate(most.unwrap_or(usize::MAX));
        Ok(found)
    }

    fn fitting(
        &self,
        client: &Client,
        name: &str,
        most: Option<usize>,
    ) -> Result<Vec<Value>, Trouble> {
        let query = self.filters.query(Some(name));
        Pages::of(client, "servers", "servers", query).all(most)
    }

    /// The servers of a name, newest first; there must be some.
    fn list(&self, client: &Client, name: &str, most: Option<usize>) -> Result<Vec<Value>> {
        let those = self.fitting(client, name, most)?;
        if those.is_empty() {
            bail!("no server fits {name:?}");
        }
        Ok(those)
    }

    fn check(&self, needs_some: bool) -> Result<(), Misuse> {
        let misuse = |why: &str| Err(Misuse(why.to_owned()));
        let by_id = self.selectors.iter().any(|word| matches!(Word::of(word), Word::Id(_)));
        if by_id && !self.filters.are_none() {
            return misuse("servers that are named by id are not filtered as well");
        }
        if !self.selectors.is_empty() && self.filters.name.is_some() {
            return misuse("--name takes the place of the selectors: give one or the other");
        }
        if needs_some && self.selectors.is_empty() && self.filters.are_none() {
            return misuse("no servers are named: give ids, a name such as 'web-*', or a filter");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_known_by_their_form() {
        for id in ["3mvyg97g", "823c451a-1909-4fe6-bba1-ed6c524c8a3a"] {
            assert_eq!(Word::of(id), Word::Id(id));
        }
        assert_eq!(Word::of("ins-3mvyg97g"), Word::Id("3mvyg97g"));
        for name in ["web-1", "web-*", "Database", "ins-1", "server-0001", "*", ""] {
            assert_eq!(Word::of(name), Word::Name(name));
        }
    }

    #[test]
    fn filters_are_the_same_for_a_list_and_an_order() {
        let filters = Filters {
            name: None,
            status: vec!["running".to_owned(), "stopped".to_owned()],
            tag: vec!["env=prod".to_owned(), "spare".to_owned()],
            flavor: Some("s6.small.1".to_owned()),
            host: None,
            zone: Some("a".to_owned()),
        };
        let select = json!({
            "name": "web-*", "flavor": "s6.small.1", "zone": "a",
            "status": ["running", "stopped"], "tags": { "env": "prod", "spare": null },
        });
        assert_eq!(filters.select(Some("web-*")), select);
        let query: Vec<String> = filters
            .query(Some("web-*"))
            .into_iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        assert_eq!(
            query.join("&"),
            "name=web-*&flavor=s6.small.1&zone=a&status=running&status=stopped&tag=env=prod&tag=spare"
        );
    }

    #[test]
    fn what_could_mean_two_things_is_refused() {
        let which = |words: &[&str], name: Option<&str>| Which {
            selectors: words.iter().map(|word| (*word).to_owned()).collect(),
            filters: Filters { name: name.map(str::to_owned), ..Filters::default() },
        };
        assert!(which(&[], None).check(true).is_err(), "everyone is said aloud");
        assert!(which(&[], None).check(false).is_ok());
        assert!(which(&["3mvyg97g"], Some("web-*")).check(true).is_err());
        assert!(which(&["web-1"], Some("web-*")).check(true).is_err());
        assert!(which(&["web-1", "3mvyg97g"], None).check(true).is_ok());
    }
}
