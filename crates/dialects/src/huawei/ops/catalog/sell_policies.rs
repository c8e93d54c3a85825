//! `GET …/cloudservers/flavor-sell-policies`: how each flavor is sold in each zone, and whether there
//! is any left.

use std::sync::Arc;

use regiment_core::model::Flavor;
use regiment_core::world::World;
use serde::Serialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;
use crate::huawei::filter::Query;
use crate::huawei::limits::PAGE_MAX;
use crate::huawei::stock::{AVAILABLE, SOLD_OUT, Stock};

/// How servers are paid for here; reserved instances (`ri`) are not sold.
const MODES: [&str; 3] = ["postPaid", "prePaid", SPOT];
const SPOT: &str = "spot";
/// A spot server is taken back at once, and may stay for any time.
const INTERRUPTION: &str = "immediate";

#[derive(Serialize)]
struct Body<'a> {
    count: usize,
    sell_policies: Vec<Policy<'a>>,
}

#[derive(Serialize)]
struct Policy<'a> {
    id: u32,
    flavor_id: &'a str,
    sell_status: &'static str,
    availability_zone_id: &'a str,
    sell_mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    spot_options: Option<SpotOptions>,
}

#[derive(Serialize)]
struct SpotOptions {
    interruption_policy: &'static str,
}

struct Wanted {
    flavor: Option<String>,
    zone: Option<String>,
    status: Option<String>,
    mode: Option<String>,
    interruption: Option<String>,
    /// No policy has an end to how long a spot server stays, so none has a number to compare.
    duration: bool,
    marker: u32,
}

impl Wanted {
    fn of(query: &Query) -> Result<Wanted, Row> {
        let one_of = |key: &str, allowed: &[&str]| match query.get(key) {
            Some(word) if !allowed.contains(&word) => {
                Err(Row::invalid(format!("{key} must be {}.", allowed.join(" or "))))
            }
            word => Ok(word.map(str::to_owned)),
        };
        let mut duration = false;
        for key in [
            "longest_spot_duration_hours",
            "longest_spot_duration_hours_gt",
            "largest_spot_duration_count",
            "largest_spot_duration_count_gt",
        ] {
            query.number(key, 0..=i32::MAX as usize, 0)?;
            duration |= query.get(key).is_some();
        }
        let marker = query.number("marker", 0..=i32::MAX as usize, 0)?;
        Ok(Wanted {
            flavor: query.get("flavor_id").map(str::to_owned),
            zone: query.get("availability_zone_id").map(str::to_owned),
            status: one_of("sell_status", &[AVAILABLE, SOLD_OUT])?,
            mode: one_of("sell_mode", &[MODES[0], MODES[1], SPOT, "ri"])?,
            interruption: one_of("interruption_policy", &[INTERRUPTION, "delay"])?,
            duration,
            marker: u32::try_from(marker).unwrap_or(u32::MAX),
        })
    }

    fn admits(&self, policy: &Policy<'_>) -> bool {
        let Wanted { flavor, zone, status, mode, interruption, duration, marker: _ } = self;
        let is = |wanted: &Option<String>, has: &str| wanted.as_ref().is_none_or(|w| *w == *has);
        let policy_of_spot =
            policy.spot_options.as_ref().map_or("", |options| options.interruption_policy);
        is(flavor, policy.flavor_id)
            && is(zone, policy.availability_zone_id)
            && is(status, policy.sell_status)
            && is(mode, policy.sell_mode)
            && is(interruption, policy_of_spot)
            && !duration
    }
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let query = Query::of(call.request);
    let limit = query.number("limit", 1..=PAGE_MAX, PAGE_MAX)?;
    let wanted = Wanted::of(&query)?;
    let reply = call.reply;
    Ok(Action::look(move |view| {
        let mut policies = all(view.world);
        policies.retain(|policy| wanted.admits(policy));
        let count = policies.len();
        policies.retain(|policy| policy.id > wanted.marker);
        policies.truncate(limit);
        reply.json(200, &Body { count, sell_policies: policies })
    }))
}

/// Every policy, numbered in the order of flavors, zones and modes.
fn all(world: &World) -> Vec<Policy<'_>> {
    let stock = Stock::of(world);
    let zones: Vec<&Arc<str>> = stock.zones().collect();
    let mut policies = Vec::new();
    for flavor in world.flavors() {
        let flavor: &Flavor = flavor;
        for &zone in &zones {
            let sell_status = stock.status(zone, flavor);
            for sell_mode in MODES {
                policies.push(Policy {
                    id: u32::try_from(policies.len() + 1).unwrap_or(u32::MAX),
                    flavor_id: &flavor.name,
                    sell_status,
                    availability_zone_id: zone,
                    sell_mode,
                    spot_options: (sell_mode == SPOT)
                        .then_some(SpotOptions { interruption_policy: INTERRUPTION }),
                });
            }
        }
    }
    policies
}
