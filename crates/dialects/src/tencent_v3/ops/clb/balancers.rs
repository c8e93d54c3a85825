//! `DescribeLoadBalancers`.

use std::sync::Arc;

use regiment_core::model::{BalancerState, LoadBalancer, ProjectId, Reach};
use regiment_core::view::View;
use regiment_core::world::World;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::form::parse_digits;
use crate::tencent::{ids, times};
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb::{self, hint, hints};
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::filters::{self, Filter, Page};
use crate::tencent_v3::places::Zones;

/// Load balancers named in one call.
const IDS_MAX: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    #[serde(default)]
    load_balancer_ids: Vec<String>,
    load_balancer_type: Option<String>,
    forward: Option<i64>,
    load_balancer_name: Option<String>,
    domain: Option<String>,
    #[serde(default)]
    load_balancer_vips: Vec<String>,
    #[serde(default)]
    backend_public_ips: Vec<String>,
    #[serde(default)]
    backend_private_ips: Vec<String>,
    offset: Option<i64>,
    limit: Option<i64>,
    order_by: Option<String>,
    order_type: Option<i64>,
    search_key: Option<String>,
    project_id: Option<i64>,
    with_rs: Option<i64>,
    vpc_id: Option<String>,
    security_group: Option<String>,
    master_zone: Option<String>,
    filters: Option<Vec<Filter>>,
}

/// Filters by name. What no load balancer has here matches none.
const FILTERS: [&str; 8] = [
    "charge-type",
    "function-name",
    "internet-charge-type",
    "load-balancer-id",
    "master-zone-id",
    "sla-type",
    "tag-key",
    "vip-isp",
];

fn known(name: &str) -> bool {
    FILTERS.contains(&name) || name.starts_with("tag:")
}

#[derive(Clone, Copy)]
enum Order {
    Name,
    Created,
    Domain,
    Reach,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let page = Page::read(wanted.offset, wanted.limit)?;
    let look = Look::of(call, wanted)?;
    Ok(call.look(move |view| {
        let teller = Teller::of(view, look.project, &look.region);
        let mut found: Vec<&LoadBalancer> =
            view.world.balancers().filter(|balancer| look.takes(&teller, balancer)).collect();
        look.sort(&mut found);
        let (total_count, part) = page.of(found);
        let load_balancer_set = part.map(|balancer| teller.tell(balancer)).collect();
        Ok(List { total_count, load_balancer_set })
    }))
}

/// What is looked for, and in which order it is told.
struct Look {
    project: ProjectId,
    region: Arc<str>,
    wanted: Wanted,
    reach: Option<Reach>,
    routes: Option<bool>,
    with_members: Option<bool>,
    filters: Vec<Filter>,
    order: Order,
    descending: bool,
}

impl Look {
    fn of(call: &Call<'_>, wanted: Wanted) -> Result<Look, Refusal> {
        if wanted.load_balancer_ids.len() > IDS_MAX {
            return Err(Refusal::bad_length("LoadBalancerIds", 0, IDS_MAX));
        }
        for id in &wanted.load_balancer_ids {
            clb::target(id)?;
        }
        let kind = wanted.load_balancer_type.as_deref().filter(|kind| !kind.is_empty());
        let order = match wanted.order_by.as_deref() {
            None | Some("" | "CreateTime") => Order::Created,
            Some("LoadBalancerName") => Order::Name,
            Some("Domain") => Order::Domain,
            Some("LoadBalancerType") => Order::Reach,
            Some(order) => return Err(Refusal::bad("InvalidParameterValue", "OrderBy", order)),
        };
        Ok(Look {
            project: call.project(),
            region: call.region.clone(),
            reach: kind.map(clb::read_reach).transpose()?,
            routes: either("Forward", wanted.forward)?,
            with_members: either("WithRs", wanted.with_rs)?,
            filters: filters::check(wanted.filters.as_ref(), known)?,
            order,
            descending: either("OrderType", wanted.order_type)?.unwrap_or(true),
            wanted,
        })
    }

    fn takes(&self, teller: &Teller<'_>, balancer: &LoadBalancer) -> bool {
        let Wanted {
            load_balancer_ids,
            load_balancer_type: _,
            forward: _,
            load_balancer_name,
            domain,
            load_balancer_vips,
            backend_public_ips,
            backend_private_ips,
            offset: _,
            limit: _,
            order_by: _,
            order_type: _,
            search_key,
            project_id,
            with_rs: _,
            vpc_id,
            security_group,
            master_zone,
            filters: _,
        } = &self.wanted;
        let shown_domain = shown_domain(balancer);
        let address = balancer.address.to_string();
        let is = |wanted: &Option<String>, text: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.is_empty() || **wanted == *text)
        };
        let of_project = u64::from(clb::number(&balancer.hints, hints::PROJECT));
        balancer.project == self.project
            && (load_balancer_ids.is_empty()
                || load_balancer_ids.contains(&ids::balancer(balancer.id)))
            && self.reach.is_none_or(|reach| reach == balancer.reach)
            && self.routes.is_none_or(|routes| routes == balancer.routes)
            && self.with_members.is_none_or(|with| with == (servers_behind(balancer) > 0))
            && is(load_balancer_name, &balancer.name)
            && is(domain, &shown_domain)
            && is(vpc_id, network(balancer))
            && security_group.as_ref().is_none_or(|wanted| {
                wanted.is_empty() || groups(balancer).any(|group| group == **wanted)
            })
            && is(master_zone, &teller.zone(balancer).unwrap_or_default())
            && project_id.is_none_or(|wanted| u64::try_from(wanted) == Ok(of_project))
            && (load_balancer_vips.is_empty() || load_balancer_vips.contains(&address))
            // Not looked for by what their instances have outside.
            && backend_public_ips.is_empty()
            && (backend_private_ips.is_empty() || teller.forwards_to(balancer, backend_private_ips))
            && search_key.as_ref().is_none_or(|word| {
                [&*balancer.name, &*shown_domain, &*address].iter().any(|text| text.contains(&**word))
            })
            && self.filters.iter().all(|filter| teller.passes(balancer, filter))
    }

    /// What is made later comes later among equals.
    fn sort(&self, found: &mut [&LoadBalancer]) {
        found.sort_by_cached_key(|one| {
            let text = match self.order {
                Order::Name => one.name.to_string(),
                Order::Created => String::new(),
                Order::Domain => shown_domain(one),
                Order::Reach => clb::reach(one.reach).to_owned(),
            };
            (text, one.order)
        });
        if self.descending {
            found.reverse();
        }
    }
}

/// 0 or 1; -1 means both.
fn either(name: &str, said: Option<i64>) -> Result<Option<bool>, Refusal> {
    match said {
        None | Some(-1) => Ok(None),
        Some(0) => Ok(Some(false)),
        Some(1) => Ok(Some(true)),
        Some(said) => Err(Refusal::bad("InvalidParameterValue", name, said)),
    }
}

/// Only classic public load balancers have a domain.
fn shown_domain(balancer: &LoadBalancer) -> String {
    if balancer.reach == Reach::Public && !balancer.routes {
        format!("{}.clb.myqcloud.com", balancer.domain)
    } else {
        String::new()
    }
}

fn groups(balancer: &LoadBalancer) -> impl Iterator<Item = String> {
    balancer.security_groups.iter().map(|group| ids::security_group(*group))
}

fn servers_behind(balancer: &LoadBalancer) -> usize {
    balancer.backends.len() + balancer.members().count()
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    total_count: usize,
    load_balancer_set: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_excessive_bools, reason = "the vendor's")]
pub struct Item {
    load_balancer_id: String,
    load_balancer_name: Arc<str>,
    load_balancer_type: &'static str,
    forward: u8,
    domain: String,
    load_balancer_vips: [String; 1],
    status: u8,
    create_time: String,
    status_time: String,
    project_id: u32,
    vpc_id: String,
    open_bgp: u8,
    snat: bool,
    isolation: u8,
    log: Option<String>,
    subnet_id: String,
    tags: Vec<ShownTag>,
    secure_groups: Vec<String>,
    target_region_info: TargetRegion,
    anycast_zone: &'static str,
    #[serde(rename = "AddressIPVersion")]
    address_version: &'static str,
    numerical_vpc_id: u64,
    vip_isp: Option<String>,
    master_zone: Option<Zone>,
    backup_zone_set: Option<[String; 0]>,
    isolated_time: Option<String>,
    expire_time: Option<String>,
    charge_type: Option<String>,
    network_attributes: Option<Internet>,
    prepaid_attributes: Option<Prepaid>,
    log_set_id: &'static str,
    log_topic_id: &'static str,
    #[serde(rename = "AddressIPv6")]
    address_v6: Option<String>,
    #[serde(rename = "IsDDos")]
    is_ddos: bool,
    config_id: &'static str,
    load_balancer_pass_to_target: bool,
    snat_pro: bool,
    snat_ips: [String; 0],
    sla_type: String,
    is_block: bool,
    is_block_time: &'static str,
    local_bgp: bool,
    cluster_tag: Option<String>,
    mix_ip_target: bool,
    zones: Option<[String; 0]>,
    attribute_flags: Vec<&'static str>,
    load_balancer_domain: &'static str,
    target_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShownTag {
    tag_key: Arc<str>,
    tag_value: Arc<str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TargetRegion {
    region: Arc<str>,
    vpc_id: String,
    numerical_vpc_id: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Zone {
    zone: String,
    zone_name: String,
    zone_region: Arc<str>,
    local_zone: bool,
    edge_zone: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Internet {
    internet_charge_type: String,
    internet_max_bandwidth_out: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Prepaid {
    renew_flag: String,
    period: u32,
}

/// Tells of load balancers as a region's.
pub struct Teller<'a> {
    world: &'a World,
    project: ProjectId,
    region: Arc<str>,
    zones: Zones,
}

impl<'a> Teller<'a> {
    pub fn of(view: &View<'a>, project: ProjectId, region: &Arc<str>) -> Teller<'a> {
        let zones = Zones::of(view.world, region);
        Teller { world: view.world, project, region: region.clone(), zones }
    }

    /// The zone that was asked for, if there is one of that name.
    pub fn zone(&self, balancer: &LoadBalancer) -> Option<String> {
        let named = hint(&balancer.hints, hints::ZONE)?;
        self.zones.find(named).map(|zone| self.zones.shown(zone))
    }

    pub fn forwards_to(&self, balancer: &LoadBalancer, addresses: &[String]) -> bool {
        let has = |address: &str| addresses.iter().any(|wanted| wanted == address);
        self.world
            .servers_of(self.project)
            .filter(|server| balancer.forwards_to(server.id))
            .any(|server| server.details.nics.iter().any(|nic| has(&nic.address.to_string())))
    }

    fn passes(&self, balancer: &LoadBalancer, filter: &Filter) -> bool {
        match &*filter.name {
            "load-balancer-id" => filter.is(&ids::balancer(balancer.id)),
            "charge-type" => charge_type(balancer).is_some_and(|kind| filter.is(kind)),
            "internet-charge-type" => {
                internet(balancer).is_some_and(|said| filter.is(&said.internet_charge_type))
            }
            "master-zone-id" => self.zone(balancer).is_some_and(|zone| filter.is(&zone)),
            "sla-type" => filter.is(hint(&balancer.hints, hints::SLA_TYPE).unwrap_or_default()),
            "vip-isp" => isp(balancer).is_some_and(|isp| filter.is(isp)),
            "tag-key" => balancer.tags.iter().any(|tag| filter.is(&tag.key)),
            name => match name.strip_prefix("tag:") {
                Some(key) => {
                    balancer.tags.iter().any(|tag| *tag.key == *key && filter.is(&tag.value))
                }
                // Functions, which nobody has.
                None => false,
            },
        }
    }

    pub fn tell(&self, balancer: &LoadBalancer) -> Item {
        let said = &balancer.hints;
        let number = balancer.network.as_deref().and_then(parse_digits).unwrap_or(0);
        let subnet = balancer.subnet.as_deref().filter(|id| id.starts_with("subnet-"));
        let tags = balancer.tags.iter();
        Item {
            load_balancer_id: ids::balancer(balancer.id),
            load_balancer_name: balancer.name.clone(),
            load_balancer_type: clb::reach(balancer.reach),
            forward: u8::from(balancer.routes),
            domain: shown_domain(balancer),
            load_balancer_vips: [balancer.address.to_string()],
            // There is no number for one that could not be made: it is never running.
            status: u8::from(balancer.state == BalancerState::Ready),
            create_time: times::beijing(balancer.created_at),
            status_time: times::beijing(balancer.updated_at),
            project_id: clb::number(said, hints::PROJECT),
            vpc_id: network(balancer).to_owned(),
            open_bgp: 0,
            snat: false,
            isolation: 0,
            log: None,
            subnet_id: subnet.unwrap_or_default().to_owned(),
            tags: tags
                .map(|tag| ShownTag { tag_key: tag.key.clone(), tag_value: tag.value.clone() })
                .collect(),
            secure_groups: groups(balancer).collect(),
            target_region_info: TargetRegion {
                region: self.region.clone(),
                vpc_id: network(balancer).to_owned(),
                numerical_vpc_id: number,
            },
            anycast_zone: "",
            address_version: "ipv4",
            numerical_vpc_id: number,
            vip_isp: isp(balancer).map(str::to_owned),
            master_zone: self.zone(balancer).map(|zone| Zone {
                zone_name: zone.clone(),
                zone,
                zone_region: self.region.clone(),
                local_zone: false,
                edge_zone: false,
            }),
            backup_zone_set: None,
            isolated_time: None,
            expire_time: None,
            charge_type: charge_type(balancer).map(str::to_owned),
            network_attributes: internet(balancer),
            prepaid_attributes: prepaid(balancer),
            log_set_id: "",
            log_topic_id: "",
            address_v6: None,
            is_ddos: false,
            config_id: "",
            load_balancer_pass_to_target: clb::flag(said, hints::PASS_TO_TARGET),
            snat_pro: false,
            snat_ips: [],
            sla_type: hint(said, hints::SLA_TYPE).unwrap_or_default().to_owned(),
            is_block: false,
            is_block_time: "",
            local_bgp: false,
            cluster_tag: None,
            mix_ip_target: false,
            zones: None,
            attribute_flags: if clb::flag(said, hints::PROTECTED) {
                vec!["DeleteProtect"]
            } else {
                Vec::new()
            },
            load_balancer_domain: "",
            target_count: servers_behind(balancer),
        }
    }
}

/// Empty of one that was given an old, numeric network.
pub fn network(balancer: &LoadBalancer) -> &str {
    balancer.network.as_deref().filter(|id| id.starts_with("vpc-")).unwrap_or_default()
}

/// Nothing is paid for a private one.
fn charge_type(balancer: &LoadBalancer) -> Option<&str> {
    match balancer.reach {
        Reach::Public => {
            Some(hint(&balancer.hints, hints::CHARGE_TYPE).unwrap_or("POSTPAID_BY_HOUR"))
        }
        Reach::Private => None,
    }
}

fn isp(balancer: &LoadBalancer) -> Option<&str> {
    match balancer.reach {
        Reach::Public => Some(hint(&balancer.hints, hints::ISP).unwrap_or("BGP")),
        Reach::Private => None,
    }
}

fn internet(balancer: &LoadBalancer) -> Option<Internet> {
    match balancer.reach {
        Reach::Public => Some(Internet {
            internet_charge_type: hint(&balancer.hints, hints::INTERNET_CHARGE_TYPE)
                .unwrap_or("TRAFFIC_POSTPAID_BY_HOUR")
                .to_owned(),
            internet_max_bandwidth_out: match clb::number(&balancer.hints, hints::BANDWIDTH) {
                0 => BANDWIDTH,
                said => said,
            },
        }),
        Reach::Private => None,
    }
}

/// Mbit/s of a public one when nobody says.
const BANDWIDTH: u32 = 10;

fn prepaid(balancer: &LoadBalancer) -> Option<Prepaid> {
    let said = &balancer.hints;
    let paid = charge_type(balancer) == Some("PREPAID");
    paid.then(|| Prepaid {
        renew_flag: hint(said, hints::RENEW_FLAG).unwrap_or("NOTIFY_AND_MANUAL_RENEW").to_owned(),
        period: clb::number(said, hints::PERIOD).max(1),
    })
}
