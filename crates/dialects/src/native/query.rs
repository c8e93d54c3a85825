//! The parameters behind a path's question mark. What is not known is refused: a filter that is
//! ignored answers another question.

use std::borrow::Cow;

use super::faults::Refusal;
use crate::Request;

/// Entries of one page unless said otherwise, and at most.
const LIMIT: usize = 100;
const LIMIT_MAX: usize = 1_000;

pub(super) struct Query<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Query<'a> {
    /// The parameters, if each has one of these names.
    pub fn of(request: &Request<'a>, names: &[&str]) -> Result<Query<'a>, Refusal> {
        let pairs = request.query_pairs();
        match pairs.iter().find(|(name, _)| !names.contains(&&**name)) {
            Some((name, _)) => Err(Refusal::invalid(format!("there is no parameter {name:?}"))),
            None => Ok(Query { pairs }),
        }
    }

    /// Every value that was given under this name.
    pub fn all<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        self.pairs.iter().filter(move |(given, _)| given == name).map(|(_, value)| &**value)
    }

    /// The one value under this name.
    pub fn one<'q>(&'q self, name: &'q str) -> Result<Option<&'q str>, Refusal> {
        let mut all = self.all(name);
        let first = all.next();
        match all.next() {
            Some(_) => Err(Refusal::invalid(format!("{name} must be given once"))),
            None => Ok(first),
        }
    }

    /// How many entries the page is to have.
    pub fn limit(&self) -> Result<usize, Refusal> {
        let Some(text) = self.one("limit")? else { return Ok(LIMIT) };
        let limit = text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
        limit.ok_or_else(|| {
            Refusal::invalid(format!("limit must be an integer from 1 to {LIMIT_MAX}"))
        })
    }

    /// Where the page before ended, as it said itself.
    pub fn after(&self) -> Result<Option<u64>, Refusal> {
        let Some(text) = self.one("after")? else { return Ok(None) };
        let plain = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| plain);
        number.map(Some).ok_or_else(|| Refusal::invalid("after must be what a page said as next"))
    }
}
