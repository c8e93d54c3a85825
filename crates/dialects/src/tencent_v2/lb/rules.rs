//! Forwarding rules of listeners of HTTP and HTTPS: how a client names them, and what it may say of
//! domains and paths.

use std::sync::Arc;

use regiment_core::model::{Fault, FaultKind, ForwardingRule, Listener};

use crate::tencent::ids;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::ops::servers;
use crate::tencent_v2::params::Fields;

/// Characters in a domain, and in a path.
const CHARS_MAX: usize = 80;

/// Which rules of a listener, by their ids or by one's words. With ids, the words do not matter.
pub struct Which {
    ids: Vec<String>,
    words: Option<(String, String)>,
}

impl Which {
    pub fn read(fields: &Fields<'_>) -> Result<Which, Refusal> {
        let ids = servers::values(fields, "locationIds")?;
        let said = fields.text("domain").is_some() || fields.text("url").is_some();
        let words = if ids.is_empty() && said {
            let domain = fields.need("domain")?.to_owned();
            Some((domain, rooted(fields.need("url")?).to_string()))
        } else {
            None
        };
        Ok(Which { ids, words })
    }

    /// The rules that are named; none when nothing is.
    pub fn find<'l>(&self, listener: &'l Listener) -> Result<Vec<&'l ForwardingRule>, Refusal> {
        if let Some((domain, path)) = &self.words {
            let absent = || Fault::with(FaultKind::RuleNotFound, format!("{domain}{path}"));
            return Ok(vec![listener.rule_for(domain, path).ok_or_else(absent)?]);
        }
        self.ids.iter().map(|id| find_rule(listener, id)).collect()
    }

    /// The same, but something must be named.
    pub fn need<'l>(&self, listener: &'l Listener) -> Result<Vec<&'l ForwardingRule>, Refusal> {
        if self.ids.is_empty() && self.words.is_none() {
            return Err(Refusal::Missing("locationIds.0".to_owned()));
        }
        self.find(listener)
    }
}

pub fn find_rule<'l>(listener: &'l Listener, id: &str) -> Result<&'l ForwardingRule, Refusal> {
    ids::read_rule(id)
        .and_then(|read| listener.rule(read))
        .ok_or_else(|| Fault::with(FaultKind::RuleNotFound, id).into())
}

/// A domain for rules: a name, a name with an asterisk at one end, or an expression behind a tilde.
pub fn domain(fields: &Fields<'_>, name: &str) -> Result<Arc<str>, Refusal> {
    let said = fields.need(name)?;
    let of_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.');
    let fits = match said.strip_prefix('~') {
        Some(expression) => is_expression(expression),
        None => {
            let bare = said.strip_prefix('*').or_else(|| said.strip_suffix('*')).unwrap_or(said);
            !bare.is_empty() && bare.chars().all(of_name)
        }
    };
    if !fits || said.chars().count() > CHARS_MAX {
        let why =
            "must be a domain of 1 to 80 characters, with * at one end, or an expression after ~";
        return Err(fields.bad(name, why));
    }
    Ok(said.into())
}

/// A path for rules, or an expression behind one of its signs. The slash at the beginning may be left
/// out, as in the vendor's own example.
pub fn path(fields: &Fields<'_>, name: &str) -> Result<Arc<str>, Refusal> {
    let path = rooted(fields.need(name)?);
    let of_path = |char: char| {
        char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.' | '=' | '?' | '/')
    };
    let fits = match sign(&path) {
        Some(expression) => is_expression(expression),
        None => path.chars().all(of_path),
    };
    if !fits || path.chars().count() > CHARS_MAX {
        let why = "must be a path of 1 to 80 characters, or an expression after ~, ~*, ^~ or =";
        return Err(fields.bad(name, why));
    }
    Ok(path)
}

/// What follows a sign at the beginning of a path.
fn sign(path: &str) -> Option<&str> {
    ["~*", "~", "^~", "="].into_iter().find_map(|sign| path.strip_prefix(sign))
}

fn is_expression(text: &str) -> bool {
    let text = text.trim_start();
    !text.is_empty() && !text.chars().any(|char| char.is_control() || char.is_whitespace())
}

fn rooted(said: &str) -> Arc<str> {
    if said.starts_with('/') || sign(said).is_some() {
        said.into()
    } else {
        format!("/{said}").into()
    }
}
