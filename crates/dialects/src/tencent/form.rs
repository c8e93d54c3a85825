//! Forms, in a query or a body: pairs of a name and a value.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Parameters of one request. The largest real call (50 listeners with every attribute) has about
/// a thousand.
const PARAMS_MAX: usize = 2_000;
/// Bytes of a name; the longest documented one has about 60.
const KEY_BYTES_MAX: usize = 128;
/// Bytes of a value; the largest are certificates, a few kilobytes.
const VALUE_BYTES_MAX: usize = 64 << 10;

/// A name and its value.
pub type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// All pairs, decoded, sorted by the bytes of their names, each name once; or why they cannot be read.
pub fn read(text: &str) -> Result<Vec<Pair<'_>>, &'static str> {
    let mut pairs = Vec::new();
    for pair in text.trim_ascii().split('&').filter(|pair| !pair.is_empty()) {
        if pairs.len() == PARAMS_MAX {
            return Err("too many parameters");
        }
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (decode(key)?, decode(value)?);
        if key.len() > KEY_BYTES_MAX || value.len() > VALUE_BYTES_MAX {
            return Err("a parameter is too long");
        }
        pairs.push((key, value));
    }
    // Of a name given twice the last counts, as in the vendor's own language: so the sort, which
    // keeps the order of equals, is over the reverse.
    pairs.reverse();
    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
    pairs.dedup_by(|(later, _), (kept, _)| later == kept);
    Ok(pairs)
}

/// Undoes form encoding. A plus is a space.
fn decode(text: &str) -> Result<Cow<'_, str>, &'static str> {
    let refusal = |_| "a parameter is not UTF-8";
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        let decoded = percent_decode_str(&spaced).decode_utf8().map_err(refusal)?;
        Ok(Cow::Owned(decoded.into_owned()))
    } else {
        percent_decode_str(text).decode_utf8().map_err(refusal)
    }
}

/// Digits and nothing else, as a number.
pub fn parse_digits(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}
