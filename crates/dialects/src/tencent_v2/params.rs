//! Parameters: the query of a GET or the form of a POST, never both, read once and kept sorted.

use std::ops::RangeInclusive;

use super::faults::Refusal;
use crate::Request;
use crate::tencent::form::{self, parse_digits};

/// All parameters, decoded, sorted by the bytes of their names, each name once.
pub struct Params<'a>(Vec<form::Pair<'a>>);

impl<'a> Params<'a> {
    /// Reads the place that counts for the method and ignores the other.
    pub fn read(request: &Request<'a>) -> Result<Params<'a>, Refusal> {
        let text = match request.method {
            "GET" => request.query,
            "POST" => std::str::from_utf8(request.body)
                .map_err(|_| Refusal::Unreadable("the form is not UTF-8"))?,
            _ => return Err(Refusal::Unreadable("only GET and POST are supported")),
        };
        form::read(text).map(Params).map_err(Refusal::Unreadable)
    }

    /// The value of a parameter, as sent.
    pub fn get(&self, name: &str) -> Option<&str> {
        let place = self.0.binary_search_by(|(key, _)| (**key).cmp(name)).ok()?;
        Some(&self.0[place].1)
    }

    /// All of them, sorted by the bytes of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    /// The parameters outside any array.
    pub const fn fields(&self) -> Fields<'_> {
        Fields { params: self, prefix: String::new() }
    }

    /// What follows `prefix` in the names that begin with it, and their values.
    fn rest_of(&self, prefix: &str) -> Vec<(&str, &str)> {
        let first = self.0.partition_point(|(key, _)| **key < *prefix);
        self.0[first..]
            .iter()
            .map_while(|(key, value)| Some((key.strip_prefix(prefix)?, &**value)))
            .collect()
    }
}

/// Parameters with a common beginning: all of them, or those of one object in an array. An empty
/// value counts as not given, since form clients send one for what they leave out.
#[derive(Clone)]
pub struct Fields<'a> {
    params: &'a Params<'a>,
    prefix: String,
}

impl<'a> Fields<'a> {
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.params.get(&self.full(name)).filter(|value| !value.is_empty())
    }

    pub fn need(&self, name: &str) -> Result<&'a str, Refusal> {
        self.text(name).ok_or_else(|| Refusal::Missing(self.full(name)))
    }

    pub fn number(&self, name: &str, range: RangeInclusive<u32>) -> Result<Option<u32>, Refusal> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = parse_digits(text).and_then(|number| u32::try_from(number).ok());
        match number.filter(|number| range.contains(number)) {
            Some(number) => Ok(Some(number)),
            None => {
                let (least, most) = range.into_inner();
                let why = match most {
                    u32::MAX => format!("must be an integer, at least {least}"),
                    _ => format!("must be an integer from {least} to {most}"),
                };
                Err(self.bad(name, why))
            }
        }
    }

    pub fn need_number(&self, name: &str, range: RangeInclusive<u32>) -> Result<u32, Refusal> {
        self.number(name, range)?.ok_or_else(|| Refusal::Missing(self.full(name)))
    }

    /// A 0 or a 1.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        Ok(self.number(name, 0..=1)?.map(|number| number == 1))
    }

    /// `name.N`, by any numbers, in the order of the numbers.
    pub fn list(&self, name: &str) -> Vec<&'a str> {
        let mut items: Vec<(u64, &str)> = self
            .params
            .rest_of(&self.full_dotted(name))
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .filter_map(|(index, value)| Some((parse_digits(index)?, value)))
            .collect();
        items.sort_by_key(|(index, _)| *index);
        items.into_iter().map(|(_, value)| value).collect()
    }

    /// `name.N.field`, by any numbers, in the order of the numbers.
    pub fn objects(&self, name: &str) -> Vec<Fields<'a>> {
        let dotted = self.full_dotted(name);
        let mut indices: Vec<(u64, String)> = self
            .params
            .rest_of(&dotted)
            .into_iter()
            .filter_map(|(rest, _)| {
                let (index, _) = rest.split_once('.')?;
                Some((parse_digits(index)?, index.to_owned()))
            })
            .collect();
        indices.sort();
        indices.dedup();
        let prefix = |(_, index)| format!("{dotted}{index}.");
        indices
            .into_iter()
            .map(prefix)
            .map(|prefix| Fields { params: self.params, prefix })
            .collect()
    }

    /// The refusal of a value that is not allowed.
    pub fn bad(&self, name: &str, why: impl Into<String>) -> Refusal {
        Refusal::Malformed { name: self.full(name), why: why.into() }
    }

    /// The name by which the client knows it.
    pub fn full(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn full_dotted(&self, name: &str) -> String {
        format!("{}{name}.", self.prefix)
    }
}
