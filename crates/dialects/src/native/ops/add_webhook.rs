//! `POST webhooks`: somebody who is told of what happens from now on.

use regiment_core::edits::{AddWebhook, Edit};
use regiment_core::model::{AssetKey, Webhook};
use regiment_core::vault::Secret;
use regiment_core::view::View;
use serde::{Deserialize, Deserializer, Serialize};

use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::webhooks::{self, ShownWebhook};
use crate::native::{Call, ROOT, body, reply};
use crate::{Action, Answer};

const URL_CHARS_MAX: usize = 2_048;
/// A secret that is given is at least as long as one may not guess, and no longer than anybody needs.
const SECRET_CHARS: std::ops::RangeInclusive<usize> = 16..=256;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    url: String,
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default, deserialize_with = "secret")]
    secret: Option<Secret>,
}

fn secret<'de, D: Deserializer<'de>>(given: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(given)?.map(Secret::new))
}

/// The only answer that shows the secret.
#[derive(Serialize)]
struct Added<'a> {
    webhook: ShownWebhook,
    secret: &'a str,
}

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    let Asked { url, kinds, secret } = body::read(call.request)?;
    check_url(&url)?;
    let kinds = webhooks::kinds(&kinds)?;
    let secret = match secret {
        Some(given) => checked(given)?,
        None => Secret::new(hex::encode(call.context.gate.random())),
    };
    let sealed = call.context.gate.seal(&secret);
    let edit = Edit::AddWebhook(AddWebhook { url: url.into(), kinds, secret: sealed });
    let command = call.edits()(edit);
    let (project, request) = (call.caller.project, call.context.request);
    Ok(Action::order(command, move |outcome, view| {
        let receipt = match outcome {
            Ok(receipt) => receipt,
            Err(fault) => return reply::refuse(&Refusal::of(fault), request),
        };
        let made = receipt.made.iter().find_map(|key| {
            if let AssetKey::Webhook(_, id) = key { view.world.webhook(project, *id) } else { None }
        });
        match made {
            Some(webhook) => shown(webhook, view, &secret),
            // Somebody was quick to remove it.
            None => reply::refuse(&Refusal::no_such("webhook", ""), request),
        }
    }))
}

fn shown(webhook: &Webhook, view: &View<'_>, secret: &Secret) -> Answer {
    let added = Added { webhook: ShownWebhook::of(webhook, view), secret: secret.expose() };
    reply::json(201, &added)
        .with_header("location", format!("{ROOT}webhooks/{}", webhook.id))
        .with_header("cache-control", "no-store")
}

fn checked(secret: Secret) -> Result<Secret, Refusal> {
    if SECRET_CHARS.contains(&secret.expose().chars().count()) {
        return Ok(secret);
    }
    let (least, most) = (SECRET_CHARS.start(), SECRET_CHARS.end());
    Err(Refusal::invalid(format!("a secret has {least} to {most} characters")))
}

/// What we can send to, and would write down as given.
fn check_url(url: &str) -> Result<(), Refusal> {
    let refuse = |why: &str| Err(Refusal::invalid(format!("url {why}")));
    if url.len() > URL_CHARS_MAX {
        return refuse("has at most 2048 characters");
    }
    if !url.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&byte)) {
        return refuse("has a character that must be percent-encoded");
    }
    let Some(rest) = url.strip_prefix("http://").or(url.strip_prefix("https://")) else {
        return refuse("must begin with http:// or https://");
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') || url.contains('#') {
        return refuse("must have neither a user nor a fragment");
    }
    if well_formed(authority) { Ok(()) } else { refuse("must name a host, and a port if any") }
}

fn well_formed(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        Some(_) | None => (authority, None),
    };
    let inside = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let host_is_fit = match inside {
        Some(inside) => inside.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        }
    };
    let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    host_is_fit && port.is_none_or(|port| digits(port) && port.parse::<u16>().is_ok_and(|n| n > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_can_be_sent_to() {
        for good in [
            "http://a",
            "https://h-1.example.com:8443/x?y=1",
            "http://[::1]:80/",
            "http://10.0.0.1/%20",
        ] {
            assert!(check_url(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "ftp://a",
            "http://",
            "http:///x",
            "http://u@a",
            "http://u:p@a/",
            "http://a#b",
            "http://a b",
            "http://a:0",
            "http://a:65536",
            "http://a:",
            "http://[::1",
            "http://[x]",
            "http://a:b",
            "http://\u{e9}",
            "HTTP://a",
        ] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }
}
