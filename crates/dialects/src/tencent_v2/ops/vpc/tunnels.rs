//! `AddVpnConnEx`, `ModifyVpnConnEx`, `DeleteVpnConn`, `DescribeVpnConn`: tunnels between a VPN gateway
//! and a site. The key that both ends know is checked and forgotten: nothing is encrypted with it.

use std::sync::Arc;

use regiment_core::edits::{AddGateway, Edit, GatewayChange, NewWay, RemoveGateways};
use regiment_core::model::{Cidr, Gateway, GatewayId, Hints, ProjectId, Tunnel, WaySort};
use regiment_core::view::View;
use regiment_core::world::World;
use serde::Serialize;
use serde_json::{Map, Value};

use super::sites;
use crate::Action;
use crate::tencent::{hints, ids};
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::gateways::{self, InNetwork, Look, NAME_CHARS_MAX, SITE, TUNNEL, VPN, cidr};
use crate::tencent_v2::ops::interfaces::{not_there, vpc};
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{names, times};

/// What stands for a key in answers.
const HIDDEN: &str = "******";
const KEY_CHARS_MAX: usize = 128;
/// Pairs of ranges in one tunnel.
const PAIRS_MAX: usize = 50;

const CIPHERS: &[&str] = &["3des-cbc", "aes-cbc-128", "aes-cbc-192", "aes-cbc-256", "des-cbc"];
const CIPHERS_OR_NONE: &[&str] =
    &["3des-cbc", "aes-cbc-128", "aes-cbc-192", "aes-cbc-256", "des-cbc", "null"];
const HASHES: &[&str] = &["md5", "sha"];
const IDENTITIES: &[&str] = &["address", "fqdn"];
const IKE_GROUPS: &[&str] = &["group1", "group2", "group5", "group14", "group24"];
const PFS_GROUPS: &[&str] =
    &["null", "dh-group1", "dh-group2", "dh-group5", "dh-group14", "dh-group24"];

/// What a term of a tunnel may be.
enum May {
    Be(&'static [&'static str]),
    Count(u32, u32),
    Name,
}

/// A term, what it may be, and what it is unless said otherwise.
type Term = (&'static str, May, Option<&'static str>);

static IKE: &[Term] = &[
    ("propoEncryAlgorithm", May::Be(CIPHERS), Some("3des-cbc")),
    ("propoAuthenAlgorithm", May::Be(HASHES), Some("md5")),
    ("exchangeMode", May::Be(&["aggressive", "main"]), Some("main")),
    ("localIdentity", May::Be(IDENTITIES), Some("address")),
    ("remoteIdentity", May::Be(IDENTITIES), Some("address")),
    ("localAddress", May::Name, None),
    ("remoteAddress", May::Name, None),
    ("localFqdnName", May::Name, None),
    ("remoteFqdnName", May::Name, None),
    ("dhGroupName", May::Be(IKE_GROUPS), Some("group1")),
    ("ikeSaLifetimeSeconds", May::Count(60, 604_800), Some("86400")),
];
static IPSEC: &[Term] = &[
    ("encryptAlgorithm", May::Be(CIPHERS_OR_NONE), Some("3des-cbc")),
    ("integrityAlgorith", May::Be(HASHES), Some("md5")),
    ("encapMode", May::Be(&["tunnel"]), Some("tunnel")),
    ("securityProto", May::Be(&["ESP"]), Some("ESP")),
    ("pfsDhGroup", May::Be(PFS_GROUPS), Some("null")),
    ("ipsecSaLifetimeSeconds", May::Count(180, 604_800), Some("3600")),
    ("ipsecSaLifetimeTraffic", May::Count(2_560, u32::MAX), Some("1843200")),
];
/// The two sets of terms. The vendor's pages write each in two ways, and list the first term of the
/// second set among the first's.
static SETS: [(&str, &str, &[Term]); 2] =
    [("IKESet", "ikeSet", IKE), ("IPsecSet", "ipsecSet", IPSEC)];

fn hint_of(set: &str, term: &str) -> Arc<str> {
    format!("tencent_v2/{set}.{term}").into()
}

/// The terms that a request says.
fn terms(fields: &Fields<'_>) -> Result<Hints, Refusal> {
    let mut said = Hints::new();
    for (set, _, terms) in &SETS {
        for (term, may, _) in *terms {
            if let Some((at, name)) = said_of(fields, term) {
                let value = at.text(&name).unwrap_or_default();
                match may {
                    May::Be(words) if words.contains(&value) => {}
                    May::Be(words) => {
                        return Err(at.bad(&name, format!("must be one of {}", words.join(", "))));
                    }
                    May::Count(least, most) => drop(at.number(&name, *least..=*most)?),
                    May::Name => drop(names::read(&at, &name, NAME_CHARS_MAX)?),
                }
                said.insert(hint_of(set, term), value.into());
            }
        }
    }
    Ok(said)
}

/// Where a term is said: `IKESet.term`, `IKESet.0.term`, or either with the other name of a set.
fn said_of<'f>(fields: &Fields<'f>, term: &str) -> Option<(Fields<'f>, String)> {
    let sets = SETS.iter().flat_map(|(set, other, _)| [*set, *other]);
    sets.into_iter().find_map(|set| {
        let dotted = format!("{set}.{term}");
        if fields.text(&dotted).is_some() {
            return Some((fields.clone(), dotted));
        }
        let mut objects = fields.objects(set).into_iter();
        let found = objects.find(|object| object.text(term).is_some());
        found.map(|object| (object, term.to_owned()))
    })
}

/// Which ranges talk to each other. Of those that name only the far side, the whole network does.
#[derive(Default)]
struct Ranges {
    far: Vec<Cidr>,
    pairs: Vec<(Cidr, Cidr)>,
}

impl Ranges {
    fn read(fields: &Fields<'_>) -> Result<Ranges, Refusal> {
        let mut ranges = Ranges::default();
        for text in fields.list("userGwCidrBlock") {
            let range = cidr(text).ok_or_else(|| fields.bad("userGwCidrBlock", "must be CIDRs"))?;
            ranges.far.push(range);
        }
        let bad = || {
            let why = "must be a JSON object of a CIDR here to a list of CIDRs there";
            fields.bad("spdAcl", why)
        };
        for text in fields.text("spdAcl").into_iter().chain(fields.list("spdAcl")) {
            let read: Map<String, Value> = serde_json::from_str(text).map_err(|_| bad())?;
            for (near, far) in &read {
                let near = cidr(near).ok_or_else(bad)?;
                for far in far.as_array().ok_or_else(bad)? {
                    let far = far.as_str().and_then(cidr).ok_or_else(bad)?;
                    ranges.pairs.push((near, far));
                }
            }
        }
        if ranges.far.len() + ranges.pairs.len() > PAIRS_MAX {
            return Err(fields.bad("spdAcl", format!("must have at most {PAIRS_MAX} pairs")));
        }
        Ok(ranges)
    }

    const fn is_empty(&self) -> bool {
        self.far.is_empty() && self.pairs.is_empty()
    }

    /// All pairs, of a network of this range.
    fn within(&self, network: Cidr) -> Result<Vec<(Cidr, Cidr)>, Refusal> {
        let inside = |near: &Cidr| network.holds(near.base) && near.bits >= network.bits;
        if let Some((near, _)) = self.pairs.iter().find(|(near, _)| !inside(near)) {
            let why = format!("names {near}, which is not in the private network");
            return Err(Refusal::Malformed { name: "spdAcl".to_owned(), why });
        }
        let of_all = self.far.iter().map(|far| (network, *far));
        Ok(of_all.chain(self.pairs.iter().copied()).collect())
    }
}

/// The key that both ends know.
fn check_key(fields: &Fields<'_>) -> Result<(), Refusal> {
    let fits = |key: &str| key.chars().count() <= KEY_CHARS_MAX && !key.contains(char::is_control);
    match fields.text("preSharedKey") {
        Some(key) if !fits(key) => {
            Err(fields.bad("preSharedKey", format!("must have at most {KEY_CHARS_MAX} characters")))
        }
        Some(_) | None => Ok(()),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    vpn_gw_id: String,
    user_gw_id: String,
    vpn_conn_id: String,
    /// 0: it is being made.
    vpn_conn_status: u32,
    pre_shared_key: &'static str,
    user_gw_subnet_list: Vec<String>,
}

pub fn create(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let network = fields.need("vpcId")?.to_owned();
    let (near, far) = (fields.need("vpnGwId")?.to_owned(), fields.need("userGwId")?.to_owned());
    fields.need("preSharedKey")?;
    check_key(&fields)?;
    let name: Option<String> =
        names::read(&fields, "vpnConnName", NAME_CHARS_MAX)?.map(str::to_owned);
    let (ranges, terms) = (Ranges::read(&fields)?, terms(&fields)?);
    if ranges.is_empty() {
        return Err(Refusal::Missing("userGwCidrBlock.0".to_owned()));
    }
    let say = move |world: &World, project| {
        let vpc = vpc(world, project, &network)?;
        let gateway = VPN.find_in(world, project, &network, &near)?;
        let site = SITE.find(world, project, &far)?;
        let name = name.unwrap_or_else(|| format!("{}_vpnconn", site.name)).into();
        let pairs = ranges.within(vpc.cidr)?;
        let way = NewWay::Tunnel(Tunnel { gateway: gateway.id, site: site.id, pairs });
        Ok(Edit::AddGateway(AddGateway { vpc: Some(vpc.id), name, way, hints: terms }))
    };
    let project = call.project();
    Ok(gateways::task_with(call, TUNNEL.faults, say, move |receipt, view| {
        let made = gateways::made(receipt).and_then(|id| view.world.gateway(project, id));
        let tunnel = made.and_then(Gateway::tunnel);
        let end = |sort, id: Option<GatewayId>| {
            id.map(|id| ids::gateway_of(sort, id)).unwrap_or_default()
        };
        Made {
            vpn_gw_id: end(WaySort::Vpn, tunnel.map(|tunnel| tunnel.gateway)),
            user_gw_id: end(WaySort::Site, tunnel.map(|tunnel| tunnel.site)),
            vpn_conn_id: made.map(ids::gateway).unwrap_or_default(),
            vpn_conn_status: 0,
            pre_shared_key: HIDDEN,
            user_gw_subnet_list: tunnel.map(far_ranges).unwrap_or_default(),
        }
    }))
}

/// A tunnel as a request names it: by its gateway too.
struct Named {
    network: String,
    near: String,
    id: String,
}

impl Named {
    fn read(fields: &Fields<'_>) -> Result<Named, Refusal> {
        let need = |name: &str| fields.need(name).map(str::to_owned);
        Ok(Named { network: need("vpcId")?, near: need("vpnGwId")?, id: need("vpnConnId")? })
    }

    fn find<'w>(&self, world: &'w World, project: ProjectId) -> Result<&'w Gateway, Refusal> {
        let near = VPN.find_in(world, project, &self.network, &self.near)?;
        let found = TUNNEL.find_in(world, project, &self.network, &self.id)?;
        match found.tunnel() {
            Some(tunnel) if tunnel.gateway == near.id => Ok(found),
            Some(_) | None => Err(not_there(TUNNEL.not_found, &self.id)),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    vpn_gw_id: String,
    vpc_conn_id: String,
    /// 2: it is being changed.
    vpc_conn_status: u32,
    pre_shared_key: &'static str,
}

pub fn change(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let named = Named::read(&fields)?;
    check_key(&fields)?;
    let name = names::read(&fields, "vpnConnName", NAME_CHARS_MAX)?.map(Into::into);
    let (ranges, hints) = (Ranges::read(&fields)?, terms(&fields)?);
    let answer = Changed {
        vpn_gw_id: named.near.clone(),
        vpc_conn_id: named.id.clone(),
        vpc_conn_status: 2,
        pre_shared_key: HIDDEN,
    };
    let say = move |world: &World, project| {
        let gateway = named.find(world, project)?;
        let network = vpc(world, project, &named.network)?.cidr;
        let pairs = if ranges.is_empty() { None } else { Some(ranges.within(network)?) };
        Ok(gateways::changed(gateway, GatewayChange::Retune { name, pairs, hints }))
    };
    Ok(gateways::task_with(call, TUNNEL.faults, say, |_, _| answer))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Removed {
    vpn_gw_id: String,
    vpc_conn_id: String,
    /// 4: it is being deleted.
    state: u32,
}

pub fn delete(call: &Call<'_>) -> Result<Action, Refusal> {
    let named = Named::read(&call.fields())?;
    let answer = Removed { vpn_gw_id: named.near.clone(), vpc_conn_id: named.id.clone(), state: 4 };
    let say = move |world: &World, project| {
        let ids = vec![named.find(world, project)?.id];
        Ok(Edit::RemoveGateways(RemoveGateways { ids }))
    };
    Ok(gateways::task_with(call, TUNNEL.faults, say, |_, _| answer))
}

pub fn list(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let look = Look::read(&fields, &TUNNEL, "vpnConnName", false)?;
    let near = fields.text("vpnGwId").map(str::to_owned);
    let keep = move |one: &Gateway, view: &View<'_>| {
        near.as_ref().is_none_or(|near| {
            let gateway = VPN.find(view.world, one.project, near).ok().map(|found| found.id);
            one.tunnel().map(|tunnel| tunnel.gateway) == gateway
        })
    };
    Ok(gateways::list(call, &TUNNEL, look, keep, Item::of))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(flatten)]
    network: InNetwork,
    vpn_gw_id: u64,
    un_vpn_gw_id: String,
    vpn_gw_name: Arc<str>,
    vpn_gw_address: String,
    vpn_conn_id: u64,
    un_vpn_conn_id: String,
    vpn_conn_name: Arc<str>,
    user_gw_id: u64,
    un_user_gw_id: String,
    user_gw_name: Arc<str>,
    user_gw_address: String,
    /// 6: it works.
    vpc_conn_status: u32,
    net_status: &'static str,
    pre_shared_key: &'static str,
    source_cidr: Vec<String>,
    destination_cidr: Vec<String>,
    vpn_proto: &'static str,
    create_time: String,
    #[serde(rename = "IKESet")]
    ike: Map<String, Value>,
    #[serde(rename = "IPsecSet")]
    ipsec: Map<String, Value>,
}

impl Item {
    fn of(gateway: &Gateway, view: &View<'_>) -> Item {
        let tunnel = gateway.tunnel();
        let end = |id: Option<GatewayId>| id.and_then(|id| view.world.gateway(gateway.project, id));
        let near = end(tunnel.map(|tunnel| tunnel.gateway));
        let far = end(tunnel.map(|tunnel| tunnel.site));
        let near_address = near.and_then(Gateway::outside).map(|ip| ip.to_string());
        let far_address = far.and_then(sites::address).map(|ip| ip.to_string());
        let near_address = near_address.unwrap_or_default();
        let far_address = far_address.unwrap_or_default();
        let told = |(set, _, terms): &(&str, &str, &[Term])| {
            let own = [("localAddress", &near_address), ("remoteAddress", &far_address)];
            tell(&gateway.hints, set, terms, own)
        };
        let number = |one: Option<&Gateway>| one.map_or(0, |one| ids::gateway_number(one.id));
        let name = |one: Option<&Gateway>| one.map(|one| one.name.clone()).unwrap_or_default();
        let [ike, ipsec] = &SETS;
        Item {
            network: InNetwork::of(gateway, view.world),
            vpn_gw_id: number(near),
            un_vpn_gw_id: near.map(ids::gateway).unwrap_or_default(),
            vpn_gw_name: name(near),
            vpn_conn_id: ids::gateway_number(gateway.id),
            un_vpn_conn_id: ids::gateway(gateway),
            vpn_conn_name: gateway.name.clone(),
            user_gw_id: number(far),
            un_user_gw_id: far.map(ids::gateway).unwrap_or_default(),
            user_gw_name: name(far),
            vpc_conn_status: 6,
            // Nobody is at the other end.
            net_status: "unavailable",
            pre_shared_key: HIDDEN,
            source_cidr: tunnel.map(near_ranges).unwrap_or_default(),
            destination_cidr: tunnel.map(far_ranges).unwrap_or_default(),
            vpn_proto: "ip-sec",
            create_time: times::beijing(gateway.created_at),
            ike: told(ike),
            ipsec: told(ipsec),
            vpn_gw_address: near_address,
            user_gw_address: far_address,
        }
    }
}

/// The terms of one set: as they were said, else as they are when nobody says.
fn tell(hints: &Hints, set: &str, terms: &[Term], own: [(&str, &String); 2]) -> Map<String, Value> {
    let mut told = Map::new();
    for (term, may, usual) in terms {
        let of_ends =
            own.iter().find(|(name, _)| name == term).map(|(_, address)| address.as_str());
        let said = hints::said(hints, &hint_of(set, term)).or(*usual).or(of_ends);
        let value = match (said, may) {
            (None, _) => Value::Null,
            (Some(said), May::Count(..)) => said.parse::<u32>().map_or(Value::Null, Value::from),
            (Some(said), May::Be(_) | May::Name) => Value::from(said),
        };
        told.insert((*term).to_owned(), value);
    }
    told
}

fn near_ranges(tunnel: &Tunnel) -> Vec<String> {
    each_once(tunnel.pairs.iter().map(|(near, _)| near))
}

fn far_ranges(tunnel: &Tunnel) -> Vec<String> {
    each_once(tunnel.pairs.iter().map(|(_, far)| far))
}

fn each_once<'c>(ranges: impl Iterator<Item = &'c Cidr>) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for range in ranges.map(Cidr::to_string) {
        if !told.contains(&range) {
            told.push(range);
        }
    }
    told
}
