//! What is of its own in the older form of the signature.

use super::{joined, pairs};
use crate::sign;

/// How every scope ends, and what the last key is made for.
const END: &str = "sdk_request";

/// The key for a scope; none if it is of another day than the request, or no scope.
pub(super) fn key(secret_key: &str, scope: &str, date: &str) -> Option<[u8; 32]> {
    let parts: Vec<&str> = scope.split('/').collect();
    let [day, region, service, END] = parts.as_slice() else { return None };
    if date.get(..8) != Some(*day) {
        return None;
    }
    let first = format!("SDK{secret_key}");
    let of_day = sign::hmac_sha256(first.as_bytes(), day.as_bytes());
    let of_region = sign::hmac_sha256(&of_day, region.as_bytes());
    let of_service = sign::hmac_sha256(&of_region, service.as_bytes());
    Some(sign::hmac_sha256(&of_service, END.as_bytes()))
}

/// Of a repeated key these clients sign the first value alone; no case is minded in the order.
pub(super) fn canonical_query(query: &str) -> String {
    let mut first = Vec::new();
    for (key, value) in pairs(query, true) {
        if !first.iter().any(|(known, _)| *known == key) {
            first.push((key, value));
        }
    }
    first.sort_by_key(|(key, _)| key.to_ascii_lowercase());
    joined(&first)
}
