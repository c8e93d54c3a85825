//! Under which addresses a network is seen at the other end of a line: single addresses
//! (`…LocalIPTranslationNatRule`) and pools (`…LocalSourceIPPortTranslationNatRule`).

use std::net::Ipv4Addr;
use std::sync::Arc;

use regiment_core::edits::GatewayChange;
use regiment_core::model::{AddressRange, FaultKind, Translation};
use serde::Serialize;

use super::lines::translations;
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::gateways::{self, LINE, List, Spelling};
use crate::tencent_v2::ops::interfaces;
use crate::tencent_v2::ops::servers::Page;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{names, task};

/// Characters in a description.
const DESCRIPTION_CHARS_MAX: usize = 60;

const SINGLE: Spelling = &[
    (FaultKind::AddressOutside, "InvalidOriginalIP.NotInVpcCidr"),
    (FaultKind::TranslationExists, "InvalidOriginalIP.Duplicate"),
    (FaultKind::NetworksOverlap, "InvalidTranslationIP.InVpcCidr"),
    (FaultKind::AddressInUse, "InvalidTranslationIP.Duplicate"),
    (FaultKind::TranslationNotFound, "InvalidLocalIPTranslation.NotFound"),
    (FaultKind::QuotaExceeded, "LocalIPTranslationLimitExceeded"),
];
const POOLS: Spelling = &[
    (FaultKind::NetworksOverlap, "InvalidTranslationIPPool.InVpcCidr"),
    (FaultKind::AddressInUse, "InvalidTranslationIP.Duplicate"),
    (FaultKind::TranslationNotFound, "InvalidTranslationIPPool.NotFound"),
    (FaultKind::QuotaExceeded, "LocalSourceIPPortTranslationLimitExceeded"),
];

/// What names one.
type Key = (Option<Ipv4Addr>, AddressRange);

pub fn add_single(call: &Call<'_>) -> Result<Action, Refusal> {
    let new = each(call, "localIPTranslation", single)?;
    gateways::change(call, &LINE, SINGLE, GatewayChange::Translate(new))
}

pub fn remove_single(call: &Call<'_>) -> Result<Action, Refusal> {
    let keys = each(call, "localIPTranslation", |fields| single(fields).map(|one| key(&one)))?;
    gateways::change(call, &LINE, SINGLE, GatewayChange::Untranslate(keys))
}

pub fn change_single(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let from = address(&fields, "oldOriginalIP")?;
    let to = address(&fields, "oldTranslationIP")?;
    let old = (Some(from), AddressRange::one(to));
    let from = interfaces::address(&fields, "originalIP")?.unwrap_or(from);
    let to = interfaces::address(&fields, "translationIP")?.unwrap_or(to);
    let new = Translation {
        from: Some(from),
        to: AddressRange::one(to),
        words: to.to_string().into(),
        description: "".into(),
    };
    change(call, SINGLE, old, new)
}

pub fn add_pools(call: &Call<'_>) -> Result<Action, Refusal> {
    let new = each(call, "localSourceIPPortTranslation", pooled)?;
    gateways::change(call, &LINE, POOLS, GatewayChange::Translate(new))
}

pub fn remove_pools(call: &Call<'_>) -> Result<Action, Refusal> {
    let pools = |fields: &Fields<'_>| pooled(fields).map(|one| key(&one));
    let keys = each(call, "localSourceIPPortTranslation", pools)?;
    gateways::change(call, &LINE, POOLS, GatewayChange::Untranslate(keys))
}

pub fn change_pool(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let old = (None, pool(&fields, "oldTranslationIPPool")?);
    let name = match fields.text("translationIPPool") {
        Some(_) => "translationIPPool",
        None => "oldTranslationIPPool",
    };
    let new = Translation {
        from: None,
        to: pool(&fields, name)?,
        words: fields.need(name)?.into(),
        description: "".into(),
    };
    change(call, POOLS, old, new)
}

/// A description that is not said stays.
fn change(
    call: &Call<'_>,
    faults: Spelling,
    old: Key,
    mut new: Translation,
) -> Result<Action, Refusal> {
    let said = names::read(&call.fields(), "description", DESCRIPTION_CHARS_MAX)?;
    let said: Option<Arc<str>> = said.map(Into::into);
    let named = LINE.named(&call.fields())?;
    Ok(gateways::task(call, faults, move |world, project| {
        let gateway = named.find(world, project)?;
        let known = translations(gateway).iter().find(|one| key(one) == old);
        new.description = said.or(known.map(|one| one.description.clone())).unwrap_or_default();
        let change = GatewayChange::Retranslate { old, new };
        Ok(gateways::changed(gateway, change))
    }))
}

fn each<T>(
    call: &Call<'_>,
    list: &str,
    read: impl Fn(&Fields<'_>) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let objects = call.fields().objects(list);
    if objects.is_empty() {
        return Err(Refusal::Missing(format!("{list}.0")));
    }
    objects.iter().map(read).collect()
}

const fn key(one: &Translation) -> Key {
    (one.from, one.to)
}

fn single(fields: &Fields<'_>) -> Result<Translation, Refusal> {
    let (from, to) = (address(fields, "originalIP")?, address(fields, "translationIP")?);
    let (to, words) = (AddressRange::one(to), to.to_string().into());
    Ok(Translation { from: Some(from), to, words, description: description(fields)? })
}

fn pooled(fields: &Fields<'_>) -> Result<Translation, Refusal> {
    let words = fields.need("translationIPPool")?.into();
    let to = pool(fields, "translationIPPool")?;
    Ok(Translation { from: None, to, words, description: description(fields)? })
}

fn description(fields: &Fields<'_>) -> Result<Arc<str>, Refusal> {
    let said = names::read(fields, "description", DESCRIPTION_CHARS_MAX)?;
    Ok(said.unwrap_or_default().into())
}

fn address(fields: &Fields<'_>, name: &str) -> Result<Ipv4Addr, Refusal> {
    let missing = || Refusal::Missing(fields.full(name));
    interfaces::address(fields, name)?.ok_or_else(missing)
}

fn pool(fields: &Fields<'_>, name: &str) -> Result<AddressRange, Refusal> {
    let bad = || fields.bad(name, "must be an address, two with a dash between them, or a CIDR");
    gateways::range(fields.need(name)?).ok_or_else(bad)
}

pub fn list_single(call: &Call<'_>) -> Result<Action, Refusal> {
    list(call, true, |one| Single {
        original_ip: one.from,
        translation_ip: one.to.first,
        description: one.description.clone(),
    })
}

pub fn list_pools(call: &Call<'_>) -> Result<Action, Refusal> {
    list(call, false, |one| Pool {
        translation_ip_pool: one.words.clone(),
        description: one.description.clone(),
    })
}

#[derive(Serialize)]
struct Single {
    #[serde(rename = "originalIP")]
    original_ip: Option<Ipv4Addr>,
    #[serde(rename = "translationIP")]
    translation_ip: Ipv4Addr,
    description: Arc<str>,
}

#[derive(Serialize)]
struct Pool {
    #[serde(rename = "translationIPPool")]
    translation_ip_pool: Arc<str>,
    description: Arc<str>,
}

fn list<T: Serialize>(
    call: &Call<'_>,
    single: bool,
    item: impl Fn(&Translation) -> T + Send + 'static,
) -> Result<Action, Refusal> {
    let fields = call.fields();
    let named = LINE.named(&fields)?;
    let page = Page::read(&fields)?;
    let from = interfaces::address(&fields, "originalIP")?;
    let to = interfaces::address(&fields, "translationIP")?;
    let word = fields.text("description").map(str::to_owned);
    let project = call.project();
    let takes = move |one: &&Translation| {
        one.from.is_some() == single
            && (from.is_none() || one.from == from)
            && to.is_none_or(|to| one.to == AddressRange::one(to))
            && word.as_ref().is_none_or(|word| one.description.contains(&**word))
    };
    Ok(Action::look(move |view| {
        task::shown(named.find(view.world, project).map(|gateway| {
            let found: Vec<&Translation> = translations(gateway).iter().filter(takes).collect();
            let (total_count, part) = page.of(found);
            List { total_count, data: part.map(item).collect() }
        }))
    }))
}
