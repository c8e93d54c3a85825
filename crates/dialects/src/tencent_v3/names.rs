//! Names of new instances: `web{R:3}` counts from 3, `web{R:3,F:4}` with four digits.

use std::sync::Arc;

use super::faults::Refusal;
use crate::tencent::form::parse_digits;

/// Characters in the name of a new instance.
const CHARS_MAX: usize = 128;
const DIGITS_MAX: usize = 8;

/// What an instance is called when nobody says.
const UNNAMED: &str = "Unnamed";

enum Part<'a> {
    Text(&'a str),
    Count { from: u64, digits: usize },
}

/// A name for each of `count` instances. Without a pattern several are numbered from 1.
pub fn of_new(said: Option<&str>, count: usize) -> Result<Vec<Arc<str>>, Refusal> {
    let Some(said) = said.filter(|said| !said.is_empty()) else {
        return Ok(vec![UNNAMED.into(); count]);
    };
    let mut parts = parts(said);
    let counts = parts.iter().any(|part| matches!(part, Part::Count { .. }));
    if !counts && count > 1 {
        parts.push(Part::Count { from: 1, digits: 0 });
    }
    let names: Vec<Arc<str>> = (0..count).map(|index| name(&parts, index).into()).collect();
    if names.iter().any(|name| name.chars().count() > CHARS_MAX) {
        return Err(Refusal::bad("InvalidInstanceName.TooLong", "InstanceName", said));
    }
    if said.chars().any(char::is_control) {
        return Err(Refusal::bad("InvalidParameterValue", "InstanceName", "…"));
    }
    Ok(names)
}

fn name(parts: &[Part<'_>], index: usize) -> String {
    let write = |part: &Part<'_>| match part {
        Part::Text(text) => (*text).to_owned(),
        Part::Count { from, digits } => {
            let number = from.saturating_add(index as u64);
            format!("{number:0digits$}")
        }
    };
    parts.iter().map(write).collect()
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{R:") {
        let Some(end) = rest[start..].find('}').map(|end| start + end) else { break };
        let Some(count) = counter(&rest[start + 3..end]) else {
            parts.push(Part::Text(&rest[..=end]));
            rest = &rest[end + 1..];
            continue;
        };
        parts.push(Part::Text(&rest[..start]));
        parts.push(count);
        rest = &rest[end + 1..];
    }
    parts.push(Part::Text(rest));
    parts
}

fn counter(text: &str) -> Option<Part<'static>> {
    let (from, digits) = match text.split_once(",F:") {
        Some((from, digits)) => (from, usize::try_from(parse_digits(digits)?).ok()?),
        None => (text, 0),
    };
    let from = parse_digits(from)?;
    (digits <= DIGITS_MAX).then_some(Part::Count { from, digits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_count_and_several_are_numbered() {
        let names = |said: &str, count| -> Vec<String> {
            let names = of_new(Some(said), count).expect("names");
            names.iter().map(ToString::to_string).collect()
        };
        assert_eq!(names("web", 1), ["web"]);
        assert_eq!(names("web", 2), ["web1", "web2"]);
        assert_eq!(names("", 2), ["Unnamed", "Unnamed"]);
        assert_eq!(names("web{R:3}", 2), ["web3", "web4"]);
        assert_eq!(names("a{R:9,F:3}-b{R:1}", 2), ["a009-b1", "a010-b2"]);
        assert_eq!(names("web{R:x}", 1), ["web{R:x}"]);
        assert_eq!(names("web{R:3", 1), ["web{R:3"]);
        assert!(of_new(Some(&"a".repeat(129)), 1).is_err());
        assert!(of_new(Some(&"a".repeat(128)), 2).is_err(), "too long with its number");
    }
}
