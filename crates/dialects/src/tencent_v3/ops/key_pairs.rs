//! Key pairs: one list for the whole plane. Their ids are made of their names, and only the public
//! half is kept.

use std::sync::Arc;

use regiment_core::edits::{Edit, RemoveKeyPair, Together};
use regiment_core::model::{FaultKind, KeyPair, Server};
use regiment_core::ops::Operation;
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::keys::{self, Kind, Made};
use crate::tencent::ids;
use crate::tencent::key_pairs::{self, BadName, add, associated};
use crate::tencent_v3::call::{Call, Issuer};
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::filters::{self, Filter, Page};
use crate::tencent_v3::times;

/// Key pairs in one call.
const KEYS_MAX: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    key_name: String,
    public_key: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    key_ids: Option<Vec<String>>,
    filters: Option<Vec<Filter>>,
    offset: Option<i64>,
    limit: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Doomed {
    key_ids: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shown {
    key_id: String,
    key_name: Arc<str>,
    project_id: u32,
    description: Arc<str>,
    public_key: Arc<str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<String>,
    associated_instance_ids: Vec<String>,
    created_time: String,
    tags: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct One {
    key_pair: Shown,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Imported {
    key_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    total_count: usize,
    key_pair_set: Vec<Shown>,
}

/// `CreateKeyPair`: the private half is told once.
pub fn create(call: &Call<'_>) -> Result<Action, Refusal> {
    let Wanted { key_name: name, public_key: _ } = call.read()?;
    check_name(&name)?;
    let user = call.caller.access_key.clone();
    let (seed, now) = (call.context.gate.random(), call.context.now);
    Ok(call.consult(move |view, issuer| {
        // No key is worth making that cannot be kept.
        if view.world.key_pair(issuer.project, &name).is_some() {
            return Err(FaultKind::KeyPairExists.into());
        }
        let issuer = issuer.clone();
        Ok(Action::toil(move || match keys::make(Kind::Ssh, seed, &user, now) {
            Some(Made { public, private }) => {
                let name: Arc<str> = name.into();
                let text: Arc<str> = public.text.as_str().into();
                let command = issuer.command(add(&name, public, user), Vec::new());
                let project = issuer.project;
                issuer.edit_with(command, move |view| One {
                    key_pair: Shown {
                        key_id: key_pairs::id_of(view.world, project, &name),
                        key_name: name,
                        project_id: 0,
                        description: "".into(),
                        public_key: text,
                        private_key: Some(private.expose().to_owned()),
                        associated_instance_ids: Vec::new(),
                        created_time: times::utc(view.now),
                        tags: [],
                    },
                })
            }
            None => issuer.refuse(&Refusal::internal()),
        }))
    }))
}

/// `ImportKeyPair`.
pub fn import(call: &Call<'_>) -> Result<Action, Refusal> {
    let Wanted { key_name: name, public_key } = call.read()?;
    check_name(&name)?;
    let text = public_key.unwrap_or_default();
    let public = keys::read(Kind::Ssh, &text).ok_or_else(|| {
        Refusal::said_by_action(
            "InvalidPublicKey.Malformed",
            "the public key is not in the required form",
            "公钥格式不正确",
        )
    })?;
    let issuer = call.issuer();
    let user = call.caller.access_key.clone();
    let command = issuer.command(add(&name.as_str().into(), public, user), Vec::new());
    let project = issuer.project;
    Ok(issuer.edit_with(command, move |view| Imported {
        key_id: key_pairs::id_of(view.world, project, &name),
    }))
}

/// `DescribeKeyPairs`.
pub fn list(call: &Call<'_>) -> Result<Action, Refusal> {
    let asked: Asked = call.read()?;
    let named = asked.key_ids.filter(|named| !named.is_empty());
    if named.is_some() && asked.filters.as_ref().is_some_and(|filters| !filters.is_empty()) {
        return Err(Refusal::conflict("KeyIds", "Filters"));
    }
    if let Some(named) = &named {
        check_ids(named)?;
    }
    let known = |name: &str| ["key-name", "project-id", "tag-key"].contains(&name);
    let filters = filters::check(asked.filters.as_ref(), known)?;
    let page = Page::read(asked.offset, asked.limit)?;
    let project = call.project();
    Ok(call.look(move |view| {
        let passes = |pair: &&KeyPair| {
            let id = key_pairs::id(pair);
            named.as_ref().is_none_or(|named| named.contains(&id))
                && filters.iter().all(|filter| match &*filter.name {
                    "key-name" => filter.is(&pair.name),
                    "project-id" => filter.is("0"),
                    // No key pair has a tag.
                    _ => false,
                })
        };
        let found: Vec<&KeyPair> = view.world.key_pairs(project).filter(passes).collect();
        let (total_count, part) = page.of(found);
        let mut associated = associated(view.world, project);
        let shown = part.map(|pair| Shown {
            key_id: key_pairs::id(pair),
            key_name: pair.name.clone(),
            project_id: 0,
            description: pair.description.clone(),
            public_key: pair.public_key.clone(),
            private_key: None,
            associated_instance_ids: associated
                .remove(&*pair.name)
                .unwrap_or_default()
                .into_iter()
                .map(|server: &Server| ids::instance(server.id.handle()))
                .collect(),
            created_time: times::utc(pair.created_at),
            tags: [],
        });
        Ok(List { total_count, key_pair_set: shown.collect() })
    }))
}

/// `DeleteKeyPairs`: one that lets into an instance stays, and the caller looks whether any did.
pub fn delete(call: &Call<'_>) -> Result<Action, Refusal> {
    let Doomed { key_ids: named } = call.read()?;
    check_ids(&named)?;
    Ok(call.consult(move |view, issuer| {
        let associated = associated(view.world, issuer.project);
        let mut edits = Vec::with_capacity(named.len());
        let mut seen = Vec::with_capacity(named.len());
        for id in &named {
            let pair = find(view, issuer, id)?;
            if !seen.contains(&id) && !associated.contains_key(&*pair.name) {
                edits.push(Edit::RemoveKeyPair(RemoveKeyPair { name: pair.name.clone() }));
            }
            seen.push(id);
        }
        let operation = Operation::from(Edit::Together(Together { edits }));
        Ok(issuer.edit(issuer.command(operation, Vec::new())))
    }))
}

pub fn check_name(name: &str) -> Result<(), Refusal> {
    key_pairs::check_name(name).map_err(|bad| {
        let code = match bad {
            BadName::Empty => "InvalidKeyPairNameEmpty",
            BadName::TooLong => "InvalidKeyPairNameTooLong",
            BadName::IllegalChar => "InvalidKeyPairNameIncludeIllegalChar",
        };
        Refusal::bad(code, "KeyName", name)
    })
}

pub fn check_ids(named: &[String]) -> Result<(), Refusal> {
    if named.is_empty() {
        return Err(Refusal::missing("KeyIds"));
    }
    if named.len() > KEYS_MAX {
        return Err(Refusal::too_many("KeyIds", KEYS_MAX));
    }
    match named.iter().find(|id| !ids::may_be_key_pair(id)) {
        Some(id) => Err(Refusal::bad("InvalidKeyPairId.Malformed", "KeyIds", id)),
        None => Ok(()),
    }
}

pub fn find<'v>(view: &View<'v>, issuer: &Issuer, id: &str) -> Result<&'v KeyPair, Refusal> {
    let pair = key_pairs::find(view.world, issuer.project, id);
    pair.ok_or_else(|| Refusal::bad("InvalidKeyPairId.NotFound", "KeyIds", id))
}
