//! Fields that more than one operation takes, each checked in one place: what it may hold, and how
//! it is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use regiment_core::command::TokenClaim;
use regiment_core::model::{ServerId, Tag, Time};
use serde::Deserialize;

use super::body::Whole;
use super::faults::{KEY_GONE, Row};
use super::limits::{
    DESCRIPTION_CHARS_MAX, METADATA_CHARS_MAX, METADATA_MAX, TAG_KEY_CHARS_MAX,
    TAG_VALUE_CHARS_MAX, TAGS_MAX, TERMINATE_AFTER_MS_MAX, TERMINATE_AFTER_MS_MIN,
    USER_DATA_CHARS_MAX,
};
use super::{Call, detail, times};
use crate::sign;

pub(super) type Hints = BTreeMap<Arc<str>, Arc<str>>;

pub(super) const VOLUME_TYPES: [&str; 9] =
    ["SATA", "SAS", "SSD", "GPSSD", "co-p1", "uh-l1", "ESSD", "GPSSD2", "ESSD2"];

/// Text that is there and not empty.
pub(super) fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// A client's token: a lower-case UUID, bound to what the request says.
pub(super) fn token(call: &Call<'_>) -> Result<Option<TokenClaim>, Row> {
    let Some(token) = call.request.header("x-client-token") else { return Ok(None) };
    let plain = ServerId::parse_dashed(token).is_some_and(|id| id.to_string() == token);
    if !plain {
        return Err(Row::new("Ecs.0123", 400, "X-Client-Token must be a lower-case UUID."));
    }
    let key = call.context.gate.key(&call.caller.access_key).ok_or(KEY_GONE)?;
    let matter = [call.request.path.as_bytes(), b"\n", call.request.body].concat();
    Ok(Some(TokenClaim { token: token.into(), digest: sign::token_digest(&key, &matter) }))
}

pub(super) fn check_user_data(text: &str) -> Result<(), Row> {
    if text.len() > USER_DATA_CHARS_MAX {
        return Err(Row::invalid("user_data is too long."));
    }
    match BASE64_STANDARD.decode(text) {
        Ok(_) => Ok(()),
        Err(_) => Err(Row::invalid("user_data must be base64.")),
    }
}

pub(super) fn description(text: Option<String>) -> Result<Arc<str>, Row> {
    let text = text.unwrap_or_default();
    if text.chars().count() > DESCRIPTION_CHARS_MAX || text.contains(['<', '>']) {
        return Err(Row::new("Ecs.0041", 400, "The description is too long or contains < or >."));
    }
    Ok(text.into())
}

pub(super) fn metadata(given: BTreeMap<String, String>) -> Result<Hints, Row> {
    if given.len() > METADATA_MAX {
        let message = format!("metadata must have at most {METADATA_MAX} pairs.");
        return Err(Row::invalid(message));
    }
    metadata_pairs(given)
}

pub(super) fn metadata_pairs(given: BTreeMap<String, String>) -> Result<Hints, Row> {
    let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.');
    given
        .into_iter()
        .map(|(key, value)| {
            let fits = (1..=METADATA_CHARS_MAX).contains(&key.chars().count())
                && key.chars().all(named)
                && value.chars().count() <= METADATA_CHARS_MAX;
            if fits {
                Ok((key.into(), value.into()))
            } else {
                Err(Row::invalid("metadata: a key or a value is not allowed."))
            }
        })
        .collect()
}

#[derive(Deserialize)]
pub(super) struct MetadataOptions {
    pub http_endpoint: Option<String>,
    pub http_tokens: Option<String>,
}

/// How a server may ask for its own metadata.
pub(super) fn metadata_options(options: MetadataOptions) -> Result<Hints, Row> {
    let MetadataOptions { http_endpoint, http_tokens } = options;
    let mut hints = Hints::new();
    for (key, name, given, allowed) in [
        ("http_endpoint", detail::HINT_METADATA_ENDPOINT, http_endpoint, ["enabled", "disabled"]),
        ("http_tokens", detail::HINT_METADATA_TOKENS, http_tokens, ["optional", "required"]),
    ] {
        let Some(given) = said(given) else { continue };
        if !allowed.contains(&given.as_str()) {
            let [one, other] = allowed;
            return Err(Row::invalid(format!("{key} must be {one} or {other}.")));
        }
        hints.insert(name.into(), given.into());
    }
    Ok(hints)
}

/// Up to ten tags, each key once.
pub(super) fn tag_pairs(all: Vec<(String, String)>) -> Result<Vec<Tag>, Row> {
    if all.len() > TAGS_MAX {
        return Err(Row::new("Ecs.0905", 400, "A server can have at most 10 tags."));
    }
    let mut seen = BTreeSet::new();
    all.into_iter()
        .map(|(key, value)| {
            let (key_chars, value_chars) = (key.chars().count(), value.chars().count());
            if !(1..=TAG_KEY_CHARS_MAX).contains(&key_chars) || value_chars > TAG_VALUE_CHARS_MAX {
                return Err(Row::new("Ecs.0906", 400, "A tag's key or value has a wrong length."));
            }
            let forbidden = |c: char| c.is_control() || "=*<>\\,|/".contains(c);
            if key.contains(forbidden) || value.contains(forbidden) {
                return Err(Row::new("Ecs.0907", 400, "A tag contains invalid characters."));
            }
            if !seen.insert(key.clone()) {
                return Err(Row::new("Ecs.0908", 400, "A tag's key is given twice."));
            }
            Ok(Tag { key: key.into(), value: value.into() })
        })
        .collect()
}

/// When the server is to be taken away; the seconds do not count.
pub(super) fn auto_terminate(text: Option<String>, now: Time) -> Result<Option<Time>, Row> {
    let Some(text) = said(text) else { return Ok(None) };
    let unfit = Row::new("Ecs.0082", 400, "auto_terminate_time is not allowed.");
    let at = times::parse_plain(&text).ok_or_else(|| unfit.clone())?;
    let after_ms = at.ms_since(now);
    if after_ms < 0 {
        return Err(Row::new("Ecs.0083", 403, "auto_terminate_time has passed."));
    }
    if !(TERMINATE_AFTER_MS_MIN..=TERMINATE_AFTER_MS_MAX).contains(&after_ms) {
        return Err(unfit);
    }
    Ok(Some(Time(at.0 - at.0.rem_euclid(60_000))))
}

/// What is paid for in advance: one to nine months, or one to three years. The fields are in
/// `inside` and have the names `kind` and `count`.
pub(super) fn check_period(
    inside: &str,
    [kind, count]: [&str; 2],
    period_type: Option<&str>,
    period_num: Option<Whole>,
) -> Result<u32, Row> {
    let (most, months) = match period_type {
        Some("month") => (9, 1),
        Some("year") => (3, 12),
        _ => return Err(Row::invalid(format!("{inside}: {kind} must be month or year."))),
    };
    match period_num {
        Some(Whole(number)) if (1..=most).contains(&number) => {
            Ok(months * u32::try_from(number).unwrap_or(1))
        }
        _ => Err(Row::invalid(format!("{inside}: {count} must be from 1 to {most}."))),
    }
}
