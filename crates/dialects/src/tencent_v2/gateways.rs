//! What the actions on ways out of networks share: how a gateway is named and found, what its faults
//! are called, how a list of them is asked for, and how a change becomes a task.
//!
//! Deliberately absent: the actions themselves, which stand in `ops/vpc`, and routes: there are none.

use regiment_core::command::Receipt;
use regiment_core::edits::{ChangeGateway, Edit, GatewayChange, RemoveGateways};
use regiment_core::model::{
    AddressRange, AssetKey, Cidr, FaultKind, Gateway, GatewayId, ProjectId, Vpc, WaySort,
};
use regiment_core::ops::Operation;
use regiment_core::view::View;
use regiment_core::world::World;
use serde::Serialize;

use super::call::Call;
use super::faults::Refusal;
use super::ops::interfaces::{not_there, vpc};
use super::ops::servers::Page;
use super::params::Fields;
use super::reply::Nothing;
use super::task::{self, Numbered};
use crate::Action;
use crate::tencent::{form, ids};

/// Characters in a name or a description.
pub const NAME_CHARS_MAX: usize = 60;
const PAGE_MAX: u32 = 50;

/// What a fault is called by the actions on one kind of gateway.
pub type Spelling = &'static [(FaultKind, &'static str)];

/// One kind of gateway, as this API names it.
pub struct Kind {
    pub sort: WaySort,
    /// The parameter that names one.
    pub field: &'static str,
    pub not_found: &'static str,
    pub faults: Spelling,
}

pub static NAT: Kind = Kind {
    sort: WaySort::Shared,
    field: "natId",
    not_found: "InvalidNatGatewayId.NotFound",
    faults: &[
        (FaultKind::GatewayExists, "InvalidNatGateway.InUse"),
        (FaultKind::GatewayUnfit, "NatGatewayEipNotEmpty"),
        (FaultKind::QuotaExceeded, "NatGatewayLimitExceeded"),
    ],
};
pub static VPN: Kind =
    Kind { sort: WaySort::Vpn, field: "vpnGwId", not_found: "InvalidVpnGw.NotFound", faults: &[] };
pub static SITE: Kind = Kind {
    sort: WaySort::Site,
    field: "userGwId",
    not_found: "InvalidUserGw.NotFound",
    faults: &[
        (FaultKind::GatewayExists, "InvalidUserGwName.InUse"),
        (FaultKind::GatewayInUse, "InvalidUserGw.InUse"),
        (FaultKind::QuotaExceeded, "UserGwLimitExceeded"),
    ],
};
pub static TUNNEL: Kind = Kind {
    sort: WaySort::Tunnel,
    field: "vpnConnId",
    not_found: "InvalidVpnConn.NotFound",
    faults: &[
        (FaultKind::GatewayExists, "InvalidVpnConnName.InUse"),
        (FaultKind::QuotaExceeded, "VpnConnLimitExceeded"),
    ],
};
pub static LINE: Kind = Kind {
    sort: WaySort::Line,
    field: "directConnectGatewayId",
    not_found: "InvalidDirectConnectGateway.NotFound",
    faults: &[
        (FaultKind::GatewayExists, "DirectConnectGatewayLimitExceeded"),
        (FaultKind::QuotaExceeded, "DirectConnectGatewayLimitExceeded"),
    ],
};
pub static PEERING: Kind = Kind {
    sort: WaySort::Peering,
    field: "peeringConnectionId",
    not_found: "InvalidPeeringConnection.NotFound",
    faults: &[
        (FaultKind::GatewayExists, "InvalidPeeringConnectionName.InUse"),
        (FaultKind::QuotaExceeded, "PeeringConnectionLimitExceeded"),
    ],
};
pub static CLASSIC_LINK: Kind = Kind {
    sort: WaySort::Server,
    field: "classicLinkId",
    not_found: "InvalidClassicLink.NotFound",
    faults: &[(FaultKind::ServerNotFound, "InvalidInstance.NotFound")],
};

impl Kind {
    /// The gateway a client names, by the newer form of id or by the older, a number.
    pub fn find<'w>(
        &self,
        world: &'w World,
        project: ProjectId,
        named: &str,
    ) -> Result<&'w Gateway, Refusal> {
        let older = form::parse_digits(named);
        let is = |one: &&Gateway| {
            ids::gateway(one) == named || older == Some(ids::gateway_number(one.id))
        };
        let found = match self.sort {
            WaySort::Peering => world.peerings(project).find(is),
            sort => world.gateways_of_sort(project, sort).find(is),
        };
        found.ok_or_else(|| not_there(self.not_found, named))
    }

    /// The same, which must be in the network that the client names too.
    pub fn find_in<'w>(
        &self,
        world: &'w World,
        project: ProjectId,
        network: &str,
        named: &str,
    ) -> Result<&'w Gateway, Refusal> {
        let vpc = vpc(world, project, network)?;
        let found = self.find(world, project, named)?;
        if found.vpc == Some(vpc.id) { Ok(found) } else { Err(not_there(self.not_found, named)) }
    }

    /// Which one a request is about.
    pub fn named(&'static self, fields: &Fields<'_>) -> Result<Named, Refusal> {
        let network = match self.sort {
            WaySort::Peering | WaySort::Site => None,
            WaySort::Shared | WaySort::Vpn | WaySort::Tunnel | WaySort::Line | WaySort::Server => {
                Some(fields.need("vpcId")?.to_owned())
            }
        };
        Ok(Named { kind: self, network, id: fields.need(self.field)?.to_owned() })
    }
}

/// A gateway as a request names it.
#[derive(Clone)]
pub struct Named {
    kind: &'static Kind,
    network: Option<String>,
    id: String,
}

impl Named {
    pub fn find<'w>(&self, world: &'w World, project: ProjectId) -> Result<&'w Gateway, Refusal> {
        match &self.network {
            Some(network) => self.kind.find_in(world, project, network, &self.id),
            None => self.kind.find(world, project, &self.id),
        }
    }
}

/// An edit that is answered with the number of its task and whatever `rest` makes of it.
pub fn task_with<T: Serialize>(
    call: &Call<'_>,
    faults: Spelling,
    say: impl FnOnce(&World, ProjectId) -> Result<Edit, Refusal> + Send + 'static,
    rest: impl FnOnce(&Receipt, &View<'_>) -> T + Send + 'static,
) -> Action {
    let issuer = call.issuer();
    Action::consult(move |view| {
        task::settled(say(view.world, issuer.project).map(|edit| {
            let mut command = issuer.command(Operation::from(edit), Vec::new());
            command.numbered = true;
            Action::order(command, move |outcome, view| {
                let found = task::accepted(outcome)
                    .map(|(job, receipt)| Numbered::with(job, rest(receipt, view)));
                task::shown(found.map_err(|refusal| refusal.spelled(faults)))
            })
        }))
    })
}

/// The same, answered with the number alone.
pub fn task(
    call: &Call<'_>,
    faults: Spelling,
    say: impl FnOnce(&World, ProjectId) -> Result<Edit, Refusal> + Send + 'static,
) -> Action {
    task_with(call, faults, say, |_, _| Nothing {})
}

/// An edit that the vendor's documents call synchronous.
pub fn at_once<T: Serialize>(
    call: &Call<'_>,
    faults: Spelling,
    say: impl FnOnce(&World, ProjectId) -> Result<Edit, Refusal> + Send + 'static,
    rest: impl FnOnce(&Receipt, &View<'_>) -> T + Send + 'static,
) -> Action {
    let issuer = call.issuer();
    Action::consult(move |view| {
        task::settled(say(view.world, issuer.project).map(|edit| {
            let command = issuer.command(Operation::from(edit), Vec::new());
            Action::order(command, move |outcome, view| {
                let done = outcome.as_ref().map(|receipt| rest(receipt, view));
                let refused = |fault: &regiment_core::model::Fault| {
                    Refusal::Fault(fault.clone()).spelled(faults)
                };
                task::shown(done.map_err(refused))
            })
        }))
    })
}

/// A change of one gateway, as a task.
pub fn change(
    call: &Call<'_>,
    kind: &'static Kind,
    faults: Spelling,
    change: GatewayChange,
) -> Result<Action, Refusal> {
    let named = kind.named(&call.fields())?;
    Ok(task(call, faults, move |world, project| {
        let gateway = named.find(world, project)?;
        Ok(changed(gateway, change))
    }))
}

/// The removal of one, as a task.
pub fn remove(call: &Call<'_>, kind: &'static Kind) -> Result<Action, Refusal> {
    let named = kind.named(&call.fields())?;
    Ok(task(call, kind.faults, move |world, project| {
        let ids = vec![named.find(world, project)?.id];
        Ok(Edit::RemoveGateways(RemoveGateways { ids }))
    }))
}

/// The gateway that an order made.
pub fn made(receipt: &Receipt) -> Option<GatewayId> {
    receipt.made.iter().find_map(|key| {
        let AssetKey::Gateway(_, id) = key else { return None };
        Some(*id)
    })
}

/// Which gateways of a kind are looked for, and how they are to be listed.
pub struct Look {
    vpc: Option<String>,
    id: Option<String>,
    name: Option<String>,
    by_name: bool,
    ascending: bool,
    page: Page,
}

impl Look {
    /// `name` is the parameter of the name, by which the list may be ordered too.
    pub fn read(
        fields: &Fields<'_>,
        kind: &Kind,
        name: &'static str,
        ascending: bool,
    ) -> Result<Look, Refusal> {
        let text = |name: &str| fields.text(name).map(str::to_owned);
        let offset = fields.number("offset", 0..=u32::MAX)?.unwrap_or(0) as usize;
        let limit = fields.number("limit", 0..=PAGE_MAX)?.unwrap_or(20) as usize;
        let by_name = match fields.text("orderField") {
            None | Some("createTime") => false,
            Some(word) if word == kind.field => false,
            Some(word) if word.eq_ignore_ascii_case(name) => true,
            Some(_) => {
                return Err(fields.bad("orderField", format!("must be createTime or {name}")));
            }
        };
        let ascending = match fields.text("orderDirection") {
            None => ascending,
            Some("asc") => true,
            Some("desc") => false,
            Some(_) => return Err(fields.bad("orderDirection", "must be asc or desc")),
        };
        Ok(Look {
            vpc: text("vpcId"),
            id: text(kind.field),
            name: text(name),
            by_name,
            ascending,
            page: Page { offset, limit },
        })
    }

    /// What is found among the kind's, and how many there are of it. A network or a gateway that is
    /// named and is not there is refused.
    pub fn find<'w>(
        &self,
        world: &'w World,
        project: ProjectId,
        kind: &Kind,
        keep: impl Fn(&Gateway) -> bool,
    ) -> Result<(usize, Vec<&'w Gateway>), Refusal> {
        let network = self.vpc.as_deref().map(|named| vpc(world, project, named)).transpose()?;
        let one = self.id.as_deref().map(|named| kind.find(world, project, named)).transpose()?;
        let takes = |gateway: &&Gateway| {
            network.is_none_or(|vpc| gateway.vpc == Some(vpc.id))
                && one.is_none_or(|one| one.id == gateway.id)
                && self.name.as_ref().is_none_or(|word| gateway.name.contains(&**word))
                && keep(gateway)
        };
        let mut found: Vec<&Gateway> = match kind.sort {
            WaySort::Peering => world.peerings(project).filter(takes).collect(),
            sort => world.gateways_of_sort(project, sort).filter(takes).collect(),
        };
        found.sort_by_cached_key(|one| {
            let name = if self.by_name { one.name.clone() } else { "".into() };
            (name, one.created_at, one.id)
        });
        if !self.ascending {
            found.reverse();
        }
        let (total, part) = self.page.of(found);
        Ok((total, part.collect()))
    }
}

/// A list of gateways, each as `item` tells it.
pub fn list<T: Serialize>(
    call: &Call<'_>,
    kind: &'static Kind,
    look: Look,
    keep: impl Fn(&Gateway, &View<'_>) -> bool + Send + 'static,
    item: impl Fn(&Gateway, &View<'_>) -> T + Send + 'static,
) -> Action {
    let project = call.project();
    Action::look(move |view| {
        let found = look.find(view.world, project, kind, |one| keep(one, view));
        task::shown(found.map(|(total_count, found)| {
            let data = found.into_iter().map(|one| item(one, view)).collect();
            List { total_count, data }
        }))
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct List<T> {
    pub total_count: usize,
    pub data: Vec<T>,
}

/// What a gateway tells of its network.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InNetwork {
    vpc_id: String,
    un_vpc_id: String,
    vpc_name: std::sync::Arc<str>,
    vpc_cidr_block: String,
}

impl InNetwork {
    pub fn of(gateway: &Gateway, world: &World) -> InNetwork {
        let vpc: Option<&Vpc> = gateway.vpc.and_then(|id| world.vpc(gateway.project, id));
        InNetwork {
            vpc_id: gateway.vpc.map(|id| ids::network_number(id).to_string()).unwrap_or_default(),
            un_vpc_id: gateway.vpc.map(ids::network).unwrap_or_default(),
            vpc_name: vpc.map(|vpc| vpc.name.clone()).unwrap_or_default(),
            vpc_cidr_block: vpc.map(|vpc| vpc.cidr.to_string()).unwrap_or_default(),
        }
    }
}

pub const fn changed(gateway: &Gateway, change: GatewayChange) -> Edit {
    Edit::ChangeGateway(ChangeGateway { id: gateway.id, change })
}

/// A range as clients write it: with a slash, with a dash, or one address.
pub fn range(text: &str) -> Option<AddressRange> {
    if text.contains('/') {
        return cidr(text).map(AddressRange::of);
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let range = AddressRange { first: first.trim().parse().ok()?, last: last.trim().parse().ok()? };
    (range.first <= range.last).then_some(range)
}

pub fn cidr(text: &str) -> Option<Cidr> {
    let (base, bits) = text.split_once('/')?;
    let bits = u8::try_from(form::parse_digits(bits)?).ok().filter(|bits| *bits <= 32)?;
    Some(Cidr { base: base.parse().ok()?, bits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_in_three_forms() {
        let ends = |text| range(text).map(|one| format!("{}-{}", one.first, one.last));
        assert_eq!(ends("10.0.0.5").as_deref(), Some("10.0.0.5-10.0.0.5"));
        assert_eq!(ends("10.0.0.5 - 10.0.0.9").as_deref(), Some("10.0.0.5-10.0.0.9"));
        assert_eq!(ends("10.0.0.5/30").as_deref(), Some("10.0.0.4-10.0.0.7"));
        for bad in ["", "10.0.0.9-10.0.0.5", "10.0.0.5/33", "10.0.0/8", "10.0.0.5-", "x"] {
            assert_eq!(ends(bad), None, "{bad}");
        }
    }
}
