//! What this cloud takes for a server's name.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::faults::Row;
use super::limits::{NAME_CHARS_MAX, NAME_CHARS_MAX_WIDE, SUFFIX_CHARS};

/// Letters (Chinese ones too), digits, hyphens, underscores and dots.
pub(super) fn check(name: &str) -> Result<(), Row> {
    let max = if name.is_ascii() { NAME_CHARS_MAX } else { NAME_CHARS_MAX_WIDE };
    if name.is_empty() {
        return Err(Row::invalid("name must not be empty."));
    }
    if name.chars().count() > max {
        return Err(Row::new("Ecs.0914", 400, "The name is too long."));
    }
    let allowed = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '-' | '_' | '.')
            || !c.is_ascii() && c.is_alphabetic()
    };
    if name.chars().all(allowed) {
        Ok(())
    } else {
        Err(Row::new("Ecs.0915", 400, "The name contains invalid characters."))
    }
}

/// The names of `count` servers ordered under one: alone as it stands, else with `-0001` and so on,
/// going on from a suffix that the name already has.
pub(super) fn numbered(name: &str, count: usize) -> Result<Vec<Arc<str>>, Row> {
    check(name)?;
    if count == 1 {
        return Ok(vec![name.into()]);
    }
    let (stem, first) = suffixed(name).unwrap_or((name, 1));
    let max = if name.is_ascii() { NAME_CHARS_MAX } else { NAME_CHARS_MAX_WIDE };
    if stem.chars().count() + SUFFIX_CHARS > max {
        return Err(Row::new("Ecs.0914", 400, "The name is too long."));
    }
    Ok((first..).take(count).map(|n| format!("{stem}-{n:04}").into()).collect())
}

/// The names of several servers as [`numbered`] gives them, without those that are there already.
pub(super) fn numbered_apart<'a>(
    name: &str,
    count: usize,
    existing: impl Iterator<Item = &'a str>,
) -> Vec<Arc<str>> {
    let (stem, first) = suffixed(name).unwrap_or((name, 1));
    let number = |one: &str| {
        let digits = one.strip_prefix(stem)?.strip_prefix('-')?;
        let number: usize = digits.parse().ok()?;
        (format!("{number:04}") == digits).then_some(number)
    };
    let taken: BTreeSet<usize> = existing.filter_map(number).collect();
    let free = (first..).filter(|number| !taken.contains(number)).take(count);
    free.map(|number| format!("{stem}-{number:04}").into()).collect()
}

fn suffixed(name: &str) -> Option<(&str, usize)> {
    let (stem, digits) = name.rsplit_once('-')?;
    let four = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit());
    if four && !stem.is_empty() { Some((stem, digits.parse().ok()?)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_measured() {
        for good in ["a", "A-b_c.9", "云服务器", &"x".repeat(128), &"云".repeat(64)] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (bad, code) in [
            ("", "Ecs.0005"),
            ("a b", "Ecs.0915"),
            ("a\n", "Ecs.0915"),
            ("a<b", "Ecs.0915"),
            (&"x".repeat(129), "Ecs.0914"),
            (&"云".repeat(65), "Ecs.0914"),
        ] {
            assert_eq!(check(bad).unwrap_err().code, code, "{bad}");
        }
    }

    #[test]
    fn many_names_are_numbered() {
        let names = |name: &str, count| {
            numbered(name, count).unwrap().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(names("ecs", 1), ["ecs"]);
        assert_eq!(names("ecs", 2), ["ecs-0001", "ecs-0002"]);
        assert_eq!(names("ecs-0099", 2), ["ecs-0099", "ecs-0100"]);
        assert_eq!(names("ecs-0099", 1), ["ecs-0099"]);
        let apart = |name: &str, existing: &[&str]| {
            let names = numbered_apart(name, 2, existing.iter().copied());
            names.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(apart("ecs", &["ecs-0001", "ecs-3", "ecs", "x-0002"]), ["ecs-0002", "ecs-0003"]);
        assert_eq!(apart("ecs-9999", &["ecs-10000"]), ["ecs-9999", "ecs-10001"]);
        assert_eq!(numbered(&"x".repeat(124), 2).unwrap_err().code, "Ecs.0914");
    }
}
