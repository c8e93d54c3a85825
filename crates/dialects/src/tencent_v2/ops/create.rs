use std::collections::BTreeMap;
use std::sync::Arc;

use regiment_core::command::{Receipt, TokenClaim};
use regiment_core::limits::TOKEN_CHARS_MAX;
use regiment_core::model::{Details, FaultKind, Hints, OsFamily};
use regiment_core::ops::{Create, NicOrder, Operation, PasswordFit, VolumeOrder};
use regiment_core::vault::Secret;
use regiment_core::world::World;
use serde::Serialize;

use super::key_pairs::name_of;
use super::reinstall::WantedImage;
use crate::Action;
use crate::sign::token_digest;
use crate::tencent::charging::{self, MONTHS_MAX, Network};
use crate::tencent::zones::Zones;
use crate::tencent::{disks, hints, hostname, ids, shapes};
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::params::{Fields, Params};
use crate::tencent_v2::{names, password, task};

/// Instances in one call.
const GOODS_MAX: u32 = 100;

const FAMILIES: [&str; 7] = ["CVM.S1", "CVM.S2", "CVM.I1", "CVM.I2", "CVM.M1", "CVM.M2", "CVM.C2"];

/// What the client said of an instance that only this dialect shows again, by these names.
const HINTS: [&str; 5] =
    [hints::BANDWIDTH, hints::VPC, hints::SUBNET, hints::IS_GATEWAY, hints::PROJECT];

#[derive(Serialize)]
struct Made {
    #[serde(rename = "unInstanceIds")]
    ids: Vec<String>,
}

/// The deal has the number of its task.
#[derive(Serialize)]
struct Sold {
    #[serde(rename = "dealIds")]
    deals: [u64; 1],
    #[serde(rename = "unInstanceIds")]
    ids: BTreeMap<String, Vec<String>>,
}

/// How instances are paid for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Paying {
    ByHour,
    InAdvance,
}

struct Wanted {
    paying: Paying,
    /// The first one, if none is named.
    zone: Option<u32>,
    cpu: u32,
    mem_gib: u32,
    image: WantedImage,
    count: u32,
    name: Arc<str>,
    hostname: Arc<str>,
    key_id: Option<String>,
    root_gib: Option<u32>,
    storage: Option<VolumeOrder>,
    password: Option<(Secret, PasswordFit)>,
    hints: Hints,
    token: Option<TokenClaim>,
}

/// `RunInstancesHour`: instances paid by use.
pub fn decode_hour(call: &Call<'_>) -> Result<Action, Refusal> {
    decode(call, Paying::ByHour)
}

/// `RunInstances`: instances paid for in advance.
pub fn decode_prepaid(call: &Call<'_>) -> Result<Action, Refusal> {
    decode(call, Paying::InAdvance)
}

fn decode(call: &Call<'_>, paying: Paying) -> Result<Action, Refusal> {
    let wanted = read(call, paying)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| task::settled(order(view.world, wanted, &issuer))))
}

fn read(call: &Call<'_>, paying: Paying) -> Result<Wanted, Refusal> {
    let fields = call.fields();
    if let Some(family) = fields.text("instanceType")
        && !FAMILIES.contains(&family)
    {
        return Err(fields.bad("instanceType", format!("must be one of {}", FAMILIES.join(", "))));
    }
    let name = names::read(&fields, "instanceName", names::INSTANCE_CHARS_MAX)?;
    let hostname = fields.text("hostName").unwrap_or_default();
    if !hostname.is_empty() && !hostname::fits(hostname, OsFamily::Linux) {
        return Err(fields.bad("hostName", "is not a host name"));
    }
    for agent in ["wanIp", "needSecurityAgent", "needMonitorAgent"] {
        fields.flag(agent)?;
    }
    let zone = fields.number("zoneId", 0..=u32::MAX)?;
    if zone.is_none() && paying == Paying::ByHour {
        return Err(Refusal::Missing("zoneId".to_owned()));
    }
    Ok(Wanted {
        paying,
        zone,
        cpu: fields.need_number("cpu", 1..=u32::MAX)?,
        mem_gib: fields.need_number("mem", 1..=u32::MAX)?,
        image: WantedImage::read(call)?.ok_or_else(|| Refusal::Missing("imageId".to_owned()))?,
        count: fields.number("goodsNum", 1..=GOODS_MAX)?.unwrap_or(1),
        name: name.unwrap_or(names::UNNAMED).into(),
        hostname: hostname.into(),
        key_id: fields.text("keyId").map(str::to_owned),
        root_gib: fields.number("rootSize", 1..=16_000)?,
        storage: storage(&fields)?,
        password: password::read(&fields)?,
        hints: hints(call, paying)?,
        token: token(call)?,
    })
}

/// The data disk; a size of 0 is none.
fn storage(fields: &Fields<'_>) -> Result<Option<VolumeOrder>, Refusal> {
    let size = fields.need_number("storageSize", 0..=16_000)?;
    let kind = fields.number("storageType", 1..=5)?.unwrap_or(disks::USUAL);
    Ok((size > 0).then(|| VolumeOrder {
        size_gib: Some(size),
        class: disks::word(kind).into(),
        delete_with_server: true,
    }))
}

fn hints(call: &Call<'_>, paying: Paying) -> Result<Hints, Refusal> {
    let fields = call.fields();
    fields.number("bandwidth", 0..=u32::MAX)?;
    fields.number("projectId", 0..=u32::MAX)?;
    fields.flag("isVpcGateway")?;
    let said = HINTS.iter().filter_map(|hint| {
        let (_, field) = hint.split_once('/')?;
        Some(((*hint).into(), fields.text(field)?.into()))
    });
    let mut said: Hints = said.collect();
    let network = match paying {
        Paying::ByHour => network(&fields, Network::Hourly)?,
        Paying::InAdvance => network(&fields, Network::Monthly)?,
    };
    said.insert(hints::BANDWIDTH_TYPE.into(), network.kept().into());
    if paying == Paying::InAdvance {
        let months = fields.need_number("period", 1..=MONTHS_MAX)?;
        let changes = charging::prepay(call.context.now, months, None);
        said.extend(changes.into_iter().filter_map(|(name, value)| Some((name, value?))));
    }
    Ok(said)
}

/// How the public network is paid for: the usual way, or by what is sent.
pub fn network(fields: &Fields<'_>, usual: Network) -> Result<Network, Refusal> {
    match fields.text("bandwidthType") {
        None => Ok(usual),
        Some(word) if word == usual.kept() => Ok(usual),
        Some(word) if word == Network::Traffic.kept() => Ok(Network::Traffic),
        Some(_) => {
            let why = format!("must be {} or {}", usual.kept(), Network::Traffic.kept());
            Err(fields.bad("bandwidthType", why))
        }
    }
}

fn token(call: &Call<'_>) -> Result<Option<TokenClaim>, Refusal> {
    let fields = call.fields();
    let Some(token) = fields.text("clientToken") else { return Ok(None) };
    if !token.is_ascii() || token.len() > TOKEN_CHARS_MAX {
        let why = format!("must have at most {TOKEN_CHARS_MAX} ASCII characters");
        return Err(fields.bad("clientToken", why));
    }
    let key = call.context.gate.key(&call.caller.access_key).ok_or(Refusal::SecretIdNotFound)?;
    let digest = token_digest(&key, matter(call.params).as_bytes());
    Ok(Some(TokenClaim { token: token.into(), digest }))
}

/// Everything in a request but what differs when it is sent again.
fn matter(params: &Params<'_>) -> String {
    const OF_THE_SENDING: [&str; 5] =
        ["Nonce", "RequestClient", "Signature", "SignatureMethod", "Timestamp"];
    let mut matter = String::new();
    for (key, value) in params.iter().filter(|(key, _)| !OF_THE_SENDING.contains(key)) {
        for part in [key, value] {
            matter.push_str(&part.len().to_string());
            matter.push(':');
            matter.push_str(part);
        }
    }
    matter
}

fn order(world: &World, wanted: Wanted, issuer: &Issuer) -> Result<Action, Refusal> {
    let zone = match wanted.zone {
        Some(number) => Zones::of(world).name(number).cloned(),
        None => world.zones().next().cloned(),
    };
    let zone = zone.ok_or(Refusal::ZoneUnknown)?;
    let flavor = shapes::find(world, wanted.cpu, wanted.mem_gib, "normal")?;
    let id = wanted.image.find(world)?;
    let image = world.image(id).ok_or(FaultKind::ImageNotFound)?;
    if !wanted.hostname.is_empty() && !hostname::fits(&wanted.hostname, image.family) {
        return Err(Refusal::Malformed {
            name: "hostName".to_owned(),
            why: "is too long for the image's system".to_owned(),
        });
    }
    if wanted.root_gib.is_some_and(|size| size < image.disk_gib_min) {
        return Err(Refusal::Malformed {
            name: "rootSize".to_owned(),
            why: format!("must be at least {} for the image", image.disk_gib_min),
        });
    }
    let secret = match wanted.password {
        Some((_, fit)) if !fit.suits(image.family) => return Err(Refusal::PasswordUnfit),
        Some((secret, _)) => Some(secret),
        None => None,
    };
    let root = VolumeOrder {
        size_gib: wanted.root_gib,
        class: disks::word(disks::USUAL).into(),
        delete_with_server: true,
    };
    let details = Details {
        zone,
        hostname: wanted.hostname,
        key_name: wanted.key_id.map(|id| name_of(world, issuer.project, &id)).transpose()?,
        hints: wanted.hints,
        ..Details::default()
    };
    let operation = Operation::Create(Create {
        spread: false,
        names: vec![wanted.name; wanted.count as usize],
        flavor: flavor.name.clone(),
        image: id,
        details: Arc::new(details),
        nics: vec![NicOrder::default()],
        volumes: [Some(root), wanted.storage].into_iter().flatten().collect(),
    });
    let mut command = issuer.command(operation, Vec::new());
    command.secret = secret;
    command.token = wanted.token;
    let ids = |receipt: &Receipt| -> Vec<String> {
        receipt.servers().map(|id| ids::instance(id.handle())).collect()
    };
    Ok(match wanted.paying {
        Paying::ByHour => {
            task::order(command, "ok", move |_, receipt, _| Made { ids: ids(receipt) })
        }
        Paying::InAdvance => task::order(command, "ok", move |job, receipt, _| Sold {
            deals: [job.0],
            ids: BTreeMap::from([(job.0.to_string(), ids(receipt))]),
        }),
    })
}
