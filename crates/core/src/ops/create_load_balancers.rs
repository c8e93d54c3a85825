use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Rules, Step, rename};
use crate::chance::Chance;
use crate::model::{
    BalancerState, Fault, FaultKind, Handle, Hints, Listener, ListenerId, LoadBalancer,
    LoadBalancerId, Member, ProjectId, Reach, RuleId, SubJobId, Tag, Time,
};
use crate::world::World;

/// Make load balancers, one for each name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateLoadBalancers {
    pub names: Vec<Arc<str>>,
    pub reach: Reach,
    pub routes: bool,
    pub domain_prefix: Option<Arc<str>>,
    pub network: Option<Arc<str>>,
    pub subnet: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    #[serde(default, skip_serializing_if = "Hints::is_empty")]
    pub hints: Hints,
    /// Whose listeners, rules, members and backends it is to have, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<LoadBalancerId>,
    /// Without what is behind the other's listeners and rules.
    #[serde(default)]
    pub bare: bool,
}

impl Rules for CreateLoadBalancers {
    fn name(&self) -> &'static str {
        "create_load_balancers"
    }

    fn check(&self, world: &World, project: ProjectId) -> Result<(), Fault> {
        rename::names_are_bounded(&self.names)?;
        let Some(like) = self.like else { return Ok(()) };
        let model = world.balancer(like).filter(|balancer| balancer.project == project);
        let model = model.ok_or(FaultKind::BalancerNotFound)?;
        if model.is_free() { Ok(()) } else { Err(FaultKind::BalancerBusy.into()) }
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl CreateLoadBalancers {
    pub(crate) fn mint(
        &self,
        world: &World,
        project: ProjectId,
        subs: impl Iterator<Item = SubJobId>,
        now: Time,
        chance: &mut Chance,
    ) -> Vec<LoadBalancer> {
        let mut taken = Vec::with_capacity(self.names.len());
        self.names
            .iter()
            .zip(subs)
            .map(|(name, sub)| {
                let id = loop {
                    let id = LoadBalancerId(Handle::fold(chance.next_u64()));
                    if world.balancer(id).is_none() && !taken.contains(&id) {
                        break id;
                    }
                };
                taken.push(id);
                let prefix = self.domain_prefix.as_deref().unwrap_or("lb");
                let low = u32::try_from(sub.0 % 0xFFF0).expect("16 bits fit") + 4;
                // 203.0.113.0/24 is for documentation; private ones come from a block of their own.
                let address = match self.reach {
                    Reach::Public => Ipv4Addr::from(0xCB00_7100 | low & 0xFF),
                    Reach::Private => Ipv4Addr::from(0xAC10_0000 | low),
                };
                let mut balancer = LoadBalancer {
                    id,
                    project,
                    order: sub.0,
                    name: name.clone(),
                    reach: self.reach,
                    routes: self.routes,
                    domain: LoadBalancer::domain_of(prefix, id),
                    address,
                    network: self.network.clone(),
                    subnet: self.subnet.clone(),
                    state: BalancerState::Creating,
                    busy: Some(sub),
                    created_at: now,
                    updated_at: now,
                    listeners: Vec::new(),
                    backends: Vec::new(),
                    tags: self.tags.clone(),
                    security_groups: Vec::new(),
                    hints: self.hints.clone(),
                };
                if let Some(model) = self.like.and_then(|id| world.balancer(id)) {
                    copy(model, &mut balancer, now, chance);
                    if self.bare {
                        balancer.backends.clear();
                        balancer.members_mut().for_each(Vec::clear);
                    }
                }
                balancer
            })
            .collect()
    }
}

/// Gives a new load balancer what another has. Ids are drawn from a space in which two alike are not
/// to be expected.
fn copy(model: &LoadBalancer, balancer: &mut LoadBalancer, now: Time, chance: &mut Chance) {
    let mut new_ids: BTreeMap<RuleId, RuleId> = BTreeMap::new();
    balancer.backends.clone_from(&model.backends);
    balancer.security_groups.clone_from(&model.security_groups);
    balancer.listeners = model
        .listeners
        .iter()
        .map(|old| {
            let mut listener = Listener { created_at: Some(now), ..old.clone() };
            listener.id = ListenerId(Handle::fold(chance.next_u64()));
            for rule in &mut listener.rules {
                let id = RuleId(Handle::fold(chance.next_u64()));
                new_ids.insert(std::mem::replace(&mut rule.id, id), id);
                rule.created_at = Some(now);
            }
            listener
        })
        .collect();
    let set = |member: &mut Member| member.since = now;
    balancer.members_mut().flatten().for_each(set);
    for rule in balancer.listeners.iter_mut().flat_map(|one| &mut one.rules) {
        if let Some(way) = &mut rule.redirection
            && let Some(new) = new_ids.get(&way.to)
        {
            way.to = *new;
        }
    }
}
