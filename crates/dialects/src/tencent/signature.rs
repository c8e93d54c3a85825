//! The older signature: over the method, the host, the path and every parameter.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::host;
use crate::Request;
use crate::sign::{hmac_sha1, hmac_sha256, same};

/// What is signed, how, and the signature to check.
pub struct Signed<'a> {
    /// All parameters, sorted by the bytes of their names.
    pub pairs: Vec<(&'a str, &'a str)>,
    pub method: Option<&'a str>,
    pub signature: &'a str,
}

impl Signed<'_> {
    /// Whether any string the caller may have signed gives this signature.
    pub fn verified(&self, request: &Request<'_>, key: &[u8]) -> bool {
        // Only this exact value means the newer digest.
        let sha256 = self.method == Some("HmacSHA256");
        let queries = self.queries(request.method);
        host::signed(request.header("host").unwrap_or_default()).iter().any(|host| {
            queries.iter().any(|query| {
                let source = format!("{}{host}{}?{query}", request.method, request.path);
                same(digest(sha256, key, &source).as_bytes(), self.signature.as_bytes())
            })
        })
    }

    /// The parameters as they stand in the string to sign, in each way clients treat an underscore in
    /// a name: made a dot before sorting, left alone, or made a dot after sorting.
    fn queries(&self, method: &str) -> Vec<String> {
        // A form's value that begins with an at sign marked a file once, and is still left out.
        let unmarked = |value: &str| method != "POST" || !value.starts_with('@');
        let pairs: Vec<(&str, &str)> = self
            .pairs
            .iter()
            .copied()
            .filter(|(key, value)| *key != "Signature" && unmarked(value))
            .collect();
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
}

fn digest(sha256: bool, key: &[u8], source: &str) -> String {
    if sha256 {
        BASE64.encode(hmac_sha256(key, source.as_bytes()))
    } else {
        BASE64.encode(hmac_sha1(key, source.as_bytes()))
    }
}

/// The parameter `Signature` of a request with these parameters: the client's side.
pub fn signature(
    method: &str,
    host: &str,
    path: &str,
    parameters: &BTreeMap<String, String>,
    secret_key: &str,
) -> String {
    let sha256 = parameters.get("SignatureMethod").is_some_and(|method| method == "HmacSHA256");
    let query = join(parameters.iter().map(|(key, value)| (Cow::Borrowed(&**key), &**value)));
    digest(sha256, secret_key.as_bytes(), &format!("{method}{host}{path}?{query}"))
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
