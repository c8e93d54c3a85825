//! The language of messages.

use crate::Request;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    Chinese,
}

impl Language {
    /// What the request says, in a header or a parameter; English when it says nothing.
    pub fn of(request: &Request<'_>, parameter: Option<&str>) -> Language {
        match request.header("x-tc-language").or(parameter) {
            Some("zh-CN") => Language::Chinese,
            Some(_) | None => Language::English,
        }
    }
}
