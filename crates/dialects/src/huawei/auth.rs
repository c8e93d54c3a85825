//! Who is asking: a signature with an access key (SDK-HMAC-SHA256 in its two forms), or a bearer token.

mod scoped;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use percent_encoding::percent_decode_str;
use regiment_core::model::Time;

use super::answer::Reply;
use super::limits::SIGNATURE_WINDOW_MS;
use super::times;
use crate::{Answer, Caller, Context, Request, sign};

const ALGORITHM: &str = "SDK-HMAC-SHA256";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
/// What the gateway says whenever a signature is not what it should be.
const MISMATCH: &str = "verify aksk signature fail";

pub(super) fn caller(
    request: &Request<'_>,
    context: &Context<'_>,
    reply: Reply,
) -> Result<Caller, Answer> {
    let signed = request.header("authorization").and_then(|value| value.strip_prefix(ALGORITHM));
    let caller = match (signed, request.header("x-auth-token")) {
        (Some(rest), _) => by_signature(request, context, rest),
        (None, Some(token)) => match context.gate.bearer(token) {
            Some(bearer) if context.now < bearer.expires_at => Ok(bearer.into()),
            Some(_) | None => Err(Cow::Borrowed("decrypt token fail")),
        },
        (None, None) => Err(Cow::Borrowed("x-auth-token not found")),
    };
    caller.map_err(|why| reply.unauthenticated(&why))
}

/// The parts of an `Authorization` header after the algorithm's name.
struct Claim<'a> {
    access_key: &'a str,
    /// In the older form of the signature, which clients of sister clouds still make, the key is for a
    /// day, a region and a service: `20240102/eu-de/ecs/sdk_request`. Region and service may be empty.
    scope: Option<&'a str>,
    signed_headers: &'a str,
    signature: &'a str,
}

impl<'a> Claim<'a> {
    fn read(text: &'a str) -> Option<Claim<'a>> {
        let (mut access_key, mut signed_headers, mut signature) = (None, None, None);
        let mut scope = None;
        for part in text.split(',') {
            let (name, value) = part.trim().split_once('=')?;
            match name {
                "Access" => access_key = Some(value),
                "Credential" => {
                    let (own, rest) = value.split_once('/')?;
                    (access_key, scope) = (Some(own), Some(rest));
                }
                "SignedHeaders" => signed_headers = Some(value),
                "Signature" => signature = Some(value),
                _ => return None,
            }
        }
        Some(Claim {
            access_key: access_key?,
            scope,
            signed_headers: signed_headers?,
            signature: signature?,
        })
    }
}

fn by_signature(
    request: &Request<'_>,
    context: &Context<'_>,
    rest: &str,
) -> Result<Caller, Cow<'static, str>> {
    let claim = Claim::read(rest).ok_or(MISMATCH)?;
    let key = context.gate.key(claim.access_key).ok_or_else(|| {
        let access_key = claim.access_key;
        Cow::Owned(format!("Get secretKey failed,ak:{access_key},err:ak not exist"))
    })?;
    let date = request.header("x-sdk-date").ok_or(MISMATCH)?.trim();
    let at = times::parse_basic(date).ok_or(MISMATCH)?;
    if !is_timely(at, context.now) {
        return Err(Cow::Borrowed("calc ak sk signature fail:signature expired"));
    }
    let secret_key = key.secret_key.expose();
    if is_signed(request, &claim, date, secret_key) {
        Ok(Caller::with_key(claim.access_key, &key))
    } else {
        Err(Cow::Borrowed(MISMATCH))
    }
}

const fn is_timely(at: Time, now: Time) -> bool {
    now.ms_since(at).abs() <= SIGNATURE_WINDOW_MS
}

/// Whether the signature is the one this key makes for this request. Clients differ in two things
/// that the protocol leaves open, so each is tried: what stands for an empty body, and whether a
/// plus in the query is a plus (Python) or a space (Go).
fn is_signed(request: &Request<'_>, claim: &Claim<'_>, date: &str, secret_key: &str) -> bool {
    if !claim.signed_headers.split(';').any(|name| name.eq_ignore_ascii_case("x-sdk-date")) {
        return false;
    }
    let scoped = match claim.scope {
        None => None,
        Some(scope) => match scoped::key(secret_key, scope, date) {
            Some(key) => Some((scope, key)),
            None => return false,
        },
    };
    let Some(headers) = canonical_headers(request, claim.signed_headers) else { return false };
    let path = canonical_path(request.path);
    let mut queries = vec![canonical_query(request.query, false)];
    if request.query.contains('+') {
        queries.push(canonical_query(request.query, true));
    }
    let (key, scope) = match &scoped {
        None => (secret_key.as_bytes(), String::new()),
        Some((scope, key)) => {
            queries.push(scoped::canonical_query(request.query));
            (key.as_slice(), format!("{scope}\n"))
        }
    };
    payload_hashes(request).iter().any(|payload| {
        queries.iter().any(|query| {
            let (method, names) = (request.method, claim.signed_headers);
            let canonical = format!("{method}\n{path}\n{query}\n{headers}\n{names}\n{payload}");
            let expected = signature(key, date, &scope, &canonical);
            sign::same(expected.as_bytes(), claim.signature.as_bytes())
        })
    })
}

fn signature(key: &[u8], date: &str, scope: &str, canonical: &str) -> String {
    let hash = sign::sha256_hex(canonical.as_bytes());
    let to_sign = format!("{ALGORITHM}\n{date}\n{scope}{hash}");
    hex::encode(sign::hmac_sha256(key, to_sign.as_bytes()))
}

/// The `Authorization` header that lets a request in: the client's side. All its headers are signed;
/// nothing if `x-sdk-date` is not among them.
pub fn authorization(request: &Request<'_>, access_key: &str, secret_key: &str) -> Option<String> {
    let date = request.header("x-sdk-date")?;
    let names: BTreeSet<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.into_iter().collect::<Vec<_>>().join(";");
    let headers = canonical_headers(request, &names)?;
    let (path, query) = (canonical_path(request.path), canonical_query(request.query, false));
    let (method, payload) = (request.method, sign::sha256_hex(request.body));
    let canonical = format!("{method}\n{path}\n{query}\n{headers}\n{names}\n{payload}");
    let signature = signature(secret_key.as_bytes(), date, "", &canonical);
    Some(format!("{ALGORITHM} Access={access_key}, SignedHeaders={names}, Signature={signature}"))
}

/// What may stand for the body in what is signed. A hash that the client names must be the body's.
fn payload_hashes(request: &Request<'_>) -> Vec<String> {
    let own = sign::sha256_hex(request.body);
    match request.header("x-sdk-content-sha256").map(str::trim) {
        None => vec![own],
        Some(UNSIGNED) if request.body.is_empty() => vec![own, UNSIGNED.to_owned()],
        Some(UNSIGNED) => vec![UNSIGNED.to_owned()],
        Some(named) if named.eq_ignore_ascii_case(&own) => vec![named.to_owned(), own],
        Some(_) => Vec::new(),
    }
}

/// The path, decoded and encoded again, with a slash at its end.
fn canonical_path(path: &str) -> String {
    let bytes: Vec<u8> = percent_decode_str(path).collect();
    let mut canonical = String::with_capacity(bytes.len() + 1);
    encode(&mut canonical, &bytes, true);
    if !canonical.ends_with('/') {
        canonical.push('/');
    }
    canonical
}

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// The query's pairs, decoded.
fn pairs(query: &str, plus_is_space: bool) -> Pairs {
    let decode = |text: &str| -> Vec<u8> {
        let spaced = if plus_is_space { text.replace('+', " ") } else { text.to_owned() };
        percent_decode_str(&spaced).collect()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key), decode(value))
    });
    pairs.collect()
}

/// The query's pairs, decoded, sorted, encoded again.
fn canonical_query(query: &str, plus_is_space: bool) -> String {
    let mut pairs = pairs(query, plus_is_space);
    pairs.sort();
    joined(&pairs)
}

fn joined(pairs: &Pairs) -> String {
    let mut canonical = String::new();
    for (key, value) in pairs {
        if !canonical.is_empty() {
            canonical.push('&');
        }
        encode(&mut canonical, key, false);
        canonical.push('=');
        encode(&mut canonical, value, false);
    }
    canonical
}

fn encode(to: &mut String, bytes: &[u8], keeps_slashes: bool) {
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                to.push(char::from(*byte));
            }
            b'/' if keeps_slashes => to.push('/'),
            _ => {
                let _ = write!(to, "%{byte:02X}");
            }
        }
    }
}

/// One line for each signed header, in the client's order; a header sent twice is two lines, sorted
/// by value. Nothing when a signed header was not sent.
fn canonical_headers(request: &Request<'_>, names: &str) -> Option<String> {
    let mut lines = String::new();
    for name in names.split(';') {
        let name = name.to_ascii_lowercase();
        let mut values: Vec<&str> = request.header_values(&name).map(str::trim).collect();
        values.sort_unstable();
        if values.is_empty() {
            return None;
        }
        for value in values {
            let _ = writeln!(lines, "{name}:{value}");
        }
    }
    Some(lines)
}

#[cfg(test)]
mod tests;
