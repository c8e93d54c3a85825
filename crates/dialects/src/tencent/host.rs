//! The `Host` header, as clients send it and as they sign it.

use super::form::parse_digits;

/// The host as received, and as clients sign it that leave the port out or put a whole URL there.
pub fn signed(received: &str) -> Vec<&str> {
    let bare = bare(received);
    let mut hosts = vec![received, bare, without_port(bare)];
    hosts.dedup();
    hosts
}

/// Without the scheme that one client puts in front.
pub fn bare(received: &str) -> &str {
    ["http://", "https://"]
        .iter()
        .find_map(|scheme| received.strip_prefix(scheme))
        .unwrap_or(received)
}

pub fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if parse_digits(port).is_some() => name,
        Some(_) | None => host,
    }
}
