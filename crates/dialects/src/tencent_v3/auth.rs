//! Who is asking: the newer signature over a canonical request, or the older one over every
//! parameter.

use jiff::Timestamp;
use jiff::tz::Offset;

use super::faults::Refusal;
use crate::sign::{hmac_sha256, same, sha256_hex};
use crate::tencent::form::{self, parse_digits};
use crate::tencent::signature::Signed;
use crate::tencent::{fresh, host};
use crate::{Caller, Context, Request};

pub const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// What says that the body is not signed.
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// The parts of an `Authorization` header.
struct Proof<'a> {
    secret_id: &'a str,
    date: &'a str,
    service: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

/// The order of the checks is what the caller is told when several are wrong.
pub fn authenticate(request: &Request<'_>, context: &Context<'_>) -> Result<Caller, Refusal> {
    match request.header("authorization") {
        Some(header) => by_header(request, context, header),
        None => by_parameters(request, context),
    }
}

fn by_header(
    request: &Request<'_>,
    context: &Context<'_>,
    header: &str,
) -> Result<Caller, Refusal> {
    let proof = Proof::read(header).ok_or_else(Refusal::authorization_unreadable)?;
    let timestamp =
        request.header("x-tc-timestamp").ok_or_else(|| Refusal::missing("X-TC-Timestamp"))?;
    let at_s = parse_digits(timestamp)
        .and_then(|seconds| i64::try_from(seconds).ok())
        .ok_or_else(|| Refusal::mistyped("X-TC-Timestamp"))?;
    let key = context.gate.key(proof.secret_id).ok_or_else(Refusal::secret_id_not_found)?;
    let secret = key.secret_key.expose().as_bytes();
    if utc_date(at_s).as_deref() != Some(proof.date) || !proof.verified(request, timestamp, secret)
    {
        return Err(Refusal::signature_wrong());
    }
    check_token(request.header("x-tc-token"))?;
    check_window(at_s, context)?;
    Ok(Caller::with_key(proof.secret_id, &key))
}

impl<'a> Proof<'a> {
    fn read(header: &'a str) -> Option<Proof<'a>> {
        let parts = header.strip_prefix(ALGORITHM)?.trim();
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for part in parts.split(',') {
            match part.trim().split_once('=')? {
                ("Credential", value) => credential = Some(value),
                ("SignedHeaders", value) => signed_headers = Some(value),
                ("Signature", value) => signature = Some(value),
                _ => return None,
            }
        }
        let mut scope = credential?.split('/');
        let (secret_id, date) = (scope.next()?, scope.next()?);
        // The service is what the client takes for one: some cut it out of an address.
        let (service, last) = (scope.next()?, scope.next()?);
        if last != "tc3_request" || scope.next().is_some() {
            return None;
        }
        let (signed_headers, signature) = (signed_headers?, signature?);
        Some(Proof { secret_id, date, service, signed_headers, signature })
    }

    /// Whether any canonical request the caller may have made gives this signature.
    fn verified(&self, request: &Request<'_>, timestamp: &str, secret: &[u8]) -> bool {
        let names: Vec<&str> = self.signed_headers.split(';').collect();
        if !names.contains(&"host") || !names.contains(&"content-type") {
            return false;
        }
        let key = key(secret, self.date, self.service);
        let payload = match request.header("x-tc-content-sha256") {
            Some(UNSIGNED) => sha256_hex(UNSIGNED.as_bytes()),
            Some(_) | None if request.method == "GET" => sha256_hex(b""),
            Some(_) | None => sha256_hex(request.body),
        };
        let query = if request.method == "POST" { "" } else { request.query };
        let received = request.header("host").unwrap_or_default();
        let scope = format!("{}/{}/tc3_request", self.date, self.service);
        host::signed(received).iter().any(|host| {
            [false, true].into_iter().any(|lower| {
                let headers = canonical(request, &names, host, lower);
                let canonical = format!(
                    "{}\n/\n{query}\n{headers}\n{}\n{payload}",
                    request.method, self.signed_headers
                );
                let expected = signature(&key, timestamp, &scope, &canonical);
                same(expected.as_bytes(), self.signature.as_bytes())
            })
        })
    }
}

/// The key for a day and a service.
fn key(secret: &[u8], date: &str, service: &str) -> Vec<u8> {
    let start = [b"TC3", secret].concat();
    [date, service, "tc3_request"]
        .iter()
        .fold(start, |key, part| hmac_sha256(&key, part.as_bytes()).to_vec())
}

fn signature(key: &[u8], timestamp: &str, scope: &str, canonical: &str) -> String {
    let hash = sha256_hex(canonical.as_bytes());
    let source = format!("{ALGORITHM}\n{timestamp}\n{scope}\n{hash}");
    hex::encode(hmac_sha256(key, source.as_bytes()))
}

/// The `Authorization` header that lets a POST in: the client's side. Nothing if the request has no
/// `host`, no `content-type` or no `x-tc-timestamp`.
pub fn authorization(
    request: &Request<'_>,
    secret_id: &str,
    secret_key: &str,
    service: &str,
) -> Option<String> {
    let (host, content_type) = (request.header("host")?, request.header("content-type")?);
    let timestamp = request.header("x-tc-timestamp")?;
    let date = utc_date(parse_digits(timestamp)?.try_into().ok()?)?;
    let names = "content-type;host";
    let payload = sha256_hex(request.body);
    let canonical =
        format!("POST\n/\n\ncontent-type:{content_type}\nhost:{host}\n\n{names}\n{payload}");
    let scope = format!("{date}/{service}/tc3_request");
    let key = key(secret_key.as_bytes(), &date, service);
    let signature = signature(&key, timestamp, &scope, &canonical);
    Some(format!(
        "{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    ))
}

/// The signed headers, a line each. The vendor's recipe writes values in lower case; clients do not.
fn canonical(request: &Request<'_>, names: &[&str], host: &str, lower: bool) -> String {
    let mut lines = String::new();
    for name in names {
        let value = if *name == "host" { host } else { request.header(name).unwrap_or_default() };
        lines.push_str(name);
        lines.push(':');
        if lower {
            lines.push_str(&value.trim().to_lowercase());
        } else {
            lines.push_str(value.trim());
        }
        lines.push('\n');
    }
    lines
}

fn utc_date(seconds: i64) -> Option<String> {
    let at = Timestamp::from_second(seconds).ok()?;
    Some(Offset::UTC.to_datetime(at).strftime("%Y-%m-%d").to_string())
}

/// Keys here are all permanent: a token that goes with one is of other keys.
fn check_token(token: Option<&str>) -> Result<(), Refusal> {
    match token {
        Some(token) if !token.is_empty() => Err(Refusal::token_wrong()),
        Some(_) | None => Ok(()),
    }
}

fn check_window(at_s: i64, context: &Context<'_>) -> Result<(), Refusal> {
    if fresh::in_window(at_s, context) { Ok(()) } else { Err(Refusal::expired()) }
}

/// The older way, with the proof among the parameters.
fn by_parameters(request: &Request<'_>, context: &Context<'_>) -> Result<Caller, Refusal> {
    let text = match request.method {
        "POST" => std::str::from_utf8(request.body).unwrap_or_default(),
        _ => request.query,
    };
    let pairs = form::read(text).map_err(Refusal::unreadable)?;
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (&**key, &**value)).collect();
    let get = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let need = |name: &str| {
        get(name).filter(|value| !value.is_empty()).ok_or_else(|| Refusal::missing(name))
    };
    let number = |name: &str| parse_digits(need(name)?).ok_or_else(|| Refusal::mistyped(name));
    let nonce = number("Nonce")?;
    let at_s = i64::try_from(number("Timestamp")?).map_err(|_| Refusal::mistyped("Timestamp"))?;
    let (secret_id, signature) = (need("SecretId")?, need("Signature")?);
    let method = get("SignatureMethod");
    let key = context.gate.key(secret_id).ok_or_else(Refusal::secret_id_not_found)?;
    let signed = Signed { pairs: pairs.clone(), method, signature };
    if !signed.verified(request, key.secret_key.expose().as_bytes()) {
        return Err(Refusal::signature_wrong());
    }
    check_token(get("Token"))?;
    check_window(at_s, context)?;
    if !fresh::first_use(secret_id, at_s, nonce, context) {
        return Err(Refusal::expired());
    }
    Ok(Caller::with_key(secret_id, &key))
}
