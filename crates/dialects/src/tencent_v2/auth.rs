//! Who is asking: the parameters all requests share, and the signature over every parameter.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use regiment_core::model::Time;

use super::PATH;
use super::faults::Refusal;
use super::params::{Params, parse_digits};
use crate::sign::{hmac_sha1, hmac_sha256, same};
use crate::{Caller, Context, Request};

/// How far a request's time may be from ours, either way.
const WINDOW_S: i64 = 300;

/// What every request says of itself.
struct Common<'a> {
    secret_id: &'a str,
    signature: &'a str,
    timestamp_s: i64,
    nonce: &'a str,
}

/// The order of the checks is what the caller is told when several are wrong.
pub fn authenticate(request: &Request<'_>, context: &Context<'_>) -> Result<Caller, Refusal> {
    let params = Params::read(request)?;
    let common = Common::read(&params)?;
    let key = context.gate.key(common.secret_id).ok_or(Refusal::SecretIdNotFound)?;
    if !verified(request, &params, common.signature, key.secret_key.expose().as_bytes()) {
        return Err(Refusal::SignatureWrong);
    }
    check_fresh(&common, context)?;
    Ok(Caller { access_key: common.secret_id.into(), project: key.project })
}

impl<'a> Common<'a> {
    fn read(params: &'a Params<'a>) -> Result<Common<'a>, Refusal> {
        let need = |name: &str| match params.get(name) {
            Some(value) if !value.is_empty() => Ok(value),
            Some(_) | None => Err(Refusal::Missing(name.to_owned())),
        };
        let not_a_number = |name: &str| Refusal::Malformed {
            name: name.to_owned(),
            why: "must be a positive integer".to_owned(),
        };
        need("Action")?;
        let nonce = need("Nonce")?;
        parse_digits(nonce).ok_or_else(|| not_a_number("Nonce"))?;
        let timestamp_s = parse_digits(need("Timestamp")?)
            .and_then(|seconds| i64::try_from(seconds).ok())
            .ok_or_else(|| not_a_number("Timestamp"))?;
        let secret_id = need("SecretId")?;
        Ok(Common { secret_id, signature: need("Signature")?, timestamp_s, nonce })
    }
}

/// Whether any string the caller may have signed gives this signature.
fn verified(request: &Request<'_>, params: &Params<'_>, signature: &str, key: &[u8]) -> bool {
    // Only this exact value means the newer digest.
    let sha256 = params.get("SignatureMethod") == Some("HmacSHA256");
    let digest = |source: &str| {
        if sha256 {
            BASE64.encode(hmac_sha256(key, source.as_bytes()))
        } else {
            BASE64.encode(hmac_sha1(key, source.as_bytes()))
        }
    };
    let queries = queries(request, params);
    hosts(request.header("host").unwrap_or_default()).iter().any(|host| {
        queries.iter().any(|query| {
            let source = format!("{}{host}{PATH}?{query}", request.method);
            same(digest(&source).as_bytes(), signature.as_bytes())
        })
    })
}

/// The host as received, and as clients sign it that leave the port out or put a whole URL there.
fn hosts(received: &str) -> Vec<&str> {
    let bare = ["http://", "https://"]
        .iter()
        .find_map(|scheme| received.strip_prefix(scheme))
        .unwrap_or(received);
    let mut hosts = vec![received, bare, without_port(bare)];
    hosts.dedup();
    hosts
}

pub fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if parse_digits(port).is_some() => name,
        Some(_) | None => host,
    }
}

/// The parameters as they stand in the string to sign, in each way clients treat an underscore in a
/// name: made a dot before sorting, left alone, or made a dot after sorting.
fn queries(request: &Request<'_>, params: &Params<'_>) -> Vec<String> {
    // A form's value that begins with an at sign marked a file once, and is still left out.
    let unmarked = |value: &str| request.method != "POST" || !value.starts_with('@');
    let pairs: Vec<(&str, &str)> =
        params.iter().filter(|(key, value)| *key != "Signature" && unmarked(value)).collect();
    let plain = join(pairs.iter().map(|(key, value)| (Cow::Borrowed(*key), *value)));
    if !pairs.iter().any(|(key, _)| key.contains('_')) {
        return vec![plain];
    }
    let dotted: Vec<(Cow<'_, str>, &str)> =
        pairs.iter().map(|(key, value)| (key.replace('_', ".").into(), *value)).collect();
    let mut sorted = dotted.clone();
    sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
    vec![join(sorted.into_iter()), plain, join(dotted.into_iter())]
}

fn join<'a>(pairs: impl Iterator<Item = (Cow<'a, str>, &'a str)>) -> String {
    let mut joined = String::new();
    for (key, value) in pairs {
        if !joined.is_empty() {
            joined.push('&');
        }
        joined.push_str(&key);
        joined.push('=');
        joined.push_str(value);
    }
    joined
}

/// A request is good for a short while and once.
fn check_fresh(common: &Common<'_>, context: &Context<'_>) -> Result<(), Refusal> {
    let apart_s = context.now.seconds().saturating_sub(common.timestamp_s);
    if apart_s.saturating_abs() > WINDOW_S {
        return Err(Refusal::Expired);
    }
    let mark = format!("{}:{}", common.timestamp_s, common.nonce);
    // One second more than it could be accepted again.
    let forget_at = Time((common.timestamp_s + WINDOW_S + 1) * 1000);
    if context.gate.first_use(common.secret_id, &mark, forget_at) {
        Ok(())
    } else {
        Err(Refusal::Replayed)
    }
}

#[cfg(test)]
mod tests;
