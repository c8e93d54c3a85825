//! `DescribeLoadBalancers`.

use std::sync::Arc;

use regiment_core::model::{BalancerState, LoadBalancer, Reach, Server};
use regiment_core::world::World;
use serde::Serialize;

use crate::Action;
use crate::tencent::form::parse_digits;
use crate::tencent::{hints, ids};
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::ops::servers::{self, Page};
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{reply, times};

/// What is looked for; empty and absent are anything.
struct Filter {
    ids: Vec<String>,
    reach: Option<Reach>,
    routes: Option<bool>,
    name: Option<String>,
    domain: Option<String>,
    addresses: Vec<String>,
    backend_wan_ips: Vec<String>,
    backend_lan_ips: Vec<String>,
    word: Option<String>,
    project: Option<u32>,
    with_backends: Option<bool>,
}

impl Filter {
    fn read(fields: &Fields<'_>) -> Result<Filter, Refusal> {
        let text = |name| fields.text(name).map(str::to_owned);
        let reach = fields.number("loadBalancerType", 1..=3)?;
        Ok(Filter {
            ids: servers::values(fields, "loadBalancerIds")?,
            reach: reach.map(|kind| if kind == 3 { Reach::Private } else { Reach::Public }),
            routes: either(fields, "forward")?,
            name: text("loadBalancerName"),
            domain: text("domain"),
            addresses: servers::values(fields, "loadBalancerVips")?,
            backend_wan_ips: servers::values(fields, "backendWanIps")?,
            backend_lan_ips: servers::values(fields, "backendLanIps")?,
            word: text("searchKey"),
            project: fields.number("projectId", 0..=u32::MAX)?,
            with_backends: either(fields, "withRs")?,
        })
    }

    fn takes(&self, balancer: &LoadBalancer, world: &World) -> bool {
        let domain = domain(balancer);
        let address = balancer.address.to_string();
        let has_wan_ip = |server: &Server| {
            servers::wan_ips(server, world).iter().any(|ip| self.backend_wan_ips.contains(ip))
        };
        let has_lan_ip = |server: &Server| self.backend_lan_ips.contains(&servers::lan_ip(server));
        (self.ids.is_empty() || self.ids.contains(&ids::balancer(balancer.id)))
            && self.reach.is_none_or(|reach| reach == balancer.reach)
            && self.routes.is_none_or(|routes| routes == balancer.routes)
            && self.name.as_ref().is_none_or(|name| **name == *balancer.name)
            && self.domain.as_ref().is_none_or(|wanted| *wanted == domain)
            && (self.addresses.is_empty() || self.addresses.contains(&address))
            && (self.backend_wan_ips.is_empty()
                || world
                    .servers_of(balancer.project)
                    .filter(|server| balancer.forwards_to(server.id))
                    .any(has_wan_ip))
            && (self.backend_lan_ips.is_empty()
                || world
                    .servers_of(balancer.project)
                    .filter(|server| balancer.forwards_to(server.id))
                    .any(has_lan_ip))
            && self.word.as_ref().is_none_or(|word| {
                [&*balancer.name, &*domain, &*address].iter().any(|text| text.contains(&**word))
            })
            && self.project.is_none_or(|project| project == project_of(balancer))
            && self.with_backends.is_none_or(|with| with == forwards(balancer))
    }
}

/// Whether it forwards to any instance, by whichever way.
fn forwards(balancer: &LoadBalancer) -> bool {
    !balancer.backends.is_empty() || balancer.members().next().is_some()
}

/// The project that was said, in the client's own numbers; 0 is the default one.
fn project_of(balancer: &LoadBalancer) -> u32 {
    hints::number_in(&balancer.hints, hints::BALANCER_PROJECT)
}

/// 0 or 1; anything else that is allowed means both.
fn either(fields: &Fields<'_>, name: &str) -> Result<Option<bool>, Refusal> {
    match fields.text(name) {
        None | Some("-1" | "2") => Ok(None),
        Some("0") => Ok(Some(false)),
        Some("1") => Ok(Some(true)),
        Some(_) => Err(fields.bad(name, "must be 0, 1 or -1")),
    }
}

#[derive(Clone, Copy)]
enum Order {
    Name,
    Created,
    Domain,
    Reach,
}

impl Order {
    fn read(fields: &Fields<'_>) -> Result<(Order, bool), Refusal> {
        let order = match fields.text("orderBy") {
            None | Some("createTime") => Order::Created,
            Some("loadBalancerName") => Order::Name,
            Some("domain") => Order::Domain,
            Some("loadBalancerType") => Order::Reach,
            Some(_) => {
                let why = "must be loadBalancerName, createTime, domain or loadBalancerType";
                return Err(fields.bad("orderBy", why));
            }
        };
        Ok((order, fields.flag("orderType")?.unwrap_or(true)))
    }

    /// What is made later comes later among equals.
    fn sort(self, found: &mut [&LoadBalancer], descending: bool) {
        found.sort_by_cached_key(|one| {
            let text = match self {
                Order::Name => one.name.to_string(),
                Order::Created => String::new(),
                Order::Domain => domain(one),
                Order::Reach => kind(one.reach).to_string(),
            };
            (text, one.order)
        });
        if descending {
            found.reverse();
        }
    }
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let (filter, page) = (Filter::read(&fields)?, Page::read(&fields)?);
    let (order, descending) = Order::read(&fields)?;
    let project = call.project();
    Ok(Action::look(move |view| {
        let world = view.world;
        let mut found: Vec<&LoadBalancer> = world
            .balancers()
            .filter(|balancer| balancer.project == project && filter.takes(balancer, world))
            .collect();
        order.sort(&mut found, descending);
        let (total, part) = page.of(found);
        reply::success("", List { balancers: part.map(Item::of).collect(), total })
    }))
}

#[derive(Serialize)]
struct List {
    #[serde(rename = "loadBalancerSet")]
    balancers: Vec<Item>,
    #[serde(rename = "totalCount")]
    total: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    load_balancer_id: String,
    un_load_balancer_id: String,
    load_balancer_name: Arc<str>,
    load_balancer_type: u32,
    domain: String,
    load_balancer_vips: [String; 1],
    status: u32,
    create_time: String,
    status_time: String,
    vpc_id: u32,
    uniq_vpc_id: String,
    subnet_id: u32,
    project_id: u32,
    forward: u32,
    snat: bool,
    open_bgp: u32,
    isolation: u32,
    log: &'static str,
}

impl Item {
    fn of(balancer: &LoadBalancer) -> Item {
        let network = balancer.network.as_deref().unwrap_or_default();
        let subnet = balancer.subnet.as_deref().unwrap_or_default();
        Item {
            load_balancer_id: ids::balancer(balancer.id),
            un_load_balancer_id: ids::balancer(balancer.id),
            load_balancer_name: balancer.name.clone(),
            load_balancer_type: kind(balancer.reach),
            domain: domain(balancer),
            load_balancer_vips: [balancer.address.to_string()],
            // There is no number for one that could not be made: it is never running.
            status: u32::from(balancer.state == BalancerState::Ready),
            create_time: times::beijing(balancer.created_at),
            status_time: times::beijing(balancer.updated_at),
            vpc_id: number(network),
            uniq_vpc_id: if network.starts_with("vpc-") {
                network.to_owned()
            } else {
                String::new()
            },
            subnet_id: number(subnet),
            project_id: project_of(balancer),
            forward: u32::from(balancer.routes),
            snat: false,
            open_bgp: 0,
            isolation: 0,
            log: "",
        }
    }
}

/// The number in an old id; 0 where there is none.
fn number(text: &str) -> u32 {
    parse_digits(text).and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
}

const fn kind(reach: Reach) -> u32 {
    match reach {
        Reach::Public => 2,
        Reach::Private => 3,
    }
}

/// Only classic public load balancers have a domain.
fn domain(balancer: &LoadBalancer) -> String {
    if balancer.reach == Reach::Public && !balancer.routes {
        format!("{}.clb.myqcloud.com", balancer.domain)
    } else {
        String::new()
    }
}
