//! Key pairs: one list for the whole plane, of which only the public halves are kept.

use std::sync::Arc;

use regiment_core::edits::{Edit, RemoveKeyPair, Together};
use regiment_core::model::{FaultKind, KeyPair, ProjectId, Server};
use regiment_core::ops::Operation;
use regiment_core::world::World;
use serde::Serialize;

use super::servers::{self, Page, lan_ip};
use crate::keys::{self, Kind, Made};
use crate::tencent::ids;
use crate::tencent::key_pairs::{self, BadName, NAME_CHARS_MAX, add, associated};
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{batch, reply, task, times};
use crate::{Action, Answer};

#[derive(Serialize)]
struct Body<T> {
    data: T,
}

#[derive(Serialize)]
struct Created {
    #[serde(rename = "keyId")]
    id: String,
    #[serde(rename = "keyName")]
    name: Arc<str>,
    pubkey: String,
    secretkey: String,
}

#[derive(Serialize)]
struct Imported {
    #[serde(rename = "keyId")]
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List {
    total_count: usize,
    ssh_set: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    key_id: String,
    key_name: Arc<str>,
    pubkey: Arc<str>,
    /// 0 is whole, and there is no other.
    status: u32,
    bind_un_instance_ids: Vec<String>,
    bind_ips: Vec<String>,
    create_time: String,
}

#[derive(Serialize)]
struct Detail {
    detail: Deleted,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    delete_key_set: Vec<Outcome>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    key_id: String,
    code: i32,
    message: String,
}

/// `CreateKeyPair`: the private half is told once.
pub fn create(call: &Call<'_>) -> Result<Action, Refusal> {
    let name: Arc<str> = need_name(&call.fields())?.into();
    let user = call.caller.access_key.clone();
    let (seed, now) = (call.context.gate.random(), call.context.now);
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        // No key is worth making that cannot be kept.
        if view.world.key_pair(issuer.project, &name).is_some() {
            return task::settled(Err(FaultKind::KeyPairExists.into()));
        }
        Action::toil(move || match keys::make(Kind::Ssh, seed, &user, now) {
            Some(Made { public, private }) => {
                let pubkey = public.text.clone();
                let command = issuer.command(add(&name, public, user), Vec::new());
                let project = issuer.project;
                task::edit_with(command, move |_, view| Body {
                    data: Created {
                        id: key_pairs::id_of(view.world, project, &name),
                        name,
                        pubkey,
                        secretkey: private.expose().to_owned(),
                    },
                })
            }
            None => task::settled(Err(FaultKind::Internal.into())),
        })
    }))
}

/// `ImportKeyPair`.
pub fn import(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let name = need_name(&fields)?.to_owned();
    let public = keys::read(Kind::Ssh, fields.need("pubKey")?)
        .ok_or_else(|| fields.bad("pubKey", "is no public key in OpenSSH's form"))?;
    let issuer = call.issuer();
    let user = call.caller.access_key.clone();
    let command = issuer.command(add(&name.as_str().into(), public, user), Vec::new());
    let project = issuer.project;
    Ok(task::edit_with(command, move |_, view| Imported {
        id: key_pairs::id_of(view.world, project, &name),
    }))
}

/// `DescribeKeyPairs`.
pub fn list(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let named = servers::values(&fields, "keyIds")?;
    let name = fields.text("keyName").map(str::to_owned);
    let of_another = fields.number("projectId", 0..=u32::MAX)?.is_some_and(|project| project != 0);
    let page = Page::read(&fields)?;
    let project = call.project();
    Ok(Action::look(move |view| {
        let takes = |pair: &&KeyPair| {
            !of_another
                && (named.is_empty() || named.contains(&key_pairs::id(pair)))
                && name.as_ref().is_none_or(|name| **name == *pair.name)
        };
        let found: Vec<&KeyPair> = view.world.key_pairs(project).filter(takes).collect();
        let (total_count, part) = page.of(found);
        let bound = associated(view.world, project);
        let item = |pair: &KeyPair| {
            let servers = bound.get(&*pair.name).map_or(&[][..], Vec::as_slice);
            Item::of(pair, servers)
        };
        let data = List { total_count, ssh_set: part.map(item).collect() };
        reply::success("", Body { data })
    }))
}

/// `DeleteKeyPair`: each on its own. One that lets into an instance stays.
pub fn delete(call: &Call<'_>) -> Result<Action, Refusal> {
    let names = batch::names(call, "keyIds")?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let (edits, outcomes) = judge(view.world, &issuer, &names);
        let answer = |outcomes| -> Answer {
            let detail = Deleted { delete_key_set: outcomes };
            reply::success("", Detail { detail })
        };
        if edits.is_empty() {
            return Action::Answer(answer(outcomes));
        }
        let operation = Operation::from(Edit::Together(Together { edits }));
        let command = issuer.command(operation, Vec::new());
        Action::order(command, move |outcome, _| match outcome {
            Ok(_) => answer(outcomes),
            Err(fault) => reply::refuse(&fault.clone().into()),
        })
    }))
}

fn judge(world: &World, issuer: &Issuer, names: &[String]) -> (Vec<Edit>, Vec<Outcome>) {
    let bound = associated(world, issuer.project);
    let (mut edits, mut outcomes) = (Vec::new(), Vec::with_capacity(names.len()));
    for id in names {
        let (code, message) = match key_pairs::find(world, issuer.project, id) {
            None => refused(FaultKind::KeyPairNotFound),
            Some(pair) if bound.contains_key(&*pair.name) => {
                (5100, "(5100)InvalidKeyPair.InUse the key pair is bound to an instance".to_owned())
            }
            Some(pair) => {
                edits.push(Edit::RemoveKeyPair(RemoveKeyPair { name: pair.name.clone() }));
                (0, "success".to_owned())
            }
        };
        outcomes.push(Outcome { key_id: id.clone(), code, message });
    }
    (edits, outcomes)
}

fn refused(kind: FaultKind) -> (i32, String) {
    let row = crate::tencent_v2::faults::row(kind);
    (row.code, crate::tencent_v2::faults::worded(&kind.into()))
}

impl Item {
    fn of(pair: &KeyPair, servers: &[&Server]) -> Item {
        Item {
            key_id: key_pairs::id(pair),
            key_name: pair.name.clone(),
            pubkey: pair.public_key.clone(),
            status: 0,
            bind_un_instance_ids: servers
                .iter()
                .map(|server| ids::instance(server.id.handle()))
                .collect(),
            bind_ips: servers.iter().map(|server| lan_ip(server)).collect(),
            create_time: times::beijing(pair.created_at),
        }
    }
}

/// A name that can be a key pair's.
pub fn need_name<'a>(fields: &Fields<'a>) -> Result<&'a str, Refusal> {
    let name = fields.need("keyName")?;
    key_pairs::check_name(name).map_err(|bad| {
        fields.bad(
            "keyName",
            match bad {
                BadName::Empty | BadName::IllegalChar => {
                    "must have letters, digits and underscores only".to_owned()
                }
                BadName::TooLong => format!("must have at most {NAME_CHARS_MAX} characters"),
            },
        )
    })?;
    Ok(name)
}

/// The name of the project's key pair with this id.
pub fn name_of(world: &World, project: ProjectId, id: &str) -> Result<Arc<str>, Refusal> {
    match key_pairs::find(world, project, id) {
        Some(pair) => Ok(pair.name.clone()),
        None => Err(regiment_core::model::Fault::with(FaultKind::KeyPairNotFound, id).into()),
    }
}
