//! `…/os-keypairs`: keys that servers let in. They belong to the project, and are remembered by the
//! public half alone: a private key that was made here is told once.

use regiment_core::command::Command;
use regiment_core::edits::{AddKeyPair, Edit, RemoveKeyPair};
use regiment_core::limits::KEY_PAIRS_MAX;
use regiment_core::model::{FaultKind, KeyPair};
use regiment_core::vault::Secret;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::huawei::filter::Query;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::answer::NovaReply;
use crate::huawei::nova::body::read;
use crate::huawei::nova::faults::Refusal;
use crate::huawei::nova::links::Link;
use crate::huawei::nova::version::KEY_PAIR_TYPE;
use crate::huawei::ops::list_servers::next_page;
use crate::huawei::{NAME, ids, times};
use crate::keys::{self, Kind, Made, Public};

#[derive(Deserialize)]
struct Body {
    keypair: Wanted,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
    public_key: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    user_id: Option<String>,
}

#[derive(Serialize)]
struct One<T> {
    keypair: T,
}

#[derive(Serialize)]
struct Listed<'a> {
    keypairs: Vec<One<Simple<'a>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keypairs_links: Vec<Link>,
}

#[derive(Serialize)]
struct Simple<'a> {
    fingerprint: &'a str,
    name: &'a str,
    public_key: &'a str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
}

#[derive(Serialize)]
struct Added<'a> {
    #[serde(flatten)]
    simple: Simple<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<&'a str>,
    user_id: &'a str,
}

#[derive(Serialize)]
struct Detail<'a> {
    #[serde(flatten)]
    simple: Simple<'a>,
    created_at: String,
    deleted: bool,
    deleted_at: (),
    id: u32,
    updated_at: (),
    user_id: &'a str,
}

const NAME_CHARS_MAX: usize = 255;
const PUBLIC_KEY_CHARS_MAX: usize = 1024;
const PAGE_MAX: usize = 1_000;

pub(in crate::huawei::nova) fn create(call: &NovaCall<'_>) -> Result<Action, Refusal> {
    let Body { keypair: Wanted { name, public_key, kind, user_id } } =
        read(call.call.request.body)?;
    check_name(&name)?;
    let kind = match kind.as_deref() {
        None | Some("ssh") => Kind::Ssh,
        Some("x509") => Kind::X509,
        Some(_) => return Err(Refusal::invalid("type must be ssh or x509.")),
    };
    let user = ids::user(&call.call.caller.access_key);
    if user_id.is_some_and(|id| id != user) {
        let message = "Policy doesn't allow os_compute_api:os-keypairs:create to be performed.";
        return Err(Refusal::new(403, message));
    }
    let add = adding(call, name.clone(), kind, user.clone());
    if let Some(text) = public_key {
        let read = keys::read(kind, &text).filter(|_| text.len() <= PUBLIC_KEY_CHARS_MAX);
        let public = read.ok_or_else(|| {
            Refusal::invalid("Keypair data is invalid: failed to generate fingerprint")
        })?;
        return Ok(add(public, None));
    }
    let (reply, project) = (call.reply, call.call.caller.project);
    let (seed, now) = (call.call.context.gate.random(), call.call.context.now);
    Ok(Action::consult(move |view| {
        // No key is worth making that cannot be kept.
        if view.world.key_pair(project, &name).is_some() {
            return Action::Answer(reply.refuse(&exists(&name)));
        }
        if view.world.key_pairs(project).count() >= KEY_PAIRS_MAX {
            return Action::Answer(reply.refuse(&too_many()));
        }
        Action::toil(move || match keys::make(kind, seed, &user, now) {
            Some(Made { public, private }) => add(public, Some(private)),
            None => Action::Answer(reply.refuse(&Refusal::new(500, "The key cannot be made."))),
        })
    }))
}

/// Keeps a public key and tells it, with the private one if that was made here.
fn adding(
    call: &NovaCall<'_>,
    name: String,
    kind: Kind,
    user: String,
) -> impl FnOnce(Public, Option<Secret>) -> Action + Send + 'static {
    let (reply, project) = (call.reply, call.call.caller.project);
    let (principal, request) = (call.call.caller.access_key.clone(), call.call.context.request);
    move |public, private| {
        let edit = Edit::AddKeyPair(AddKeyPair {
            name: name.as_str().into(),
            public_key: public.text.as_str().into(),
            fingerprint: public.fingerprint.as_str().into(),
            kind: kind.word().into(),
            user: user.as_str().into(),
        });
        let command = Command::new(project, principal, NAME, request, edit.into(), Vec::new());
        Action::order(command, move |receipt, _| {
            if let Err(fault) = receipt {
                return reply.refuse(&match fault.kind {
                    FaultKind::KeyPairExists => exists(&name),
                    FaultKind::QuotaExceeded => too_many(),
                    _ => Refusal::of(fault),
                });
            }
            let Public { text, fingerprint } = &public;
            let keypair = Added {
                simple: Simple {
                    fingerprint,
                    name: &name,
                    public_key: text,
                    kind: reply.since(KEY_PAIR_TYPE).then_some(kind.word()),
                },
                private_key: private.as_ref().map(Secret::expose),
                user_id: &user,
            };
            reply.json(200, &One { keypair })
        })
    }
}

pub(in crate::huawei::nova) fn list(call: &NovaCall<'_>) -> Result<Action, Refusal> {
    let query = Query::of(call.call.request);
    let message = "Invalid input for query parameters limit. It must be an integer of 0 or more.";
    let limit = match query.get("limit").map(str::parse::<usize>) {
        None | Some(Ok(0)) => PAGE_MAX,
        Some(Ok(limit)) => limit.min(PAGE_MAX),
        Some(Err(_)) => return Err(Refusal::invalid(message)),
    };
    let marker = query.get("marker").map(str::to_owned);
    let (reply, project, next) = (call.reply, call.call.caller.project, next_page(call.call));
    Ok(Action::look(move |view| {
        if let Some(marker) = &marker
            && view.world.key_pair(project, marker).is_none()
        {
            let shown: String = marker.chars().take(255).collect();
            return reply.refuse(&Refusal::invalid(format!("marker [{shown}] not found")));
        }
        let after = |pair: &&KeyPair| marker.as_ref().is_none_or(|marker| *pair.name > **marker);
        let mut pairs = view.world.key_pairs(project).filter(after);
        let page: Vec<&KeyPair> = pairs.by_ref().take(limit).collect();
        let more = pairs.next().is_some();
        let last = page.last().filter(|_| more);
        let next = last.map(|last| Link { rel: "next", href: format!("{next}{}", last.name) });
        let keypairs = page.into_iter().map(|pair| One { keypair: simple(reply, pair) }).collect();
        reply.json(200, &Listed { keypairs, keypairs_links: next.into_iter().collect() })
    }))
}

pub(in crate::huawei::nova) fn show(call: &NovaCall<'_>, name: &str) -> Action {
    let (reply, project, name) = (call.reply, call.call.caller.project, name.to_owned());
    Action::look(move |view| match view.world.key_pair(project, &name) {
        Some(pair) => {
            let keypair = Detail {
                simple: simple(reply, pair),
                created_at: times::launched(pair.created_at),
                deleted: false,
                deleted_at: (),
                id: ids::small(&format!("keypair:{name}")),
                updated_at: (),
                user_id: &pair.user,
            };
            reply.json(200, &One { keypair })
        }
        None => reply.refuse(&missing(&name)),
    })
}

pub(in crate::huawei::nova) fn delete(call: &NovaCall<'_>, name: &str) -> Action {
    let (reply, name) = (call.reply, name.to_owned());
    let edit = Edit::RemoveKeyPair(RemoveKeyPair { name: name.as_str().into() });
    Action::order(call.call.command(edit.into(), Vec::new()), move |receipt, _| match receipt {
        Ok(_) => reply.empty(200),
        Err(fault) if fault.kind == FaultKind::KeyPairNotFound => reply.refuse(&missing(&name)),
        Err(fault) => reply.refuse(&Refusal::of(fault)),
    })
}

fn simple(reply: NovaReply, pair: &KeyPair) -> Simple<'_> {
    Simple {
        fingerprint: &pair.fingerprint,
        name: &pair.name,
        public_key: &pair.public_key,
        kind: reply.since(KEY_PAIR_TYPE).then_some(&*pair.kind),
    }
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ');
    if !(1..=NAME_CHARS_MAX).contains(&name.len()) || name.trim() != name {
        let message = "Keypair data is invalid: Keypair name must be string and between 1 and 255 \
                       characters long";
        return Err(Refusal::invalid(message));
    }
    if name.chars().all(safe) {
        Ok(())
    } else {
        let message = "Keypair data is invalid: Keypair name contains unsafe characters";
        Err(Refusal::invalid(message))
    }
}

fn exists(name: &str) -> Refusal {
    Refusal::new(409, format!("Key pair '{name}' already exists."))
}

fn too_many() -> Refusal {
    Refusal::new(403, "Quota exceeded, too many key pairs.")
}

fn missing(name: &str) -> Refusal {
    Refusal::missing("Keypair", name)
}
